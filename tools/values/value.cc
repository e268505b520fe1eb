// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace dnncut {
namespace {

void PackInt(int64_t value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

void PackString(std::string_view text, std::string* bytes) {
  PackInt(static_cast<int64_t>(text.size()), bytes);
  bytes->append(text);
}

void Pack(const std::vector<Value>& values, std::string* bytes) {
  PackInt(std::ssize(values), bytes);
  for (const Value& value : values) {
    PackString(value.name, bytes);
    PackInt(static_cast<int64_t>(value.kind), bytes);
    PackInt(static_cast<int64_t>(value.dtype), bytes);
    PackInt(std::ssize(value.shape), bytes);
    for (const int64_t dim : value.shape) PackInt(dim, bytes);
    PackString(value.data, bytes);
    PackInt(std::ssize(value.strings), bytes);
    for (const std::string& text : value.strings) PackString(text, bytes);
    Pack(value.elements, bytes);
  }
}

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  std::vector<Value> Values() {
    std::vector<Value> values(Count());
    for (Value& value : values) {
      value.name = String();
      value.kind = static_cast<Value::Kind>(Int());
      value.dtype = static_cast<DType>(Int());
      value.shape.resize(Count());
      for (int64_t& dim : value.shape) dim = Int();
      value.data = String();
      value.strings.resize(Count());
      for (std::string& text : value.strings) text = String();
      value.elements = Values();
    }
    return values;
  }

 private:
  std::string_view Take(size_t size) {
    if (size > bytes_.size()) throw std::logic_error("packed values are cut");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  int64_t Int() {
    int64_t value = 0;
    std::memcpy(&value, Take(sizeof value).data(), sizeof value);
    return value;
  }

  // Of things that take a byte each at least.
  size_t Count() {
    const auto count = static_cast<size_t>(Int());
    if (count > bytes_.size()) throw std::logic_error("packed values are cut");
    return count;
  }

  std::string String() { return std::string(Take(static_cast<size_t>(Int()))); }

  std::string_view bytes_;
};

}  // namespace

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
  return Unpacker(bytes).Values();
}

}  // namespace dnncut
