// SPDX-License-Identifier: Apache-2.0
//
// Checks of single values in a model: names, declared types, sparse tensors.
// Part of the validator. `place` and `what` say what is checked and where.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "frontends/read/limits.h"

namespace dnncut {

// Not longer than the limit, UTF-8 (names go into JSON), and without
// control characters (they go to terminals). Throws Error E227.
void CheckName(const ModelLimits& limits, std::string_view name,
               std::string_view place, std::string_view what);

// The same, and not "".
void CheckNameIsThere(const ModelLimits& limits, std::string_view name,
                      std::string_view place, std::string_view what);

// No negative dims, no more of them than the limit, and a size that fits 64
// bits. Throws Error: E210, E211, E222, E227.
void CheckType(const ModelLimits& limits, const ONNX_NAMESPACE::TypeProto& type,
               const std::string& what);

// The length that a one-dimensional tensor is declared to have; else -1.
int64_t VectorLength(const ONNX_NAMESPACE::TypeProto& type);

// Dims, values and indices fit together. Throws Error: E210, E211, E226.
void CheckSparseTensor(const ModelLimits& limits,
                       const ONNX_NAMESPACE::SparseTensorProto& sparse,
                       const std::string& what);

}  // namespace dnncut
