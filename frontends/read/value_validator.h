// SPDX-License-Identifier: Apache-2.0
//
// Checks single values in a model: names, declared types, sparse tensors. In
// messages, `place` and `what` say what is checked and where it is.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "frontends/read/limits.h"

namespace dnncut {

// Checks that a name is not longer than the limit, is UTF-8 (names go into JSON
// files), and has no control characters (names go to terminals). Throws Error
// E227.
void CheckName(const ModelLimits& limits, std::string_view name,
               std::string_view place, std::string_view what);

// Checks the same, and that the name is not "".
void CheckNameIsThere(const ModelLimits& limits, std::string_view name,
                      std::string_view place, std::string_view what);

// Checks that there are no more dims than the limit allows, and that the size
// fits 64 bits; dims are not negative (accepted_oddities frees such ones).
// Throws Error: E210, E222, E227.
void CheckType(const ModelLimits& limits, const ONNX_NAMESPACE::TypeProto& type,
               const std::string& what);

// The length that a one-dimensional tensor is declared to have; else -1.
int64_t VectorLength(const ONNX_NAMESPACE::TypeProto& type);

// Checks that dims, values and indices fit together. Throws Error: E210, E211,
// E226.
void CheckSparseTensor(const ModelLimits& limits,
                       const ONNX_NAMESPACE::SparseTensorProto& sparse,
                       const std::string& what);

}  // namespace dnncut
