// SPDX-License-Identifier: Apache-2.0
//
// Which nodes give another result every time. Such a node is a layer even when
// all its inputs are constant, as its result cannot be computed once and
// stored.
#pragma once

#include <onnx/onnx_pb.h>

#include <set>
#include <string>
#include <vector>

#include "compiler/model/onnx_walk.h"

namespace dnncut {

class RandomNodes {
 public:
  explicit RandomNodes(const ONNX_NAMESPACE::ModelProto& model);

  // Is the node random, or one in its bodies or in functions that it calls?
  // Dropout counts unless it certainly does not train or drops nothing.
  bool Contains(const ONNX_NAMESPACE::NodeProto& node) const;

 private:
  using Names = std::set<std::string>;

  bool DropsOut(const ONNX_NAMESPACE::NodeProto& node,
                const Names& zeros) const;
  bool ContainsDirectly(const ONNX_NAMESPACE::NodeProto& node) const;

  FunctionIndex index_;
  // Constants of the main graph and its bodies with one element, false or 0.
  Names zeros_;
  std::vector<bool> random_functions_;  // by index into the model's functions
};

}  // namespace dnncut
