// SPDX-License-Identifier: Apache-2.0
//
// Flags to be pasted that state shapes, with letters in place of what is not
// known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

// "A", "B", ...: the same letter for the same dim. 'X' stands between dims, so
// it is none.
class DimLetters {
 public:
  // Of the dim that a model calls `name`; "": of a dim of its own.
  std::string Of(const std::string& name);

 private:
  int used_ = 0;
  std::map<std::string, std::string> by_name_;
};

// "--tensor-shape 'kept=int64[A,3]'": for those tensors of open size from which
// the open sizes of `tensors` follow, at most 16; "" when there is none.
std::string TensorShapeFlags(const Graph& graph,
                             const std::vector<TensorId>& tensors);

}  // namespace dnncut
