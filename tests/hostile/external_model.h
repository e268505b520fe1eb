// SPDX-License-Identifier: Apache-2.0
//
// Models whose weights lie in files of their own.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dnncut {

// Keys and values of a tensor's external_data.
using Entries = std::vector<std::pair<std::string, std::string>>;

// Floats of each tensor.
inline constexpr int64_t kElements = 1024;

ONNX_NAMESPACE::TensorProto ExternalTensor(const std::string& name,
                                           const Entries& entries);

// y = Relu(x)
ONNX_NAMESPACE::ModelProto EmptyModel();

// y = Add(x, w), where `entries` say where the 4096 bytes of w lie.
ONNX_NAMESPACE::ModelProto ExternalModel(const Entries& entries);

// The line of a tensor 'w' whose file no model may reach, because `why`.
std::string Outside(const std::string& location, const std::string& why);

}  // namespace dnncut
