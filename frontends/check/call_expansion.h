// SPDX-License-Identifier: Apache-2.0
//
// How large a model becomes when every call of a function is replaced by the
// function's nodes, and every reference to an attribute by the attribute that
// the call gives, or else the function's default.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/model/onnx_walk.h"

namespace dnncut {

// A number that would become larger than 2^60, which is far above all that a
// model may have, stays there.
struct Expanded {
  int64_t nodes = 0;  // of functions; those that call are not counted
  int64_t bytes = 0;
};

class Expansion {
 public:
  // `order`: the functions, each after those that it calls.
  Expansion(const ONNX_NAMESPACE::ModelProto& model, const FunctionIndex& index,
            const std::vector<int>& order);

  // Adds what a node of the main graph becomes. Returns the sum of all that
  // were added.
  Expanded Add(const ONNX_NAMESPACE::NodeProto& node);

 private:
  // Of one function.
  struct Size {
    Expanded all;
    // How many copies of an attribute of this name are made when a call gives
    // it.
    std::unordered_map<std::string, int64_t> copies;

    int64_t CopiesOf(const std::string& attribute) const;
  };

  // `weight`: how often the node stands there.
  void AddNode(const ONNX_NAMESPACE::NodeProto& node, int64_t weight,
               Size* size) const;
  void AddFunction(const ONNX_NAMESPACE::FunctionProto& function, Size* size);

  const FunctionIndex& index_;
  std::vector<Size> sizes_;
  Size main_;
};

}  // namespace dnncut
