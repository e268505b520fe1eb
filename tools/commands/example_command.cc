// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/examples/examples.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

struct ExampleCommand {
  std::optional<std::string> name;
  std::optional<std::string> path;  // --output
  ExampleOptions options;
  Output output;
};

std::string ListText() {
  std::vector<std::vector<std::string>> rows;
  for (const ExampleInfo& example : Examples()) {
    rows.push_back({example.name, example.summary});
  }
  return TextTable({{"name", Align::kLeft}, {"what it is", Align::kLeft}},
                   rows);
}

nlohmann::ordered_json ListJson() {
  nlohmann::ordered_json examples = nlohmann::ordered_json::array();
  for (const ExampleInfo& example : Examples()) {
    examples.push_back({{"name", example.name}, {"summary", example.summary}});
  }
  return {{"schema", "dnncut.examples/1"}, {"examples", examples}};
}

nlohmann::ordered_json WrittenJson(const std::string& path,
                                   const WrittenExample& written) {
  return {{"schema", "dnncut.example/1"},
          {"file", path},
          {"nodes", written.nodes},
          {"parameters", written.parameters},
          {"model_bytes", written.model_bytes},
          {"data_bytes", written.data_bytes}};
}

std::string WrittenText(const std::string& path,
                        const WrittenExample& written) {
  return fmt::format("{}: {} nodes, {} parameters, {}\n", Printable(path),
                     written.nodes, FormatCount(written.parameters),
                     FormatSize(written.model_bytes + written.data_bytes));
}

void RunExample(const Flags& flags, const ExampleCommand& command) {
  if (!command.name) return PrintAnswer(command.output, ListJson, ListText);
  if (flags.Given("--depth") && command.name != "gpt2") {
    Fail(ExitCode::kUsage, "E111", "--depth is for gpt2 only, not for '{}'",
         *command.name);
  }
  const std::string path = command.path.value_or(*command.name + ".onnx");
  const WrittenExample written =
      WriteExample(*command.name, command.options, path);
  PrintAnswer(
      command.output, [&] { return WrittenJson(path, written); },
      [&] { return WrittenText(path, written); });
}

}  // namespace

CommandRunner SetUpExample(Flags* flags) {
  auto command = std::make_shared<ExampleCommand>();
  flags->AddOptionalArgument("NAME", Text(&command->name),
                             "the architecture; without it they are listed");
  flags->AddValue(
      "-o,--output", "FILE", OutputName(&command->path, "file"),
      "the file to write; default: NAME.onnx in the current folder");
  flags->AddValue("--depth", "N", Count(&command->options.depth, 1, 1000),
                  "transformer blocks of gpt2, 1 to 1000; default 12");
  flags->AddSwitch("--symbolic-batch", &command->options.symbolic_batch,
                   "the inputs' first dim is 'batch', not 1");
  flags->AddSwitch("--light", &command->options.light,
                   "constant weights: a file of some kilobytes");
  flags->AddSwitch("--external-data", &command->options.external_data,
                   "weights in a second file, FILE.data");
  flags->AddSwitch("--force", &command->options.overwrite,
                   "replace FILE when it is there");
  flags->AddSwitch("--json", &command->output.json, "as JSON");
  return [=] { RunExample(*flags, *command); };
}

}  // namespace dnncut
