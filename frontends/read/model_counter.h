// SPDX-License-Identifier: Apache-2.0
//
// Counts the parts of a model while its file is read, and refuses a file that
// has more than the limits allow before any message is built from it.
#pragma once

#include <cstdint>
#include <string_view>

#include "frontends/read/limits.h"

namespace dnncut {

// Throws Error E229 when `bytes`, of the file without its weights, are too
// many.
void CheckGraphBytes(const ModelLimits& limits, int64_t bytes);

// All throw Error E229.
class ModelCounter {
 public:
  explicit ModelCounter(const ModelLimits& limits) : limits_(limits) {}

  void CountNode() { Count("nodes", "nodes", limits_.nodes, &nodes_); }
  void CountTensor() {
    Count("tensors", "tensors", limits_.tensors, &tensors_);
  }
  void CountEdge() {
    Count("inputs of nodes", "edges", limits_.edges, &edges_);
  }
  void CountAttribute() {
    Count("attributes", "attributes", limits_.attributes, &attributes_);
  }

 private:
  static void Count(std::string_view what, std::string_view flag, int64_t limit,
                    int64_t* count) {
    if (++*count > limit) FailCount(what, flag, limit);
  }
  [[noreturn]] static void FailCount(std::string_view what,
                                     std::string_view flag, int64_t limit);

  const ModelLimits& limits_;
  int64_t nodes_ = 0;
  int64_t tensors_ = 0;
  int64_t edges_ = 0;
  int64_t attributes_ = 0;
};

}  // namespace dnncut
