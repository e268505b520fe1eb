// SPDX-License-Identifier: Apache-2.0
//
// Chains of operators chosen at random whose sizes only the data decides: no
// tensor on the way is ever larger than dnncut says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/tools/runtime/bounds_referee.h"

namespace dnncut {
namespace {

// Each makes a matrix {y} of floats from the matrix {a} and perhaps {b}. All
// are defined for any of at least one row and column.
constexpr const char* kSteps[] = {
    "{y}m = ReduceMax <keepdims = 0> ({a}, l1) {y}h = Greater({y}m, half) "
    "{y} = Compress <axis = 0> ({a}, {y}h)",
    "{y}z = NonZero({a}) {y} = Cast <to = 1> ({y}z)",
    "{y} = Transpose({a})",
    "{y} = Relu({a})",
    "{y} = Slice({a}, l0, q, l0)",
    "{y} = Slice({a}, lm1, q, l1, lm1)",
    "{y} = Slice({a}, k, l5, l0)",
    "{y} = Slice({a}, l0, l5, l1, l2)",
    "{y} = Concat <axis = 0> ({a}, {a})",
    "{y} = Concat <axis = 1> ({a}, {a}, {a})",
    "{y}f = Reshape({a}, lm1) {y}g = Reshape({b}, lm1) {y}c = Concat <axis = "
    "0> "
    "({y}f, {y}g) {y} = Unsqueeze({y}c, l0)",
    "{y}s = Shape({a}) {y}n = Gather({y}s, l0) {y}t = Concat <axis = 0> ({y}n, "
    "lm1) {y} = Reshape({a}, {y}t)",
    "{y}s = Shape({a}) {y}n = Gather({y}s, l0) {y}t = Concat <axis = 0> (lm1, "
    "{y}n) {y} = Reshape({a}, {y}t)",
    "{y}s = Shape({b}) {y}n = Gather({y}s, l0) {y}t = Concat <axis = 0> (l1, "
    "{y}n) {y} = Tile({a}, {y}t)",
    "{y}t = Concat <axis = 0> (lm1, l1) {y} = Reshape({a}, {y}t)",
    "{y} = Flatten <axis = 0> ({a})",
    "{y}u = Unsqueeze({a}, l1) {y}v = Squeeze({y}u, l1) {y} = Neg({y}v)",
    "{y}, {y}i, {y}j, {y}k = Unique <axis = 0> ({a})",
    "{y}t = Concat <axis = 0> (l0, l1, q, l0) {y} = Pad({a}, {y}t)",
    "{y}t = Concat <axis = 0> (q, l1) {y} = Tile({a}, {y}t)",
    "{y}u = ReduceSum({a}, l0) {y}t = Concat <axis = 0> (q, l1) {y} = "
    "Expand({y}u, {y}t)",
    "{y}s = Shape({a}) {y}n = Gather({y}s, l0) {y}k = Min({y}n, q) {y}, {y}i = "
    "TopK <axis = 0> ({a}, {y}k)",
    "{y}i = ArgMax <axis = 1, keepdims = 0> ({a}) {y}v = Constant <value = "
    "float[2] {{0, 1}}> () {y} = OneHot({y}i, q, {y}v)",
    "{y}t = Transpose({a}) {y} = MatMul({a}, {y}t)",
    "{y}h = Greater({a}, half) {y} = Where({y}h, {a}, half)",
    "{y}r = ReduceMax({a}, l0) {y} = Add({y}r, {a})",
    "{y}s = Shape({a}) {y}n = Gather({y}s, zero) {y} = Loop ({y}n, yes) "
    "<body "
    "= l (int64 i, bool g) => (bool d, r) {{ d = Identity(g) r = Gather({a}, "
    "i) "
    "}}>",
    "{y}m = ReduceMax <keepdims = 0> ({a}) {y}h = Greater({y}m, half) {y} = If "
    "({y}h) <then_branch = t () => (p) {{ p = Neg({a}) }}, else_branch = e () "
    "=> (o) {{ o = Neg({b}) }}>",
    "{y}u = Unsqueeze({a}, l0) {y}v = Unsqueeze({y}u, l0) {y}t = Concat <axis "
    "= 0> (l1, l1, q, l3) {y}w "
    "= "
    "Resize <mode = \"nearest\"> ({y}v, none, none, {y}t) {y}x = Squeeze({y}w, "
    "l0) {y} = Squeeze({y}x, l0)",
    "{y}s = Shape({a}) {y} = ConstantOfShape <value = float[1] {{1}}> ({y}s)",
    "{y}s = Shape({a}) {y}n = Gather({y}s, l0) {y}e = Gather({y}s, l1) {y}p = "
    "Mul({y}n, {y}e) {y}q = Squeeze({y}p, l0) {y}r = Range(zero, {y}q, one) "
    "{y}f = Cast <to = 1> ({y}r) {y} = Unsqueeze({y}f, l1)",
};

class RandomSizesTest : public testing::TestWithParam<int> {};

TEST_P(RandomSizesTest, NoSizeIsAboveItsBound) {
  const auto runtime = FindOnnxRuntime("");
  if (!runtime) GTEST_SKIP() << "no ONNX Runtime on this machine";
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  std::vector<std::string> made = {"x", "c"};
  std::string nodes;
  constexpr int kLength = 6;
  for (int i = 0; i < kLength; ++i) {
    const std::string name = fmt::format("t{}", i);
    nodes += fmt::format(fmt::runtime(kSteps[random() % std::size(kSteps)]),
                         fmt::arg("y", name), fmt::arg("a", made.back()),
                         fmt::arg("b", made[random() % made.size()]));
    nodes += ' ';
    made.push_back(name);
  }
  BoundsReferee referee(nodes, {made.begin() + 2, made.end()});
  // Some operators refuse what has no rows.
  constexpr int kRuns = 4;
  constexpr int kMostTries = 16;
  int runs = 0;
  for (int seed = 0; seed < kMostTries && runs < kRuns; ++seed) {
    if (referee.Run(RefereeInputs(seed), *runtime)) ++runs;
  }
  EXPECT_GT(runs, 0) << nodes;
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSizesTest, testing::Range(0, 40));

}  // namespace
}  // namespace dnncut
