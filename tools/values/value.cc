// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/base/packed_bytes.h"

namespace dnncut {

// In the namespace of Value, where the templates of packed_bytes.h find them.
static void Pack(const Value& value, std::string* bytes) {
  Pack(value.name, bytes);
  Pack(static_cast<int64_t>(value.kind), bytes);
  Pack(static_cast<int64_t>(value.dtype), bytes);
  Pack(value.shape, bytes);
  Pack(value.data, bytes);
  Pack(value.strings, bytes);
  Pack(value.elements, bytes);
}

static void Unpack(PackedReader* reader, Value* value) {
  Unpack(reader, &value->name);
  value->kind = static_cast<Value::Kind>(reader->Int());
  value->dtype = static_cast<DType>(reader->Int());
  Unpack(reader, &value->shape);
  Unpack(reader, &value->data);
  Unpack(reader, &value->strings);
  Unpack(reader, &value->elements);
}

const Value* FindValue(const std::vector<Value>& values,
                       std::string_view name) {
  const auto found =
      std::find_if(values.begin(), values.end(),
                   [&](const Value& value) { return value.name == name; });
  return found == values.end() ? nullptr : &*found;
}

std::string DescribeValue(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kTensor:
      return fmt::format("{}[{}]", DTypeName(value.dtype),
                         fmt::join(value.shape, ","));
    case Value::Kind::kSequence:
      return fmt::format("sequence of {}", value.elements.size());
    case Value::Kind::kMap:
      return "map";
    case Value::Kind::kNothing:
      return "nothing";
  }
  throw std::logic_error("a value of no kind");
}

std::string PackValues(const std::vector<Value>& values) {
  std::string bytes;
  Pack(values, &bytes);
  return bytes;
}

std::vector<Value> UnpackValues(std::string_view bytes) {
  PackedReader reader(bytes);
  std::vector<Value> values;
  Unpack(&reader, &values);
  return values;
}

}  // namespace dnncut
