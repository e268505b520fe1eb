// SPDX-License-Identifier: Apache-2.0
//
// The format is that of GraphNodeData in google-ai-edge/model-explorer,
// src/server/package/src/model_explorer/node_data_builder.py: "results" maps
// keys of nodes to {"value", "bgColor"?}. What reads it,
// node_data_provider_extension_service.ts, takes a file without graph ids for
// the graph that is shown, so that we need not know its name, and any value.
//
// Keys are ids of nodes. Its adapter for ONNX (justinchuby/model-explorer-onnx,
// src/model_explorer_onnx/main.py) makes them of the names of nodes, and of
// "[value] NAME" for inputs of the model. It calls nodes without a name
// "<node_7>" by their place in the file, which a result folder does not know:
// those stay without colour.
#include "tools/explain/model_explorer_json.h"

#include <fmt/format.h>

#include <map>

#include "compiler/base/choice.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// Sorted by key, which also finds keys of large models fast.
using SortedJson = nlohmann::json;

// Those of the picture that explain --dot makes.
constexpr std::string_view kDeviceColour = "#cfe2f3";
constexpr std::string_view kServerColour = "#fce5cd";
constexpr std::string_view kSentColour = "#e06666";

std::string InputKey(const ProblemTensor& tensor) {
  return fmt::format("[value] {}", tensor.name);
}

std::string_view ColourOf(Side side) {
  return side == Side::kDevice ? kDeviceColour : kServerColour;
}

// By key, what each layer or input sends.
std::map<std::string, int64_t> SentBytes(const Problem& problem,
                                         const CutCosts& costs) {
  std::map<std::string, int64_t> bytes;
  for (const TensorId t : costs.uploaded) {
    const ProblemTensor& tensor = problem.tensors[t];
    const std::string key = tensor.producer == kModelInput
                                ? InputKey(tensor)
                                : problem.layers[tensor.producer].name;
    bytes[key] += *tensor.bytes;
  }
  return bytes;
}

SortedJson SideResults(const Problem& problem, const TableCut& chosen) {
  SortedJson results = SortedJson::object();
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.producer != kModelInput) continue;
    const Side side = OriginOf(problem, tensor, chosen.cut);
    results[InputKey(tensor)] = {{"value", SideName(side)},
                                 {"bgColor", ColourOf(side)}};
  }
  for (size_t l = 0; l < chosen.cut.size(); ++l) {
    const Side side = chosen.cut[l];
    results[problem.layers[l].name] = {{"value", SideName(side)},
                                       {"bgColor", ColourOf(side)}};
  }
  for (const auto& [key, bytes] : SentBytes(problem, chosen.costs)) {
    results[key] = {
        {"value", fmt::format("device, sends {}", FormatBytes(bytes))},
        {"bgColor", kSentColour}};
  }
  return results;
}

SortedJson TimeResults(const Problem& problem, const TableCut& chosen) {
  SortedJson results = SortedJson::object();
  for (size_t l = 0; l < chosen.cut.size(); ++l) {
    const ProblemLayer& layer = problem.layers[l];
    const int64_t ns = layer.ns[chosen.cut[l]];
    // Milliseconds; only shown, never added up.
    results[layer.name] = {{"value", static_cast<double>(ns) / 1e6}};
  }
  return results;
}

SortedJson BytesResults(const Problem& problem, const TableCut& chosen) {
  SortedJson results = SortedJson::object();
  for (const auto& [key, bytes] : SentBytes(problem, chosen.costs)) {
    results[key] = {{"value", bytes}};
  }
  return results;
}

SortedJson Gradient() {
  return SortedJson::array({{{"stop", 0}, {"bgColor", "#ffffff"}},
                            {{"stop", 1}, {"bgColor", kSentColour}}});
}

}  // namespace

Overlay ParseOverlay(std::string_view flag, std::string_view text) {
  return ParseChoice<Overlay>(flag, text,
                              {{"side", Overlay::kSide},
                               {"time", Overlay::kTime},
                               {"bytes", Overlay::kBytes}});
}

std::string ModelExplorerJson(const StoredResult& compiled,
                              const OperatingPoint& point, Overlay overlay) {
  const TableCut& chosen = compiled.cuts()[point.row.cut];
  SortedJson data;
  switch (overlay) {
    case Overlay::kSide:
      data["results"] = SideResults(compiled.problem(), chosen);
      data["showExpandedSummaryOnGroupNode"] = true;
      break;
    case Overlay::kTime:
      data["results"] = TimeResults(compiled.problem(), chosen);
      data["gradient"] = Gradient();
      break;
    case Overlay::kBytes:
      data["results"] = BytesResults(compiled.problem(), chosen);
      data["gradient"] = Gradient();
      break;
  }
  return IndentedJson(data);
}

}  // namespace dnncut
