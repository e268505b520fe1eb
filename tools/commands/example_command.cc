// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/examples/examples.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

struct ExampleFlags {
  std::optional<std::string> name;
  std::optional<std::string> output;
  std::optional<std::string> depth;
  bool symbolic_batch = false;
  bool light = false;
  bool external_data = false;
  bool force = false;
  bool json = false;
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

void List(bool json) {
  if (json) {
    PrintJson(ListJson());
  } else {
    PrintResult(ListText());
  }
}

ExampleOptions OptionsOf(const ExampleFlags& flags) {
  ExampleOptions options;
  if (flags.depth) {
    if (flags.name != "gpt2") {
      Fail(ExitCode::kUsage, "E111", "--depth is for gpt2 only, not for '{}'",
           *flags.name);
    }
    options.depth =
        static_cast<int>(ParseCount("--depth", *flags.depth, 1, 1000));
  }
  options.symbolic_batch = flags.symbolic_batch;
  options.light = flags.light;
  options.external_data = flags.external_data;
  options.overwrite = flags.force;
  return options;
}

void RunExample(const ExampleFlags& flags) {
  if (!flags.name) return List(flags.json);
  const std::string path = flags.output.value_or(*flags.name + ".onnx");
  const WrittenExample written =
      WriteExample(*flags.name, OptionsOf(flags), path);
  if (flags.json) {
    PrintJson({{"schema", "dnncut.example/1"},
               {"file", path},
               {"nodes", written.nodes},
               {"parameters", written.parameters},
               {"model_bytes", written.model_bytes},
               {"data_bytes", written.data_bytes}});
  } else {
    PrintResult(
        fmt::format("{}: {} nodes, {} parameters, {}\n", Printable(path),
                    written.nodes, FormatCount(written.parameters),
                    FormatSize(written.model_bytes + written.data_bytes)));
  }
}

}  // namespace

CommandRunner SetUpExample(CLI::App* app) {
  auto flags = std::make_shared<ExampleFlags>();
  AddArgument(app, "NAME", &flags->name,
              "the architecture; without it they are listed");
  AddValue(app, "-o,--output", "FILE", &flags->output,
           "the file to write; default: NAME.onnx in the current folder");
  AddValue(app, "--depth", "N", &flags->depth,
           "transformer blocks of gpt2, 1 to 1000; default 12");
  AddSwitch(app, "--symbolic-batch", &flags->symbolic_batch,
            "the inputs' first dim is 'batch', not 1");
  AddSwitch(app, "--light", &flags->light,
            "constant weights: a file of some kilobytes");
  AddSwitch(app, "--external-data", &flags->external_data,
            "weights in a second file, FILE.data");
  AddSwitch(app, "--force", &flags->force, "replace FILE when it is there");
  AddSwitch(app, "--json", &flags->json, "as JSON");
  return [flags] { RunExample(*flags); };
}

}  // namespace dnncut
