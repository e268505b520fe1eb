// SPDX-License-Identifier: Apache-2.0
//
// What a model is, without any machine: the same reading and import as compile
// does, then counts of layers, operations and bytes. Weights are counted where
// layers read them, so one that only makes another weight is not counted beside
// it.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "compiler/base/checked_math.h"
#include "compiler/base/unit_text.h"
#include "cost_models/machines/roofline.h"
#include "frontends/onnx_frontend.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/compile/machine_costs.h"
#include "tools/compile/pipeline.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

struct InspectCommand {
  std::string model_path;
  LoadOptions load;
  ImportOptions import;
  std::string device{kDefaultDevice};
  bool by_operator = false;
  Output output;
};

// A model output, or an input as one.
struct Port {
  std::string name;
  TensorType type;
  std::optional<int64_t> bytes;
};

struct Inspection {
  SourceModel model;
  Graph graph;
  MachineCosts costs;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  int64_t parameters = 0;     // elements of the constants that layers read
  int64_t memory_bytes = 0;   // of the same
  int64_t file_bytes = 0;     // of what is stored to make them
  int64_t largest_bytes = 0;  // of a tensor
  std::string largest;
  std::vector<CostShare> shares;
};

Port PortOf(const Graph& graph, const ModelOutput& output) {
  if (output.source == ModelOutput::Source::kConstant) {
    const Constant& constant = graph.constants[output.id];
    return {output.name, constant.type, constant.memory_bytes};
  }
  const Tensor& tensor = graph.tensors[output.id];
  return {output.name, tensor.type, tensor.bytes};
}

// Counts what layers read, so that a constant which only makes another one is
// not counted beside it.
void CountWeights(Inspection* inspection) {
  const Graph& graph = inspection->graph;
  std::vector<bool> is_read(graph.constants.size());
  for (const Layer& layer : graph.layers) {
    for (const ConstantId constant : layer.constants) is_read[constant] = true;
  }
  for (size_t i = 0; i < graph.constants.size(); ++i) {
    const Constant& constant = graph.constants[i];
    inspection->file_bytes = CheckedAdd(
        inspection->file_bytes, constant.file_bytes, "the sum of the weights");
    if (!is_read[i]) continue;
    inspection->memory_bytes =
        CheckedAdd(inspection->memory_bytes, constant.memory_bytes,
                   "the sum of the weights");
    if (HasStaticSize(constant.type)) {
      inspection->parameters =
          CheckedAdd(inspection->parameters,
                     ElementCount(constant.type.shape, constant.name),
                     "the number of parameters");
    }
  }
}

Inspection Inspect(const InspectCommand& command, Warnings* warnings) {
  Inspection inspection;
  inspection.model = LoadModel(command.model_path, command.load, warnings);
  inspection.graph = ImportGraph(inspection.model, command.import, warnings);
  inspection.costs = EstimateCosts(command.device, inspection.graph);
  const Graph& graph = inspection.graph;
  for (int i = 0; i < graph.input_count; ++i) {
    const Tensor& tensor = graph.tensors[i];
    inspection.inputs.push_back({tensor.name, tensor.type, tensor.bytes});
  }
  for (const ModelOutput& output : graph.outputs) {
    inspection.outputs.push_back(PortOf(graph, output));
  }
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.bytes.value_or(-1) > inspection.largest_bytes) {
      inspection.largest_bytes = *tensor.bytes;
      inspection.largest = tensor.name;
    }
  }
  CountWeights(&inspection);
  inspection.shares = command.by_operator
                          ? CostByOperator(graph, inspection.costs.ns)
                          : CostByClass(graph, inspection.costs.ns);
  return inspection;
}

std::string PortText(std::string_view label, const std::vector<Port>& ports) {
  std::string text;
  for (const Port& port : ports) {
    const std::string type =
        port.type.kind == TensorType::Kind::kTensor
            ? FormatType(DTypeName(port.type.dtype), port.type.shape)
            : "no tensor";
    text += fmt::format(
        "{:<11} '{}' {}{}\n", label, Printable(port.name), type,
        port.bytes ? fmt::format(" {}", FormatBytes(*port.bytes)) : "");
    label = "";
  }
  return text;
}

std::string SharesText(const Inspection& inspection) {
  Int128 all_ns = 0;
  for (const CostShare& share : inspection.shares) all_ns += share.ns;
  std::vector<std::vector<std::string>> rows;
  for (const CostShare& share : inspection.shares) {
    const double percent = all_ns == 0 ? 0
                                       : 100 * static_cast<double>(share.ns) /
                                             static_cast<double>(all_ns);
    rows.push_back({Printable(share.name), fmt::format("{}", share.layers),
                    FormatCount(share.operations), FormatSize(share.bytes),
                    FormatMs(share.ns, 3), fmt::format("{:.1f} %", percent)});
  }
  const std::vector<Column> columns = {
      {"cost by", Align::kLeft},     {"layers", Align::kRight},
      {"operations", Align::kRight}, {"moved", Align::kRight},
      {"ms", Align::kRight},         {"share", Align::kRight}};
  return TextTable(columns, rows);
}

std::string InspectText(const Inspection& inspection) {
  const Graph& graph = inspection.graph;
  const std::string file =
      std::filesystem::path(inspection.model.path).filename().string();
  std::string text =
      fmt::format("{}  sha256 {}  IR {}\n", Heading(Printable(file)),
                  inspection.model.sha256, inspection.model.proto.ir_version());
  for (const auto& import : inspection.model.proto.opset_import()) {
    text += fmt::format(
        "opset       {} of {}\n", import.version(),
        import.domain().empty() ? "ai.onnx" : Printable(import.domain()));
  }
  text += fmt::format("layers      {}", graph.layers.size());
  const auto nodes = inspection.model.proto.graph().node_size();
  if (static_cast<size_t>(nodes) > graph.layers.size()) {
    const bool one = static_cast<size_t>(nodes) == graph.layers.size() + 1;
    text += fmt::format(
        " of {} nodes; {}", nodes,
        one ? "the other makes a constant" : "the others make constants");
  }
  text += "\n";
  text += fmt::format("parameters  {}, {} in memory, {} in the file\n",
                      FormatCount(inspection.parameters),
                      FormatSize(inspection.memory_bytes),
                      FormatSize(inspection.file_bytes));
  text += fmt::format("tensors     {}", graph.tensors.size());
  if (!inspection.largest.empty()) {
    text += fmt::format(", the largest '{}' {}", Printable(inspection.largest),
                        FormatBytes(inspection.largest_bytes));
  }
  text += fmt::format("\n{}{}", PortText("inputs", inspection.inputs),
                      PortText("outputs", inspection.outputs));
  return text +
         fmt::format("\non {} ({})\n", Printable(inspection.costs.name),
                     inspection.costs.fitted ? "predicted from profiles"
                                             : "estimated") +
         SharesText(inspection);
}

nlohmann::ordered_json PortJson(const Port& port) {
  nlohmann::ordered_json json = {{"name", port.name},
                                 {"dtype", DTypeName(port.type.dtype)},
                                 {"shape", nullptr},
                                 {"bytes", nullptr}};
  if (port.type.has_rank) json["shape"] = port.type.shape;
  if (port.bytes) json["bytes"] = *port.bytes;
  return json;
}

nlohmann::ordered_json InspectJson(const Inspection& inspection) {
  const auto ports_json = [](const std::vector<Port>& ports) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Port& port : ports) json.push_back(PortJson(port));
    return json;
  };
  nlohmann::ordered_json opsets = nlohmann::ordered_json::array();
  for (const auto& import : inspection.model.proto.opset_import()) {
    opsets.push_back(
        {{"domain", import.domain()}, {"version", import.version()}});
  }
  nlohmann::ordered_json shares = nlohmann::ordered_json::array();
  for (const CostShare& share : inspection.shares) {
    shares.push_back({{"name", share.name},
                      {"layers", share.layers},
                      {"operations", share.operations},
                      {"bytes", share.bytes},
                      {"ns", share.ns}});
  }
  return {{"schema", "dnncut.inspect/1"},
          {"file",
           std::filesystem::path(inspection.model.path).filename().string()},
          {"sha256", inspection.model.sha256},
          {"ir_version", inspection.model.proto.ir_version()},
          {"opsets", opsets},
          {"nodes", inspection.model.proto.graph().node_size()},
          {"layers", inspection.graph.layers.size()},
          {"tensors", inspection.graph.tensors.size()},
          {"parameters", inspection.parameters},
          {"weight_bytes", inspection.memory_bytes},
          {"weight_file_bytes", inspection.file_bytes},
          {"inputs", ports_json(inspection.inputs)},
          {"outputs", ports_json(inspection.outputs)},
          {"machine", inspection.costs.name},
          {"costs", shares}};
}

void RunInspect(const InspectCommand& command) {
  const Inspection inspection =
      RunStage(command.output, [&](Progress*, Warnings* warnings) {
        return Inspect(command, warnings);
      });
  PrintAnswer(
      command.output, [&] { return InspectJson(inspection); },
      [&] { return InspectText(inspection); });
}

}  // namespace

CommandRunner SetUpInspect(Flags* flags) {
  auto command = std::make_shared<InspectCommand>();
  flags->AddArgument("MODEL", Text(&command->model_path), "an ONNX file");
  flags->AddValue(
      "--device", "NAME|FILE", Text(&command->device),
      fmt::format("machine or machine file to count costs on; default {}",
                  kDefaultDevice));
  flags->AddSwitch("--operators", &command->by_operator,
                   "costs by operator, not by class of operators");
  AddModelFlags(flags, &command->load, &command->import);
  flags->AddSwitch("--json", &command->output.json, "the summary as JSON");
  AddLimitFlag(flags, &command->load.limits);
  return [command] { RunInspect(*command); };
}

}  // namespace dnncut
