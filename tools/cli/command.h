// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of dnncut, one file each. command_line.cc lists them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/cli_app.h"

namespace dnncut {

// Does the work of a command, after its flags were parsed. Throws Error.
using CommandRunner = std::function<void()>;

// What a command does with files from strangers, which --limit bounds. Runs of
// models may take as long as they like.
enum class Work { kReadsNothing, kReadsResults, kReadsModels, kRunsModels };

struct Command {
  std::string_view name;
  std::string_view summary;  // one line
  // Lines that a shell runs as they stand; the tests run them.
  std::string_view examples;
  // Adds positionals and flags to `app`. What it returns owns their values.
  CommandRunner (*set_up)(CLI::App* app) = nullptr;
  Work work = Work::kReadsModels;
};

CommandRunner SetUpCompile(CLI::App* app);
CommandRunner SetUpInspect(CLI::App* app);
CommandRunner SetUpLookup(CLI::App* app);
CommandRunner SetUpExplain(CLI::App* app);
CommandRunner SetUpSolve(CLI::App* app);
CommandRunner SetUpProfile(CLI::App* app);
CommandRunner SetUpVerify(CLI::App* app);
CommandRunner SetUpRefine(CLI::App* app);
CommandRunner SetUpFit(CLI::App* app);
CommandRunner SetUpDiff(CLI::App* app);
CommandRunner SetUpRun(CLI::App* app);
CommandRunner SetUpCheck(CLI::App* app);
CommandRunner SetUpMachines(CLI::App* app);
CommandRunner SetUpExample(CLI::App* app);

// A positional argument.
void AddArgument(CLI::App* app, const std::string& name,
                 std::optional<std::string>* value, const std::string& help);

// One positional argument or more.
void AddArguments(CLI::App* app, const std::string& name,
                  std::vector<std::string>* values, const std::string& help);

// A flag with one value, which may be empty text; `type` ("RATE") is what
// --help calls it. `value` stays as it is when the flag is not given.
void AddValue(CLI::App* app, const std::string& flags, const std::string& type,
              std::optional<std::string>* value, const std::string& help);

// A flag without a value: not even --force=0 (CLI11 would take it).
void AddSwitch(CLI::App* app, const std::string& flags, bool* value,
               const std::string& help);

// AddValue for a flag that may stand several times.
void AddRepeatable(CLI::App* app, const std::string& flags,
                   const std::string& type, std::vector<std::string>* values,
                   const std::string& help);

// The value of an argument or flag that a command cannot do without. Throws
// Error E135.
const std::string& Require(std::string_view command, std::string_view argument,
                           const std::optional<std::string>& value);

}  // namespace dnncut
