// SPDX-License-Identifier: Apache-2.0
//
// Graphs of random problems, for tests of what is decided on a graph.
#pragma once

#include "compiler/model/graph.h"
#include "tests/testing.h"

namespace dnncut {

// The graph of which the problem could be.
inline Graph GraphOf(const Problem& problem) {
  Graph graph;
  graph.layers.resize(problem.layers.size());
  for (size_t l = 0; l < problem.layers.size(); ++l) {
    graph.layers[l].name = problem.layers[l].name;
    graph.layers[l].sizes_only = problem.layers[l].sizes_only;
  }
  for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
    const ProblemTensor& from = problem.tensors[t];
    Tensor tensor;
    tensor.name = from.name;
    tensor.producer = from.producer;
    tensor.readers = from.readers;
    tensor.is_result = from.result;
    graph.tensors.push_back(tensor);
    if (from.producer == kModelInput) {
      ++graph.input_count;
    } else {
      graph.layers[from.producer].outputs.push_back(t);
    }
    for (const LayerId reader : from.readers) {
      graph.layers[reader].inputs.push_back(t);
    }
  }
  return graph;
}

// A random problem of at most seven layers that may be cut anywhere.
inline Problem PlainProblem(uint64_t seed) {
  Problem problem = RandomProblem(seed, 7);
  for (ProblemLayer& layer : problem.layers) {
    layer.pinned.reset();
    layer.group.reset();
  }
  for (ProblemTensor& tensor : problem.tensors) {
    tensor.bytes = tensor.bytes.value_or(1);
    tensor.home = Side::kDevice;
    tensor.state_of.reset();
    tensor.wanted = Wanted::kAsAll;
  }
  problem.result = Side::kDevice;
  return problem;
}

}  // namespace dnncut
