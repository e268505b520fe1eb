// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "compiler/base/checked_math.h"
#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "tools/compile/likely_states.h"
#include "tools/inspect/inspect.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

std::string PortText(std::string_view label, const std::vector<Port>& ports) {
  std::string text;
  for (const Port& port : ports) {
    const std::string type =
        port.type.kind == TensorType::Kind::kTensor
            ? FormatType(DTypeName(port.type.dtype), port.type.shape)
            : "no tensor";
    text += fmt::format(
        "{:<11} '{}' {}{}\n", label, Printable(port.name), type,
        port.bytes
            ? fmt::format(" {}", FormatBytes(*port.bytes, port.size_basis))
            : "");
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

// "states      'h' may be what the output 'hn' was: compile --state h=hn"
std::string StatesText(const Graph& graph) {
  constexpr size_t kShown = 2;
  std::string text;
  std::string_view label = "states";
  for (const LikelyStates& likely : FindLikelyStates(graph)) {
    int64_t bytes = 0;
    for (const auto& [input, output] : likely.states) {
      bytes = CheckedAdd(bytes, graph.tensors[input].bytes.value_or(0),
                         "the sum of the states");
    }
    const size_t count = likely.states.size();
    text += fmt::format(
        "{:<11} {} may be what {} in the inference before, {}: compile {}\n",
        label,
        FirstFew(count, kShown,
                 [&](size_t i) {
                   const TensorId input = likely.states[i].first;
                   return fmt::format("'{}'",
                                      Printable(graph.tensors[input].name));
                 }),
        count == 1 ? fmt::format("the output '{}' was",
                                 Printable(likely.pattern.output))
                   : fmt::format("the outputs {} were",
                                 Printable(likely.pattern.output)),
        FormatSize(bytes), likely.Flag());
    label = "";
  }
  return text;
}

// Which nodes of the model are layers, and what the others are.
std::string LayersLine(const Graph& graph, int64_t nodes) {
  const int64_t layers = CountLayers(graph);
  const int64_t sizes = std::ssize(graph.layers) - layers;
  const int64_t constants = nodes - std::ssize(graph.layers);
  std::string text = fmt::format("layers      {}", layers);
  if (nodes > layers) text += fmt::format(" of {} nodes", nodes);
  if (sizes > 0) {
    text += fmt::format("; {} only {} sizes", sizes,
                        sizes == 1 ? "computes" : "compute");
  }
  if (constants > 0) {
    text += constants == 1 ? "; the other makes a constant"
                           : "; the others make constants";
  }
  return text + "\n";
}

}  // namespace

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
  text += LayersLine(graph, inspection.model.proto.graph().node_size());
  text += fmt::format("parameters  {}, {} in memory, {} in the file\n",
                      FormatCount(inspection.parameters),
                      FormatSize(inspection.memory_bytes),
                      FormatSize(inspection.file_bytes));
  text += fmt::format("tensors     {}", graph.tensors.size());
  if (!inspection.largest.empty()) {
    text += fmt::format(
        ", the largest '{}' {}", Printable(inspection.largest),
        FormatBytes(inspection.largest_bytes, inspection.largest_basis));
  }
  text +=
      fmt::format("\n{}{}{}", PortText("inputs", inspection.inputs),
                  PortText("outputs", inspection.outputs), StatesText(graph));
  return text +
         fmt::format("\non {} ({})\n", Printable(inspection.costs.name),
                     EstimateWords(inspection.costs)) +
         SharesText(inspection);
}

}  // namespace dnncut
