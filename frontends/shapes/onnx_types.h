// SPDX-License-Identifier: Apache-2.0
//
// Between ONNX's TypeProto and TensorType. Types of files, of libonnx and of
// ONNX Runtime all come through here: nothing that they claim is believed
// before it is checked.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "compiler/model/graph.h"
#include "frontends/read/limits.h"

namespace dnncut {

// Negative dims become -1 (not known), a rank beyond kMaxRank becomes no rank;
// a shape whose size overflows loses all its dims.
TensorType TypeFromOnnx(const ONNX_NAMESPACE::TypeProto& type);

// Unknown dims have neither value nor name.
ONNX_NAMESPACE::TypeProto TypeToOnnx(const TensorType& type);

// The type of a tensor with data. Throws Error on absurd dims.
TensorType TypeOfTensor(const ONNX_NAMESPACE::TensorProto& tensor);

// dtype, rank and every dim are known; strings included.
bool IsStatic(const TensorType& type);

// What both know, `better` deciding where they disagree: unknown dims of
// `better` are taken from `other` if nothing else in the two contradicts.
TensorType MergeTypes(const TensorType& better, const TensorType& other);

// Both know something about the same thing, and it differs.
bool Contradict(const TensorType& a, const TensorType& b);

// "float32[1,3,?]"; "an unknown type", "a sequence, map or optional".
std::string TypeName(const TensorType& type);

}  // namespace dnncut
