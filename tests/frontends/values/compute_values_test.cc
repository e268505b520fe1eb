// SPDX-License-Identifier: Apache-2.0
#include "frontends/values/compute_values.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "frontends/shapes/operator_table.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ::testing::ElementsAre;

constexpr int64_t kUnknown = -999;

KnownValue Vector(const std::vector<int64_t>& numbers,
                  DType dtype = DType::kInt64) {
  KnownValue value{dtype, {static_cast<int64_t>(numbers.size())}, {}};
  for (int64_t number : numbers) {
    value.elements.push_back(
        {number != kUnknown, number == kUnknown ? 0 : number, 0});
  }
  return value;
}

KnownValue Reals(const std::vector<double>& numbers) {
  KnownValue value{DType::kFloat32, {static_cast<int64_t>(numbers.size())}, {}};
  for (double number : numbers) value.elements.push_back({true, 0, number});
  return value;
}

std::vector<ValueInput> Inputs(const std::vector<const KnownValue*>& values) {
  std::vector<ValueInput> inputs;
  for (const KnownValue* value : values) {
    ValueInput& input = inputs.emplace_back();
    input.present = value != nullptr;
    input.value = value;
    if (value == nullptr) continue;
    input.has_shape = true;
    input.shape = value->shape;
  }
  return inputs;
}

NodeProto Node(const std::string& op_type) {
  NodeProto node;
  node.set_op_type(op_type);
  return node;
}

NodeProto Node(const std::string& op_type, const std::string& name,
               int64_t number) {
  NodeProto node = Node(op_type);
  AddInteger(name, number, &node);
  return node;
}

// By the function that the table of operators names.
std::optional<KnownValue> ComputeValue(const NodeProto& node,
                                       const std::vector<ValueInput>& inputs) {
  ComputeValueFunction* compute = ShapeRulesOf("", node.op_type()).value;
  return compute == nullptr ? std::nullopt : compute(node, inputs);
}

// The integers; kUnknown for unknown ones; {-1, -1} when there is no value.
std::vector<int64_t> Numbers(const NodeProto& node,
                             const std::vector<const KnownValue*>& values) {
  auto result = ComputeValue(node, Inputs(values));
  if (!result.has_value()) return {-1, -1};
  EXPECT_EQ(SmallCount(result->shape),
            static_cast<int64_t>(result->elements.size()));
  std::vector<int64_t> numbers;
  for (const KnownElement& element : result->elements) {
    numbers.push_back(element.known ? element.integer : kUnknown);
  }
  return numbers;
}

std::vector<int64_t> Slice(const std::vector<int64_t>& values, int64_t start,
                           int64_t end, int64_t step) {
  KnownValue value = Vector(values);
  KnownValue starts = Vector({start});
  KnownValue ends = Vector({end});
  KnownValue axes = Vector({-1});
  KnownValue steps = Vector({step});
  return Numbers(Node("Slice"), {&value, &starts, &ends, &axes, &steps});
}

TEST(ComputeValuesTest, SlicesAsNumpyDoes) {
  EXPECT_THAT(Slice({1, 2, 3, 4}, 1, 3, 1), ElementsAre(2, 3));
  EXPECT_THAT(Slice({1, 2, 3, 4}, -2, INT64_MAX, 1), ElementsAre(3, 4));
  EXPECT_THAT(Slice({1, 2, 3, 4}, -1, INT64_MIN, -1), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(Slice({1, 2, 3, 4, 5}, 4, 0, -2), ElementsAre(5, 3));
  EXPECT_THAT(Slice({1, 2, 3, 4, 5}, 0, 5, 2), ElementsAre(1, 3, 5));
  EXPECT_THAT(Slice({1, 2}, 2, 1, 1), ElementsAre());
  EXPECT_THAT(Slice({1, 2}, 0, 2, 0), ElementsAre(-1, -1));
}

TEST(ComputeValuesTest, UnknownElementsStayUnknown) {
  KnownValue shape = Vector({kUnknown, 3, 8});
  KnownValue index = Vector({2, -3});
  EXPECT_THAT(Numbers(Node("Gather"), {&shape, &index}),
              ElementsAre(8, kUnknown));
  KnownValue two = Vector({2});
  EXPECT_THAT(Numbers(Node("Mul"), {&shape, &two}),
              ElementsAre(kUnknown, 6, 16));
  EXPECT_THAT(Numbers(Node("Concat", "axis", 0), {&two, &shape}),
              ElementsAre(2, kUnknown, 3, 8));
}

TEST(ComputeValuesTest, OddInputsGiveNothing) {
  KnownValue shape = Vector({3, 8});
  KnownValue far = Vector({2});
  EXPECT_THAT(Numbers(Node("Gather"), {&shape, &far}), ElementsAre(-1, -1));
  EXPECT_THAT(Numbers(Node("Gather", "axis", 5), {&shape, &far}),
              ElementsAre(-1, -1));
  EXPECT_THAT(Numbers(Node("Reshape"), {&shape, &far, &far}),
              ElementsAre(3, 8));
  EXPECT_THAT(Numbers(Node("Slice"), {&shape}), ElementsAre(-1, -1));
  EXPECT_THAT(Numbers(Node("Gather"), {}), ElementsAre(-1, -1));
  EXPECT_THAT(Numbers(Node("Where"), {&shape, &shape}), ElementsAre(-1, -1));
  KnownValue huge = Vector({1'000'000'000'000});
  EXPECT_THAT(Numbers(Node("ConstantOfShape"), {&huge}), ElementsAre(-1, -1));
  EXPECT_THAT(Numbers(Node("Relu"), {&shape}), ElementsAre(-1, -1));
}

TEST(ComputeValuesTest, ArithmeticDoesNotOverflow) {
  KnownValue large = Vector({INT64_MAX, INT64_MIN, 7});
  KnownValue two = Vector({2});
  EXPECT_THAT(Numbers(Node("Mul"), {&large, &two}),
              ElementsAre(kUnknown, kUnknown, 14));
  KnownValue divisors = Vector({0, -1, -2});
  EXPECT_THAT(Numbers(Node("Div"), {&large, &divisors}),
              ElementsAre(kUnknown, kUnknown, -3));
  EXPECT_THAT(Numbers(Node("Mod"), {&large, &divisors}),
              ElementsAre(kUnknown, 0, -1));
  EXPECT_THAT(Numbers(Node("Mod", "fmod", 1), {&large, &divisors}),
              ElementsAre(kUnknown, 0, 1));
  EXPECT_THAT(Numbers(Node("Neg"), {&large}),
              ElementsAre(-INT64_MAX, kUnknown, -7));
  KnownValue small = Vector({INT32_MAX, 1}, DType::kInt32);
  EXPECT_THAT(Numbers(Node("Add"), {&small, &small}), ElementsAre(kUnknown, 2));
}

TEST(ComputeValuesTest, FloatsAreComputedAsFloats) {
  // In double, 3 / 0.1f is less than 30.
  KnownValue three = Reals({3, 16777217});
  KnownValue tenth = Reals({0.1F, 1});
  auto quotient = ComputeValue(Node("Div"), Inputs({&three, &tenth}));
  ASSERT_TRUE(quotient.has_value());
  EXPECT_EQ(quotient->elements[0].real, static_cast<double>(3.0F / 0.1F));
  EXPECT_EQ(quotient->elements[1].real, 16777216.0);
  EXPECT_THAT(Numbers(Node("Cast", "to", 7), {&*quotient}),
              ElementsAre(30, 16777216));
  KnownValue infinite = Reals({1e300, -1.5});
  EXPECT_THAT(Numbers(Node("Cast", "to", 7), {&infinite}),
              ElementsAre(kUnknown, -1));
}

TEST(ComputeValuesTest, BroadcastsAndChooses) {
  KnownValue row = Vector({1, 2, 3});
  KnownValue column = Vector({10, 20});
  column.shape = {2, 1};
  EXPECT_THAT(Numbers(Node("Add"), {&row, &column}),
              ElementsAre(11, 12, 13, 21, 22, 23));
  KnownValue two = Vector({2});
  auto equal = ComputeValue(Node("Equal"), Inputs({&row, &two}));
  ASSERT_TRUE(equal.has_value());
  EXPECT_EQ(equal->dtype, DType::kBool);
  EXPECT_THAT(Numbers(Node("Where"), {&*equal, &two, &row}),
              ElementsAre(1, 2, 3));
  KnownValue pair = Vector({1, 2});
  EXPECT_THAT(Numbers(Node("Add"), {&row, &pair}), ElementsAre(-1, -1));
}

// "least..most" of each element of the result, whose first input has two
// elements of which nothing is known; "" when there is no value.
std::string RangesOf(const NodeProto& node,
                     const std::vector<const KnownValue*>& others) {
  std::vector<ValueInput> inputs = Inputs(others);
  ValueInput unknown;
  unknown.present = unknown.has_shape = true;
  unknown.shape = {2};
  inputs.insert(inputs.begin(), unknown);
  const auto result = ComputeValue(node, inputs);
  if (!result.has_value()) return "";
  std::string text;
  for (const KnownElement& element : result->elements) {
    const Range range = RangeOf(element);
    text += fmt::format("{}{}..{}", text.empty() ? "" : " ", range.least,
                        range.most);
  }
  return text;
}

TEST(ComputeValuesTest, OneKnownNumberBoundsOthers) {
  const KnownValue three = Vector({3});
  const KnownValue limits = Vector({1, 7});
  const KnownValue real = Reals({3});
  EXPECT_EQ(RangesOf(Node("Min"), {&limits}),
            fmt::format("{0}..1 {0}..7", INT64_MIN));
  EXPECT_EQ(RangesOf(Node("Max"), {&three}),
            fmt::format("3..{0} 3..{0}", INT64_MAX));
  EXPECT_EQ(RangesOf(Node("Clip"), {&three, &limits}), "1..1 3..7");
  EXPECT_EQ(RangesOf(Node("Clip"), {nullptr, &three}),
            fmt::format("{0}..3 {0}..3", INT64_MIN));
  EXPECT_EQ(RangesOf(Node("Where"), {&three, &limits}), "1..3 3..7");
  EXPECT_EQ(RangesOf(Node("Add"), {&three}), "");
  EXPECT_EQ(RangesOf(Node("Min"), {&real}), "");
  EXPECT_EQ(RangesOf(Node("Clip"), {&real}), "");
}

TEST(ComputeValuesTest, ReducesVectors) {
  KnownValue values = Vector({2, 3, 4});
  EXPECT_THAT(Numbers(Node("ReduceProd", "keepdims", 0), {&values}),
              ElementsAre(24));
  EXPECT_THAT(Numbers(Node("ReduceMax"), {&values}), ElementsAre(4));
  EXPECT_THAT(Numbers(Node("ReduceSum"), {&values}), ElementsAre(9));
}

TEST(ComputeValuesTest, RangesHaveABoundedLength) {
  KnownValue start = Vector({5});
  KnownValue end = Vector({-1});
  KnownValue step = Vector({-2});
  KnownValue one = Vector({1});
  KnownValue far = Vector({INT64_MAX / 8});
  EXPECT_THAT(Numbers(Node("Range"), {&start, &end, &step}),
              ElementsAre(5, 3, 1));
  EXPECT_THAT(Numbers(Node("Range"), {&start, &far, &one}),
              ElementsAre(-1, -1));
}

TEST(KnownValuesTest, ReadsTensorsInEveryForm) {
  ONNX_NAMESPACE::TensorProto tensor;
  tensor.set_data_type(ONNX_NAMESPACE::TensorProto::INT32);
  tensor.add_dims(2);
  tensor.add_int32_data(-3);
  EXPECT_FALSE(ValueOfTensor(tensor).has_value());
  tensor.add_int32_data(4);
  auto typed = ValueOfTensor(tensor);
  tensor.clear_int32_data();
  tensor.set_raw_data(std::string("\xfd\xff\xff\xff\x04\x00\x00\x00", 8));
  auto raw = ValueOfTensor(tensor);
  ASSERT_TRUE(typed.has_value());
  EXPECT_EQ(typed, raw);
  EXPECT_EQ(ValueOfTensor(TensorOfValue(*raw)), raw);
  tensor.set_raw_data("short");
  EXPECT_FALSE(ValueOfTensor(tensor).has_value());
}

}  // namespace
}  // namespace dnncut
