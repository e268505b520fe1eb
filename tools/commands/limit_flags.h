// SPDX-License-Identifier: Apache-2.0
//
// --limit, of every command that reads files: what one from a stranger may
// cost. Of what, follows from the command's work.
#pragma once

#include "tools/cli/command.h"

namespace dnncut {

// Sets what holds without --limit for this process, and starts the clock of the
// limit on time. Commands that run models have none: runs have a --timeout of
// their own.
void SetDefaultLimits(Work work);

// The reader of --limit sets the limits of this process, and starts the clock
// again. It throws Error E106, E108, E109 and those of units.h.
Reader LimitReader(Work work);
void AddLimitFlag(Flags* flags, Work work);

}  // namespace dnncut
