// SPDX-License-Identifier: Apache-2.0
//
// What the inference of types knows of tensors while it runs.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/model/graph.h"
#include "frontends/read/call_attributes.h"
#include "frontends/shapes/typed_graph.h"
#include "frontends/values/known_values.h"

namespace dnncut {

// What is known of one tensor.
struct Fact {
  ONNX_NAMESPACE::TypeProto type;    // without a value case: nothing
  std::vector<int64_t> upper_shape;  // as in TypedTensor
  int64_t most_elements = -1;        // as in TypedTensor
  bool constant = false;             // depends on no model input
  bool known = false;                // all elements of its value were known
  bool of_data = false;  // depends on what an input holds, not only on sizes
  std::shared_ptr<const KnownValue> value;  // null: nothing is known of it
  // The value as libonnx wants it: an initializer, or `computed`; may be null.
  const ONNX_NAMESPACE::TensorProto* data = nullptr;
  std::shared_ptr<const ONNX_NAMESPACE::TensorProto> computed;
  // What is partly known of a shape-like value, as libonnx wants it.
  std::shared_ptr<const ONNX_NAMESPACE::TensorShapeProto> symbolic;
  Blame blame;  // why the type is not static
};

using OpsetMap = std::map<std::string, int64_t, std::less<>>;  // by domain

// The tensors of one graph; `outer` is the scope of the graph around it.
struct Scope {
  const Scope* outer = nullptr;
  // Of a call: those that the function's nodes refer to.
  const CallAttributes* attributes = nullptr;
  const OpsetMap* opsets = nullptr;
  int depth = 0;
  std::unordered_map<std::string, Fact> facts;
  std::unordered_map<std::string, TensorType> declared;  // value_info, outputs
  // Tensors that are looked at when all nodes are done.
  std::unordered_set<std::string> returned;
  // The types of tensors as operands, once they were asked for.
  std::unordered_map<std::string, OperandType> operands;
  // What is known of tensors that no node reads any more; null: is forgotten.
  TensorMap* finished = nullptr;
};

const Fact* FindFact(const Scope& scope, const std::string& name);

// Of a value with one element; nullopt when it is not known. Null: no fact.
std::optional<int64_t> KnownScalar(const Fact* fact);

// The largest number that an integer scalar can be; -1: not known. Null: no
// fact.
int64_t LargestScalar(const Fact* fact);

// What is known when no node reads the tensor any more.
TypedTensor TypedOf(const Fact& fact);

// Of the fact, a tensor; with open dims as large as they get.
TensorType LargestType(const Fact& fact);

// True when nothing of the type is open.
bool IsSettled(const ONNX_NAMESPACE::TypeProto& type);

// Names of dims and the like do not count.
bool IsSameType(const ONNX_NAMESPACE::TypeProto& a,
                const ONNX_NAMESPACE::TypeProto& b);

// The type that describes both values, for example the results of two branches
// or of two rounds of a loop: it keeps what is the same in both, of sequences
// and optional values in their elements. Maps and the like must be equal;
// without a value case: nothing describes both.
ONNX_NAMESPACE::TypeProto CommonType(const ONNX_NAMESPACE::TypeProto& a,
                                     const ONNX_NAMESPACE::TypeProto& b);

// How large both values get: the bounds of what describes both; -1: none.
// Empty when their ranks are not known or differ.
std::vector<int64_t> CommonUpperShape(const Fact& a, const Fact& b);

// Of a tensor, or of what a sequence or an optional value holds.
void ForgetShape(ONNX_NAMESPACE::TypeProto* type);

// Absurd dims (of libonnx: negative after an overflow, say) become unknown
// ones. False when all were possible, but not together. Names of dims and the
// like, which would be copied from tensor to tensor, are forgotten.
bool Sanitize(ONNX_NAMESPACE::TypeProto* type);

}  // namespace dnncut
