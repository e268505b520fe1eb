// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <climits>
#include <memory>

#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/halves/add_halves.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

void RunHalves(const AddHalvesOptions& options, const Output& output) {
  const AddedHalves added =
      RunStage(output, [&](Progress* progress, Warnings*) {
        return AddHalvesOfCut(options, progress);
      });
  if (output.quiet) return;
  std::string text;
  for (const std::string& file : added.files) {
    text += fmt::format("{}{}\n", Printable(file),
                        added.were_there ? ": there already" : "");
  }
  PrintResult(text);
}

}  // namespace

CommandRunner SetUpHalves(Flags* flags) {
  auto options = std::make_shared<AddHalvesOptions>();
  auto output = std::make_shared<Output>();
  flags->AddArgument("OUT", Text(&options->path),
                     "folder that compile wrote, or its table.json");
  flags->AddRequired("--cut", "N", Count(&options->cut, 0, INT_MAX),
                     "the cut whose halves to add");
  flags->AddValue(
      "--model", "PATH", Text(&options->model),
      "the model that was compiled; default: looked for beside OUT and "
      "in the current folder");
  flags->AddSwitch("-q,--quiet", &output->quiet,
                   "do not print what was written, and no progress");
  AddLimitFlag(flags, &options->limits);
  return [=] { RunHalves(*options, *output); };
}

}  // namespace dnncut
