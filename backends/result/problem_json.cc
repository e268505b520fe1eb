// SPDX-License-Identifier: Apache-2.0
#include "backends/result/problem_json.h"

#include <optional>

#include "backends/result/memory_json.h"
#include "backends/result/size_basis_json.h"
#include "compiler/files/json_text.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

Json LayerJson(const ProblemLayer& layer, const std::string& sides) {
  const auto pinned = layer.pinned ? Json(SideName(*layer.pinned)) : Json();
  Json json = {{"name", layer.name},
               {"op", layer.op},
               {"device_ns", layer.ns.device},
               {"server_ns", layer.ns.server},
               {"pinned", pinned},
               {"group", OrNull(layer.group)},
               {"side_of_cut", sides}};
  if (layer.sizes_only) json["sizes_only"] = true;
  return json;
}

Json TensorJson(const Problem& problem, size_t id,
                const FittedCrossings& fitted) {
  const ProblemTensor& tensor = problem.tensors[id];
  Json json = {{"name", tensor.name},         {"producer", tensor.producer},
               {"readers", tensor.readers},   {"bytes", OrNull(tensor.bytes)},
               {"cross_ns", tensor.cross_ns}, {"result", tensor.result}};
  if (tensor.decoded_bytes) json["decoded_bytes"] = *tensor.decoded_bytes;
  if (tensor.wanted != Wanted::kAsAll)
    json["wanted"] = WantedName(tensor.wanted);
  if (tensor.home == Side::kServer) json["home"] = SideName(tensor.home);
  if (tensor.state_of) json["state_of"] = *tensor.state_of;
  AddBasis("size_basis", tensor.size_basis, &json);
  if (problem.memory) {
    const PerSide<int64_t>& bytes = problem.memory->tensor_bytes[id];
    json["device_memory_bytes"] = bytes.device;
    json["server_memory_bytes"] = bytes.server;
  }
  if (!fitted.device.empty()) json["device_cross_ns"] = fitted.device[id];
  if (!fitted.server.empty()) json["server_cross_ns"] = fitted.server[id];
  return json;
}

std::string SidesOf(size_t layer, const CutTable& table) {
  std::string sides;
  for (const TableCut& cut : table.cuts) {
    sides += cut.cut[layer] == Side::kDevice ? 'D' : 'S';
  }
  return sides;
}

}  // namespace

std::string ProblemJson(const Problem& problem, const CutTable& table,
                        const FittedCrossings& fitted) {
  JsonText text;
  text.Add("schema", "dnncut.problem/1");
  text.Add("rtt_ns", problem.rtt_ns);
  text.Add("result", SideName(problem.result));
  text.Add("downlink", DownlinkName(problem.downlink));
  text.AddList("layers", problem.layers.size(), [&](size_t l) {
    return LayerJson(problem.layers[l], SidesOf(l, table));
  });
  text.AddList("tensors", problem.tensors.size(),
               [&](size_t t) { return TensorJson(problem, t, fitted); });
  if (const auto& memory = problem.memory) {
    text.Add("memory", MemoryJson(memory->limit));
    text.AddList("weights", memory->weights.size(), [&](size_t w) {
      const MemoryBound::Weight& weight = memory->weights[w];
      return Json{{"device_bytes", weight.bytes.device},
                  {"server_bytes", weight.bytes.server},
                  {"readers", weight.readers}};
    });
  }
  return text.Finish();
}

}  // namespace dnncut
