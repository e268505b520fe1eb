// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/interface_hash.h"

#include <fmt/format.h>

#include "backends/halves/crc32.h"
#include "compiler/files/json_text.h"
#include "compiler/model/dtype.h"
#include "compiler/model/graph.h"

namespace dnncut {
namespace {

Json TensorJson(const Tensor& tensor) {
  return {tensor.name, std::string(DTypeName(tensor.type.dtype)),
          tensor.type.has_rank ? Json(ReliableShape(tensor)) : Json()};
}

bool IsMadeOnServer(const Graph& graph, const Cut& cut,
                    const ModelOutput& output) {
  if (output.source != ModelOutput::Source::kLayer) return false;
  return cut[graph.tensors[output.id].producer] == Side::kServer;
}

}  // namespace

std::optional<uint32_t> InterfaceHash(const Graph& graph, const TableCut& cut) {
  if (!NeedsNetwork(cut)) return std::nullopt;
  Json inputs = Json::array();
  for (const TensorId tensor : cut.costs.uploaded) {
    inputs.push_back(TensorJson(graph.tensors[tensor]));
  }
  Json outputs = Json::array();
  for (const ModelOutput& output : graph.outputs) {
    if (!IsMadeOnServer(graph, cut.cut, output)) continue;
    outputs.push_back(TensorJson(graph.tensors[output.id]));
  }
  Json message = {{"inputs", inputs}, {"outputs", outputs}};
  for (const TensorId tensor : cut.costs.fetched) {
    message["fetched"].push_back(TensorJson(graph.tensors[tensor]));
  }
  return Crc32(JsonLine(message));
}

uint32_t InterfaceHash(const std::vector<std::optional<uint32_t>>& cuts) {
  std::string text;
  for (const std::optional<uint32_t>& cut : cuts) {
    if (!text.empty()) text += ',';
    text += cut ? HashText(*cut) : "-";
  }
  return Crc32(text);
}

uint32_t InterfaceHash(const Graph& graph, const CutTable& table) {
  std::vector<std::optional<uint32_t>> cuts;
  for (const TableCut& cut : table.cuts) {
    cuts.push_back(InterfaceHash(graph, cut));
  }
  return InterfaceHash(cuts);
}

std::string HashText(uint32_t hash) { return fmt::format("{:08x}", hash); }

}  // namespace dnncut
