// SPDX-License-Identifier: Apache-2.0
//
// Computes small values for the operators with which exporters compute shapes.
// A value is given only when it is certain.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <vector>

#include "frontends/values/known_values.h"

namespace dnncut {

// What is known of one input of a node.
struct ValueInput {
  bool present = false;  // false: its name is ""
  const KnownValue* value = nullptr;
  bool has_shape = false;
  std::vector<int64_t> shape;  // -1: unknown
};

// The value of the first output of `node`, an operator of the default domain,
// as far as it follows from the inputs; nullopt when it does not, or the
// operator is not among those that shapes are computed with. Odd attributes and
// shapes give nullopt.
std::optional<KnownValue> ComputeValue(const ONNX_NAMESPACE::NodeProto& node,
                                       const std::vector<ValueInput>& inputs);

// compute_elements.cc: the part of ComputeValue for operators that work element
// by element (arithmetic, comparisons, Cast, Where, ...).
std::optional<KnownValue> ComputeElementwise(
    const ONNX_NAMESPACE::NodeProto& node,
    const std::vector<ValueInput>& inputs);

// compute_moved.cc: the part for operators that move elements (Concat, Gather,
// Reshape, Slice, ...).
std::optional<KnownValue> ComputeMoved(const ONNX_NAMESPACE::NodeProto& node,
                                       const std::vector<ValueInput>& inputs);

// The value of an input; null when it is not there or not known.
const KnownValue* ValueAt(const std::vector<ValueInput>& inputs, size_t index);

// The integers of a value; nullopt unless all of them are known.
std::optional<std::vector<int64_t>> Integers(const KnownValue* value);

// A list of integers that newer opsets take from an input and older ones from
// an attribute. `*given` is false when there is neither; nullopt when it is not
// known.
std::optional<std::vector<int64_t>> InputOrAttribute(
    const ONNX_NAMESPACE::NodeProto& node,
    const std::vector<ValueInput>& inputs, size_t index, std::string_view name,
    bool* given);

// Attributes by name.
const ONNX_NAMESPACE::AttributeProto* FindAttribute(
    const ONNX_NAMESPACE::NodeProto& node, std::string_view name);
int64_t IntAttribute(const ONNX_NAMESPACE::NodeProto& node,
                     std::string_view name, int64_t otherwise);

}  // namespace dnncut
