// SPDX-License-Identifier: Apache-2.0
//
// --help, and what was wrong with a command line. CLI11 parses; the words are
// ours, so that they are the same with every release of CLI11.
#pragma once

#include <span>
#include <string>

#include "tools/cli/cli_app.h"
#include "tools/cli/command.h"

namespace dnncut {

std::string ProgramHelp(std::span<const Command> commands);
std::string CommandHelp(const Command& command, const CLI::App& app);

// Throws Error E130 .. E132 when `app` or the subcommand that was chosen was
// given something that it does not know.
void RejectUnknownArguments(const CLI::App& app);

// What CLI11 found wrong, as an Error E133 .. E134.
[[noreturn]] void FailParse(const CLI::App& app, const CLI::ParseError& error);

}  // namespace dnncut
