// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>

#include "backends/result/size_basis_json.h"
#include "tools/compile/likely_states.h"
#include "tools/inspect/inspect.h"

namespace dnncut {
namespace {

nlohmann::ordered_json PortJson(const Port& port) {
  nlohmann::ordered_json json = {{"name", port.name},
                                 {"dtype", DTypeName(port.type.dtype)},
                                 {"shape", nullptr},
                                 {"bytes", nullptr}};
  if (port.type.has_rank) json["shape"] = port.type.shape;
  if (port.bytes) json["bytes"] = *port.bytes;
  AddBasis("size_basis", port.size_basis, &json);
  return json;
}

nlohmann::ordered_json StatesJson(const Graph& graph) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const LikelyStates& likely : FindLikelyStates(graph)) {
    for (const auto& [input, output] : likely.states) {
      json.push_back({{"input", graph.tensors[input].name},
                      {"output", graph.tensors[output].name}});
    }
  }
  return json;
}

}  // namespace

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
          {"layers", CountLayers(inspection.graph)},
          {"size_layers",
           std::ssize(inspection.graph.layers) - CountLayers(inspection.graph)},
          {"tensors", inspection.graph.tensors.size()},
          {"parameters", inspection.parameters},
          {"weight_bytes", inspection.memory_bytes},
          {"weight_file_bytes", inspection.file_bytes},
          {"inputs", ports_json(inspection.inputs)},
          {"outputs", ports_json(inspection.outputs)},
          {"likely_states", StatesJson(inspection.graph)},
          {"machine", inspection.costs.name},
          {"costs", shares}};
}

}  // namespace dnncut
