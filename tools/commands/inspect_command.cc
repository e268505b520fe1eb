// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/commands/precision_flag.h"
#include "tools/compile/pipeline.h"
#include "tools/inspect/inspect.h"

namespace dnncut {
namespace {

struct InspectCommand {
  InspectOptions options;
  Output output;
};

void RunInspect(const InspectCommand& command) {
  const Inspection inspection =
      RunStage(command.output, [&](Progress*, Warnings* warnings) {
        return Inspect(command.options, warnings);
      });
  PrintAnswer(
      command.output, [&] { return InspectJson(inspection); },
      [&] { return InspectText(inspection); });
}

}  // namespace

CommandRunner SetUpInspect(Flags* flags) {
  auto command = std::make_shared<InspectCommand>();
  InspectOptions* options = &command->options;
  options->machine = kDefaultDevice;
  flags->AddArgument("MODEL", Text(&options->model_path), "an ONNX file");
  flags->AddValue(
      "--device", "NAME|FILE", Text(&options->machine),
      fmt::format("machine or machine file to count costs on; default {}",
                  kDefaultDevice));
  AddPrecisionFlag(flags, &options->precision);
  flags->AddSwitch("--operators", &options->by_operator,
                   "costs by operator, not by class of operators");
  AddModelFlags(flags, &options->load, &options->import);
  flags->AddSwitch("--json", &command->output.json, "the summary as JSON");
  AddLimitFlag(flags, &options->load.limits);
  return [command] { RunInspect(*command); };
}

}  // namespace dnncut
