// SPDX-License-Identifier: Apache-2.0
//
// Values of small tensors from which shapes are computed. Exporters write
// chains such as Shape - Gather - Concat - Reshape; shape inference can go on
// behind them only if it computes these values. Each element may be known or
// not.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/model/dtype.h"

namespace dnncut {

// One element. Integers and booleans are in `integer`, floats in `real`.
struct KnownElement {
  bool known = false;
  int64_t integer = 0;
  double real = 0;
  // Of an integer or bool that is not known: between which numbers it is.
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;

  bool operator==(const KnownElement&) const = default;
};

// A tensor of int32, int64, bool, float32 or float64 some elements of which may
// be known; row-major.
struct KnownValue {
  DType dtype = DType::kInt64;
  std::vector<int64_t> shape;
  std::vector<KnownElement> elements;

  bool operator==(const KnownValue&) const = default;
};

bool IsComplete(const KnownValue& value);

// No value has more elements: shapes are short, and so are the index vectors
// that are made from them.
inline constexpr int64_t kMaxKnownElements = 4096;

// The value of a tensor with inline data; nullopt for big ones, other types and
// data that does not fit the dims.
std::optional<KnownValue> ValueOfTensor(
    const ONNX_NAMESPACE::TensorProto& tensor);

// A tensor with the (complete) value.
ONNX_NAMESPACE::TensorProto TensorOfValue(const KnownValue& value);

// Elements of the shape; nullopt when a dim is unknown or there are more than
// kMaxKnownElements.
std::optional<int64_t> SmallCount(const std::vector<int64_t>& shape);

}  // namespace dnncut
