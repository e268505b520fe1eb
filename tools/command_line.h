// SPDX-License-Identifier: Apache-2.0
//
// The whole program but main(): finds the subcommand, runs it, and turns
// whatever comes out into one line and an exit code.
#pragma once

#include <span>

#include "tools/cli/command.h"

namespace dnncut {

// In the order of --help.
std::span<const Command> Commands();

// What the process returns. Prints results and errors; throws nothing.
int RunCommandLine(int argc, const char* const* argv);

}  // namespace dnncut
