// SPDX-License-Identifier: Apache-2.0
#include "frontends/values/known_values.h"

#include <algorithm>
#include <cstring>
#include <limits>

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

// raw_data is little-endian, and so are all machines on which dnncut runs.
template <typename T>
bool ReadRaw(const std::string& raw, KnownValue* value) {
  if (raw.size() != value->elements.size() * sizeof(T)) return false;
  for (size_t i = 0; i < value->elements.size(); ++i) {
    T number{};
    std::memcpy(&number, raw.data() + i * sizeof(T), sizeof(T));
    value->elements[i] = ElementOf(number);
  }
  return true;
}

template <typename List>
bool ReadList(const List& list, KnownValue* value) {
  if (list.size() != static_cast<int>(value->elements.size())) return false;
  for (int i = 0; i < list.size(); ++i) value->elements[i] = ElementOf(list[i]);
  return true;
}

template <typename T, typename List>
bool Read(const TensorProto& tensor, const List& list, KnownValue* value) {
  return tensor.has_raw_data() ? ReadRaw<T>(tensor.raw_data(), value)
                               : ReadList(list, value);
}

bool ReadElements(const TensorProto& tensor, KnownValue* value) {
  switch (value->dtype) {
    case DType::kInt64:
      return Read<int64_t>(tensor, tensor.int64_data(), value);
    case DType::kInt32:
      return Read<int32_t>(tensor, tensor.int32_data(), value);
    case DType::kBool:
      return Read<uint8_t>(tensor, tensor.int32_data(), value);
    case DType::kFloat32:
      return Read<float>(tensor, tensor.float_data(), value);
    case DType::kFloat64:
      return Read<double>(tensor, tensor.double_data(), value);
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
