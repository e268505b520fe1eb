// SPDX-License-Identifier: Apache-2.0
//
// Pieces of ONNX models, for tests and fuzzers that put them together by hand.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace dnncut {

inline void AddInteger(const std::string& name, int64_t value,
                       ONNX_NAMESPACE::NodeProto* node) {
  auto* const attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(ONNX_NAMESPACE::AttributeProto::INT);
  attribute->set_i(value);
}

// Among the inputs or outputs of a graph.
inline void AddScalar(
    ONNX_NAMESPACE::TensorProto::DataType dtype, const std::string& name,
    google::protobuf::RepeatedPtrField<ONNX_NAMESPACE::ValueInfoProto>*
        values) {
  auto* const value = values->Add();
  value->set_name(name);
  auto* const type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(dtype);
  type->mutable_shape();
}

// float32 data of `count` elements, different for each `seed`.
inline std::string FloatData(int64_t count, int seed) {
  std::string data(count * sizeof(float), '\0');
  for (int64_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(seed * 1000 + i % 997) / 64;
    std::memcpy(data.data() + i * sizeof value, &value, sizeof value);
  }
  return data;
}

// Adds an initializer with raw data.
inline void AddInitializer(const std::string& name,
                           const std::vector<int64_t>& dims, int seed,
                           ONNX_NAMESPACE::GraphProto* graph) {
  auto* const tensor = graph->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
  int64_t count = 1;
  for (const int64_t dim : dims) {
    tensor->add_dims(dim);
    count *= dim;
  }
  tensor->set_raw_data(FloatData(count, seed));
}

}  // namespace dnncut
