// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/make_problem.h"

#include <stdexcept>

namespace dnncut {

Problem MakeProblem(const Graph& graph, const CostTable& costs,
                    const LinkOptions& link, const Placement& placement) {
  const size_t layer_count = graph.layers.size();
  const size_t tensor_count = graph.tensors.size();
  const auto fits = [layer_count](size_t size) {
    return size == 0 || size == layer_count;
  };
  if (costs.ns.device.size() != layer_count ||
      costs.ns.server.size() != layer_count ||
      costs.cross_ns.size() != tensor_count || !fits(placement.pins.size()) ||
      !fits(placement.groups.size())) {
    throw std::logic_error("MakeProblem: tables of another graph");
  }

  Problem problem;
  problem.layers.reserve(layer_count);
  for (size_t l = 0; l < layer_count; ++l) {
    ProblemLayer layer;
    layer.name = graph.layers[l].name;
    layer.op = graph.layers[l].operation.op_type;
    layer.sizes_only = graph.layers[l].sizes_only;
    layer.ns = {costs.ns.device[l], costs.ns.server[l]};
    if (!placement.pins.empty()) layer.pinned = placement.pins[l];
    if (!placement.groups.empty()) layer.group = placement.groups[l];
    problem.layers.push_back(std::move(layer));
  }
  problem.tensors.reserve(tensor_count);
  for (size_t t = 0; t < tensor_count; ++t) {
    const Tensor& from = graph.tensors[t];
    ProblemTensor tensor;
    tensor.name = from.name;
    tensor.producer = from.producer;
    tensor.readers = from.readers;
    tensor.bytes = from.bytes;
    tensor.decoded_bytes = from.decoded_bytes;
    tensor.size_basis = from.size_basis;
    tensor.cross_ns = costs.cross_ns[t];
    tensor.result = from.is_result;
    problem.tensors.push_back(std::move(tensor));
  }
  for (const auto& [t, wanted] : placement.wanted) {
    problem.tensors[t].wanted = wanted;
  }
  for (const TensorId t : placement.inputs_on_server) {
    problem.tensors[t].home = Side::kServer;
  }
  for (const auto& [input, result] : placement.states) {
    problem.tensors[input].state_of = result;
  }
  problem.range = link.range;
  problem.rtt_ns = link.rtt_ns;
  problem.result = link.result;
  problem.downlink = link.downlink;
  VerifyProblem(problem);
  return problem;
}

}  // namespace dnncut
