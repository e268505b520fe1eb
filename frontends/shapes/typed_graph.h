// SPDX-License-Identifier: Apache-2.0
//
// What type inference found out, in a form that travels from the child process
// that infers to the parent. type_engine makes it; onnx_import reads it.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

// Why a tensor's size is not known.
struct Blame {
  enum class Kind {
    kNone,
    kData,    // only the data decides, at an operator like NonMaxSuppression
    kEngine,  // the inference does not know or refuses an operator
    kFree,    // a free dimension of a model input
  };
  Kind kind = Kind::kNone;
  std::string text;  // the operator, what was said of it, or the dimension

  bool operator==(const Blame&) const = default;
};

struct TypedTensor {
  TensorType type;
  Blame blame;
  bool constant = false;

  bool operator==(const TypedTensor&) const = default;
};

struct TypedGraph {
  // Of the main graph, by name; those of which nothing is known are missing.
  std::unordered_map<std::string, TypedTensor> tensors;
  // Of the nodes of the main graph that have bodies or call functions, by
  // index.
  std::map<int, std::vector<Operation::Body>> bodies;
};

std::string SerializeTypedGraph(const TypedGraph& graph);
TypedGraph ParseTypedGraph(const std::string& bytes);

}  // namespace dnncut
