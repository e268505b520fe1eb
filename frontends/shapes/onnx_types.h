// SPDX-License-Identifier: Apache-2.0
//
// Converts between ONNX's TypeProto and TensorType. Types from files, from
// libonnx and from ONNX Runtime are all converted here, so none of them is used
// before it was checked.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "compiler/model/graph.h"

namespace dnncut {

// Negative dims become -1 (not known), a rank beyond kMaxRank becomes no rank;
// a shape whose size overflows loses all its dims.
TensorType TypeFromOnnx(const ONNX_NAMESPACE::TypeProto& type);

// Unknown dims have neither value nor name.
ONNX_NAMESPACE::TypeProto TypeToOnnx(const TensorType& type);

// The type of a tensor with data. Throws Error on absurd dims.
TensorType TypeOfTensor(const ONNX_NAMESPACE::TensorProto& tensor);

// Joins what two types say of a tensor. Unknown parts of `better` are taken
// from `other`, unless the two contradict each other in any known part; then
// the result is `better`.
TensorType MergeTypes(const TensorType& better, const TensorType& other);

// True when a part of the type is known in both, and different.
bool Contradict(const TensorType& a, const TensorType& b);

// "float32[1,3,?]"; "an unknown type", "a sequence, map or optional".
std::string TypeName(const TensorType& type);

}  // namespace dnncut
