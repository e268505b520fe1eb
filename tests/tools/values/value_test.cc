// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace dnncut {
namespace {

Value Tensor(const std::string& name, DType dtype,
             const std::vector<int64_t>& shape, const std::string& data) {
  Value value;
  value.name = name;
  value.dtype = dtype;
  value.shape = shape;
  value.data = data;
  return value;
}

std::vector<Value> OneOfEach() {
  Value strings = Tensor("s", DType::kString, {2, 2}, "");
  strings.strings = {"", std::string("a\0b", 3), "\xff", "four"};
  Value sequence;
  sequence.name = "q";
  sequence.kind = Value::Kind::kSequence;
  sequence.elements = {Tensor("q[0]", DType::kUint8, {3}, "abc"), strings};
  Value map;
  map.kind = Value::Kind::kMap;
  map.elements = {strings, sequence};
  Value nothing;
  nothing.kind = Value::Kind::kNothing;
  return {Tensor("t", DType::kFloat32, {1, 2}, std::string(8, '\1')),
          Tensor("empty", DType::kInt64, {0}, ""),
          Tensor("scalar", DType::kBool, {}, "\1"),
          strings,
          sequence,
          map,
          nothing};
}

TEST(Value, PacksAndUnpacksEveryKind) {
  const std::vector<Value> values = OneOfEach();
  EXPECT_EQ(UnpackValues(PackValues(values)), values);
  EXPECT_TRUE(UnpackValues(PackValues({})).empty());
}

TEST(Value, PackedBytesThatAreCutAreAFault) {
  const std::string bytes = PackValues(OneOfEach());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(UnpackValues(bytes.substr(0, size)), std::logic_error) << size;
  }
}

TEST(Value, IsFoundByName) {
  const std::vector<Value> values = OneOfEach();
  EXPECT_EQ(FindValue(values, "s"), &values[3]);
  EXPECT_EQ(FindValue(values, "S"), nullptr);
}

TEST(Value, IsDescribedInAFewWords) {
  const std::vector<Value> values = OneOfEach();
  EXPECT_EQ(DescribeValue(values[0]), "float32[1,2]");
  EXPECT_EQ(DescribeValue(values[2]), "bool[]");
  EXPECT_EQ(DescribeValue(values[4]), "sequence of 2");
  EXPECT_EQ(DescribeValue(values[6]), "nothing");
}

}  // namespace
}  // namespace dnncut
