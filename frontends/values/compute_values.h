// SPDX-License-Identifier: Apache-2.0
//
// Computes small values through the operators that exporters build shapes with.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "frontends/values/known_values.h"
#include "frontends/values/value_ranges.h"

namespace dnncut {

// What is known of one input of a node.
struct ValueInput {
  bool present = false;  // false: its name is ""
  const KnownValue* value = nullptr;
  bool has_shape = false;
  std::vector<int64_t> shape;  // -1: unknown
  // How large the dims get, -1: not known; empty when no more is known than
  // `shape`.
  std::vector<int64_t> upper_shape;

  Range Dim(size_t axis) const;
};

// Computes the value of the first output of `node`, an operator of the default
// domain, as far as it follows from the inputs; nullopt when it does not. Odd
// attributes and shapes give nullopt. frontends/shapes/operator_table.cc says
// which function is whose.
using ComputeValueFunction =
    std::optional<KnownValue>(const ONNX_NAMESPACE::NodeProto& node,
                              const std::vector<ValueInput>& inputs);

ComputeValueFunction ComputeConstant;
ComputeValueFunction ComputeConstantOfShape;
ComputeValueFunction ComputeNonZero;
ComputeValueFunction ComputeRange;
ComputeValueFunction ComputeReduce;  // the maximum, minimum, product and sum
ComputeValueFunction ComputeShape;
ComputeValueFunction ComputeSize;

// compute_elements.cc: operators that work element by element, two inputs or
// more at a time (arithmetic, comparisons) or one.
ComputeValueFunction ComputeBinary;
ComputeValueFunction ComputeCast;
ComputeValueFunction ComputeClip;
ComputeValueFunction ComputeUnary;
ComputeValueFunction ComputeWhere;

// compute_moved.cc: operators that move elements without changing them.
ComputeValueFunction ComputeConcat;
ComputeValueFunction ComputeExpand;
ComputeValueFunction ComputeGather;
ComputeValueFunction ComputeIdentity;
ComputeValueFunction ComputeReshape;
ComputeValueFunction ComputeSlice;
ComputeValueFunction ComputeSqueeze;
ComputeValueFunction ComputeTranspose;
ComputeValueFunction ComputeUnsqueeze;

// The value of an input; null when it is not there or not known.
const KnownValue* ValueAt(const std::vector<ValueInput>& inputs, size_t index);

// The same, or where nothing but its shape is known, one of `dtype` with
// elements of which nothing is known; nullopt when the shape is not known
// either, or too large.
std::optional<KnownValue> ValueOrUnknown(const std::vector<ValueInput>& inputs,
                                         size_t index, DType dtype);

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
