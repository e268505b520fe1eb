// SPDX-License-Identifier: Apache-2.0
//
// What is left to pay from each decision on, at least or at most.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/objectives/decision_graph.h"

namespace dnncut {

// By node, with the end: the least sum of weights[k] * amount k over the paths
// to the end. Sums must fit 64 bits (MostToEnd says how large they get).
std::vector<int64_t> LeastToEnd(const DecisionGraph& graph,
                                const Amounts& weights);

// By node, with the end: the most of each amount over the paths to the end.
std::vector<Amounts> MostToEnd(const DecisionGraph& graph);
// The least of each.
std::vector<Amounts> LeastOfEach(const DecisionGraph& graph);

// A whole path: by node of the graph, which side it takes where it comes by.
struct DecisionPath {
  std::vector<bool> on_device;  // by BlockId; the device's anchor is, too
  Amounts amounts;              // of the whole cut
};

// A path with the least weighted sum, given LeastToEnd of these weights; where
// both sides are as good the server.
DecisionPath LeastPath(const DecisionGraph& graph, const Amounts& weights,
                       const std::vector<int64_t>& least_to_end);

}  // namespace dnncut
