// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of dnncut, one file each. command_line.cc lists them.
#pragma once

#include <functional>
#include <string_view>

#include "tools/cli/flags.h"

namespace dnncut {

// Does the work of a command, after its flags were read. Throws Error.
using CommandRunner = std::function<void()>;

// What a command does with files from strangers, which --limit bounds. Runs of
// models may take as long as they like.
enum class Work { kReadsNothing, kReadsResults, kReadsModels, kRunsModels };

struct Command {
  std::string_view name;
  std::string_view summary;  // one line
  // Lines that a shell runs as they stand; the tests run them.
  std::string_view examples;
  // Adds arguments and flags. What it returns owns the options that they are
  // read into, and refers to `flags`.
  CommandRunner (*set_up)(Flags* flags) = nullptr;
  Work work = Work::kReadsModels;
};

CommandRunner SetUpCompile(Flags* flags);
CommandRunner SetUpInspect(Flags* flags);
CommandRunner SetUpLookup(Flags* flags);
CommandRunner SetUpExplain(Flags* flags);
CommandRunner SetUpSolve(Flags* flags);
CommandRunner SetUpProfile(Flags* flags);
CommandRunner SetUpVerify(Flags* flags);
CommandRunner SetUpRefine(Flags* flags);
CommandRunner SetUpFit(Flags* flags);
CommandRunner SetUpHalves(Flags* flags);
CommandRunner SetUpDiff(Flags* flags);
CommandRunner SetUpRun(Flags* flags);
CommandRunner SetUpCheck(Flags* flags);
CommandRunner SetUpMachines(Flags* flags);
CommandRunner SetUpExample(Flags* flags);

}  // namespace dnncut
