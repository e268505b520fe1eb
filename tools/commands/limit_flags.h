// SPDX-License-Identifier: Apache-2.0
//
// --limit, of every command that reads files: what one from a stranger may
// cost. Of what, follows from the command's work.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/cli_app.h"
#include "tools/cli/command.h"

namespace dnncut {

struct LimitFlags {
  std::vector<std::string> limits;  // NAME=VALUE
};

void AddLimitFlags(CLI::App* app, Work work, LimitFlags* flags);

// Sets them for this process, and starts the clock of the one on time. Without
// that one, commands that run models have no limit on time: runs have a
// --timeout of their own. Throws Error E106, E108, E109 and those of units.h.
void ApplyLimits(const LimitFlags& flags, Work work);

}  // namespace dnncut
