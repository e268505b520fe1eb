// SPDX-License-Identifier: Apache-2.0
#include "frontends/values/known_values.h"

#include <algorithm>
#include <string>

#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

template <typename T>
KnownElement ElementOf(T number) {
  if constexpr (std::is_floating_point_v<T>) {
    return {true, 0, static_cast<double>(number)};
  } else {
    return {true, static_cast<int64_t>(number), 0};
  }
}

template <typename T>
bool Read(const std::string& data, KnownValue* value) {
  if (data.size() != value->elements.size() * sizeof(T)) return false;
  for (size_t i = 0; i < value->elements.size(); ++i) {
    value->elements[i] = ElementOf(ElementAt<T>(data, i));
  }
  return true;
}

bool ReadElements(const TensorProto& tensor, KnownValue* value) {
  const std::string data = RawDataOf(tensor);
  switch (value->dtype) {
    case DType::kInt64:
      return Read<int64_t>(data, value);
    case DType::kInt32:
      return Read<int32_t>(data, value);
    case DType::kBool:
      return Read<uint8_t>(data, value);
    case DType::kFloat32:
      return Read<float>(data, value);
    case DType::kFloat64:
      return Read<double>(data, value);
    default:
      return false;
  }
}

}  // namespace

bool IsComplete(const KnownValue& value) {
  return std::all_of(value.elements.begin(), value.elements.end(),
                     [](const KnownElement& element) { return element.known; });
}

std::optional<int64_t> SmallCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0 || dim > kMaxKnownElements) return std::nullopt;
    count *= dim;
    if (count > kMaxKnownElements) return std::nullopt;
  }
  return count;
}

std::optional<KnownValue> ValueOfTensor(const TensorProto& tensor) {
  KnownValue value;
  value.dtype = DTypeFromOnnx(tensor.data_type());
  value.shape.assign(tensor.dims().begin(), tensor.dims().end());
  std::optional<int64_t> count = SmallCount(value.shape);
  if (!count.has_value() || tensor.external_data_size() > 0) {
    return std::nullopt;
  }
  value.elements.resize(static_cast<size_t>(*count));
  if (!ReadElements(tensor, &value)) return std::nullopt;
  return value;
}

TensorProto TensorOfValue(const KnownValue& value) {
  TensorProto tensor;
  tensor.set_data_type(static_cast<int32_t>(value.dtype));
  for (int64_t dim : value.shape) tensor.add_dims(dim);
  for (const KnownElement& element : value.elements) {
    if (value.dtype == DType::kInt64) {
      tensor.add_int64_data(element.integer);
    } else if (value.dtype == DType::kFloat32) {
      tensor.add_float_data(static_cast<float>(element.real));
    } else if (value.dtype == DType::kFloat64) {
      tensor.add_double_data(element.real);
    } else {
      tensor.add_int32_data(static_cast<int32_t>(element.integer));
    }
  }
  return tensor;
}

}  // namespace dnncut
