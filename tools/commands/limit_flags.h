// SPDX-License-Identifier: Apache-2.0
//
// --limit, of every command that reads files: what one from a stranger may
// cost. It is the last flag of a command.
#pragma once

#include "frontends/read/limits.h"
#include "tools/cli/command.h"

namespace dnncut {

// Starts the clock of the limit on time that holds without --limit. Commands
// that run models have none: runs have a --timeout of their own.
void SetDefaultTimeLimit(Work work);

// The reader of --limit starts that clock again, or writes to `limits` or
// `cuts`, the most cuts whose halves are written; without them there is no
// limit but that on time. It throws Error E106, E108, E109 and those of
// units.h.
Reader LimitReader(ModelLimits* limits, int* cuts = nullptr);

// For commands that read models, and with `cuts` write results.
void AddLimitFlag(Flags* flags, ModelLimits* limits, int* cuts = nullptr);
// For commands that read results only.
void AddTimeLimitFlag(Flags* flags);

}  // namespace dnncut
