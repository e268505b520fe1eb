// SPDX-License-Identifier: Apache-2.0
//
// Small graphs, and what mappings make of them.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "tools/profile/layer_times.h"

namespace dnncut {

struct NodeSpec {
  std::string op;
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

inline ONNX_NAMESPACE::GraphProto Proto(const std::vector<NodeSpec>& nodes) {
  ONNX_NAMESPACE::GraphProto graph;
  for (const NodeSpec& spec : nodes) {
    ONNX_NAMESPACE::NodeProto* node = graph.add_node();
    node->set_op_type(spec.op);
    node->set_name(spec.name);
    for (const std::string& input : spec.inputs) node->add_input(input);
    for (const std::string& output : spec.outputs) node->add_output(output);
  }
  return graph;
}

// What a frontend makes of the nodes; "x" is the model's input, and whatever
// else no node makes is a constant.
inline Graph GraphOf(const std::vector<NodeSpec>& nodes) {
  Graph graph;
  graph.input_count = 1;
  graph.tensors.push_back({.name = "x"});
  std::map<std::string, TensorId> tensors = {{"x", 0}};
  for (const NodeSpec& spec : nodes) {
    const LayerId id = static_cast<LayerId>(graph.layers.size());
    Layer layer;
    layer.name = spec.name;
    layer.node = id;
    layer.operation.op_type = spec.op;
    for (const std::string& input : spec.inputs) {
      if (!tensors.contains(input)) continue;
      layer.inputs.push_back(tensors[input]);
      graph.tensors[tensors[input]].readers.push_back(id);
    }
    for (const std::string& output : spec.outputs) {
      tensors[output] = static_cast<TensorId>(graph.tensors.size());
      layer.outputs.push_back(tensors[output]);
      graph.tensors.push_back({.name = output, .producer = id});
    }
    graph.layers.push_back(layer);
  }
  return graph;
}

inline std::vector<std::vector<LayerId>> LayersOf(const LayerTimes& times) {
  std::vector<std::vector<LayerId>> layers;
  for (const Unit& unit : times.units) layers.push_back(unit.layers);
  return layers;
}

inline std::vector<double> UsOf(const LayerTimes& times) {
  std::vector<double> us;
  for (const Unit& unit : times.units) us.push_back(unit.us);
  return us;
}

inline NodeTime Time(const std::string& name, double us,
                     const std::string& op = "") {
  return {.name = name, .op = op, .us = us};
}

using Units = std::vector<std::vector<LayerId>>;

}  // namespace dnncut
