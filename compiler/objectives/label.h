// SPDX-License-Identifier: Apache-2.0
//
// Paths through a graph of decisions, from the first node to some other one.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/objectives/decision_graph.h"

namespace dnncut {

// A path by what it has paid so far.
struct Label {
  Amounts paid;
  int64_t tie = 0;  // the sum of what breaks ties
  int trail = -1;   // the steps to it
  int layers = 0;   // on the device
  int goal = 0;     // one that it reaches
};

// The steps of all paths: each knows the one before it.
class Trail {
 public:
  explicit Trail(const DecisionGraph& graph) : graph_(graph) {}

  // A step from `node` to a side, behind the step `before`; -1: the first.
  int Add(int before, int node, Side side) {
    steps_.push_back({before, node, side == Side::kDevice});
    return static_cast<int>(steps_.size()) - 1;
  }

  // By block: is it on the device on the way that ends with this step?
  std::vector<bool> OnDevice(int last) const;

  // Of two ways to one node: is it b that has the first layer on the device of
  // those in which they differ?
  bool IsFirstByLayers(int a, int b) const;

 private:
  struct Step {
    int before = -1;
    int node = 0;
    bool on_device = false;
  };

  const DecisionGraph& graph_;
  std::vector<Step> steps_;
};

}  // namespace dnncut
