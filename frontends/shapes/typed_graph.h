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
    kData,     // only the data decides, at an operator like NonMaxSuppression
    kUnknown,  // the inference does not know an operator
    kEngine,   // it refuses one
    kFree,     // a free dimension of a model input
  };
  Kind kind = Kind::kNone;
  std::string text;  // the operator and its problem; for kFree empty
  // For kData: the size follows from constants and shapes that are known, by
  // operators that our inference cannot compute and a runtime perhaps can.
  bool may_be_folded = false;

  bool operator==(const Blame&) const = default;
};

struct TypedTensor {
  TensorType type;
  // How large the dims get that the type leaves open, by position; -1: no bound
  // is known. Empty when none is.
  std::vector<int64_t> upper_shape;
  // How many elements there are at most, where the dims do not say it or say
  // more; -1: no such bound is known. Of a tensor that is reshaped to a number
  // of rows that the data decides, the rows and their length can each be large,
  // but not both.
  int64_t most_elements = -1;
  Blame blame;
  bool constant = false;
  // Its value follows from the sizes of the model's inputs.
  bool known = false;
  // Its type or bound follows from what the user states. (InferTypes finds out,
  // in the parent.)
  bool stated = false;

  bool operator==(const TypedTensor&) const = default;
};

// The type with its open dims as large as they get, where that is known, and
// the bound of its elements.
TensorType LargestType(const TypedTensor& tensor);

using TensorMap = std::unordered_map<std::string, TypedTensor>;  // by name

struct TypedGraph {
  // Of the main graph; tensors of which nothing is known are missing.
  TensorMap tensors;
  // The bodies of those nodes of the main graph that have bodies or call
  // functions, by the index of the node.
  std::map<int, std::vector<Operation::Body>> bodies;
  // The names in StatedSizes::loops whose counts were needed.
  std::vector<std::string> counted_loops;
  // Which of them cannot be, and why; "": none.
  std::string wrong_count;
};

std::string SerializeTypedGraph(const TypedGraph& graph);
TypedGraph ParseTypedGraph(const std::string& bytes);

}  // namespace dnncut
