// SPDX-License-Identifier: Apache-2.0
//
// The types that were inferred for a model. TypeEngine makes it in a child
// process; it can be turned into bytes for the parent and back.
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
  std::string text;  // the operator and its problem; for kFree empty

  bool operator==(const Blame&) const = default;
};

struct TypedTensor {
  TensorType type;
  Blame blame;
  bool constant = false;

  bool operator==(const TypedTensor&) const = default;
};

struct TypedGraph {
  // The tensors of the main graph, by name; tensors of which nothing is known
  // are missing.
  std::unordered_map<std::string, TypedTensor> tensors;
  // The bodies of those nodes of the main graph that have bodies or call
  // functions, by the index of the node.
  std::map<int, std::vector<Operation::Body>> bodies;
};

std::string SerializeTypedGraph(const TypedGraph& graph);
TypedGraph ParseTypedGraph(const std::string& bytes);

}  // namespace dnncut
