// SPDX-License-Identifier: Apache-2.0
//
// How large tensors get whose size only the data decides, with ONNX Runtime as
// the referee: in no run is a size above its bound, and where the bound can be
// reached, a run reaches it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/tools/runtime/bounds_referee.h"

namespace dnncut {
namespace {

struct Case {
  const char* name;
  const char* nodes;  // make `y`
  bool reached = true;
};

void PrintTo(const Case& tried, std::ostream* out) { *out << tried.name; }

class RefereeTest : public testing::TestWithParam<Case> {};

TEST_P(RefereeTest, NoSizeIsAboveItsBound) {
  const auto runtime = FindOnnxRuntime("");
  if (!runtime) GTEST_SKIP() << "no ONNX Runtime on this machine";
  BoundsReferee referee(GetParam().nodes, {"y"});
  ASSERT_GE(referee.Bound("y"), 0);
  constexpr int kRuns = 6;
  int runs = 0;
  for (int seed = 0; seed < kRuns; ++seed) {
    if (referee.Run(RefereeInputs(seed), *runtime)) ++runs;
  }
  EXPECT_GE(runs, kRuns / 2);
  if (GetParam().reached) {
    EXPECT_EQ(referee.Most("y"), referee.Bound("y"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Operators, RefereeTest,
    testing::Values(
        Case{"NonZero", "y = NonZero(x)"}, Case{"Compress", "y = Identity(c)"},
        Case{"CompressElements",
             "b = Cast <to = 9> (x) f = Reshape(b, lm1) y = Compress(x, f)"},
        Case{"Unique", "y = Unique(x)"},
        Case{"UniqueRows", "y = Unique <axis = 0> (x)"},
        Case{"UniqueIndices", "u, y, v, w = Unique <axis = 1> (x)"},
        Case{"UniqueInverse", "u, i, y, w = Unique(c)"},
        Case{"TopK", "y, i = TopK <axis = 0> (x, q)"},
        Case{"TopKOfRows", "t = Min(n, l3) y, i = TopK <axis = 0> (c, t)"},
        Case{"NonMaxSuppression", R"(
             b = Constant <value = float[1,4,4] {0,0,1,1, 2,2,3,3, 4,4,5,5,
                                                 6,6,7,7}> ()
             t = Unsqueeze(x, l0)
             y = NonMaxSuppression(b, t, l3, half, half))"},
        Case{"NonMaxSuppressionByLimit", R"(
             b = Constant <value = float[1,4,4] {0,0,1,1, 2,2,3,3, 4,4,5,5,
                                                 6,6,7,7}> ()
             t = Unsqueeze(x, l0) two = Min(q, l2)
             y = NonMaxSuppression(b, t, two, half, half))"},
        Case{"Slice", "y = Slice(x, l0, q, l0)"},
        Case{"SliceOfRows", "y = Slice(c, l1, lm1, l0)"},
        Case{"SliceBySteps", "y = Slice(c, l0, l5, l0, l2)"},
        Case{"SliceFromK", "y = Slice(x, k, l5, l0)"},
        Case{"Gather", "z = NonZero(x) i = Gather(z, zero) y = Gather(x, i)"},
        Case{"GatherElements",
             "i = ArgMax <axis = 1> (c) y = GatherElements <axis = 1> (x, i)"},
        Case{"GatherND", "z = NonZero(x) i = Transpose(z) y = GatherND(x, i)"},
        Case{"ScatterND", R"(
             z = NonZero(x) i = Transpose(z) u = GatherND(x, i)
             y = ScatterND(x, i, u))"},
        Case{"Where", "h = Greater(c, half) d = Neg(c) y = Where(h, c, d)"},
        Case{"WhereOfRows", R"(
             h = Greater(x, half) u = Where(h, x, half)
             y = Compress <axis = 0> (u, m))"},
        Case{"Concat", "y = Concat <axis = 0> (c, x, c)"},
        Case{"ConcatAlongAKnownAxis", "y = Concat <axis = 1> (c, c)"},
        Case{"Reshape", "y = Reshape(c, lm1)"},
        Case{"ReshapeToRows",
             "t = Concat <axis = 0> (n, l2, lm1) y = Reshape(c, t)"},
        Case{"ReshapeToPairs",
             "t = Concat <axis = 0> (lm1, l2) y = Reshape(c, t)"},
        Case{"ReshapeBack", R"(
             t = Concat <axis = 0> (n, lm1) f = Reshape(c, lm1)
             r = Reshape(f, t) y = Add(r, half))"},
        Case{"Flatten", "u = Unsqueeze(c, l2) y = Flatten <axis = 1> (u)"},
        Case{"Squeeze", "u = Unsqueeze(c, l2) y = Squeeze(u)"},
        Case{"Unsqueeze", "y = Unsqueeze(c, l1)"},
        Case{"Transpose", "y = Transpose(c)"},
        Case{"Split", "y, z = Split <axis = 0, num_outputs = 2> (c)"},
        Case{"SplitAlongAKnownAxis",
             "z, y = Split <axis = 1, num_outputs = 2> (c)"},
        Case{"SplitBySizes", R"(
             six = Add(l5, l1) rest = Sub(six, q)
             t = Concat <axis = 0> (q, rest) y, z = Split <axis = 0> (x, t))"},
        Case{"Range", "y = Range(zero, q0, one)"},
        Case{"RangeOfAClip",
             "three = Constant <value = int64 {3}> () t = Clip(k, one, three) "
             "e = Squeeze(t, l0) y = Range(zero, e, one)"},
        Case{"RangeOfAChoice", R"(
             f = ReduceMax <keepdims = 0> (x) h = Greater(f, half)
             three = Constant <value = int64 {3}> ()
             e = Where(h, three, one) y = Range(zero, e, one))"},
        Case{"RangeOfRows", "t = Add(n0, n0) y = Range(one, t, one)"},
        Case{"Resize", R"(
             u = Unsqueeze(x, l0) v = Unsqueeze(u, l0) t = Concat <axis = 0> (l1, l1, q, l3)
             y = Resize <mode = "nearest"> (v, none, none, t))"},
        Case{"ResizeByScales", R"(
             u = Unsqueeze(c, l0) v = Unsqueeze(u, l0)
             f = Constant <value_floats = [1., 1., 1.5, 2.]> ()
             y = Resize <mode = "nearest"> (v, none, f))"},
        Case{"RoiAlign", R"(
             f = Constant <value = float[1,2,2,2] {1,2,3,4,5,6,7,8}> ()
             i = ConstantOfShape <value = int64[1] {0}> (n)
             y = RoiAlign <output_height = 2, output_width = 3> (f, c, i))"},
        Case{"Pad", "t = Concat <axis = 0> (l1, l0, q, l0) y = Pad(x, t)"},
        Case{"PadOfRows",
             "t = Concat <axis = 0> (l1, l0, l2, l1) y = Pad(c, t)"},
        Case{"Tile", "t = Concat <axis = 0> (q, l2) y = Tile(x, t)"},
        Case{"TileOfRows", "t = Concat <axis = 0> (l2, n) y = Tile(c, t)"},
        Case{"OneHot", R"(
             i = ArgMax <axis = 1, keepdims = 0> (c)
             v = Constant <value = float[2] {0, 1}> () y = OneHot(i, q, v))"},
        Case{"Expand", "t = Concat <axis = 0> (q, l1, l1) y = Expand(c, t)"},
        Case{"ExpandRows", R"(
             u = Constant <value = float[1,3] {1, 2, 3}> ()
             t = Concat <axis = 0> (n, l1) y = Expand(u, t))"},
        Case{"ConstantOfShape",
             "t = Concat <axis = 0> (q, n) y = ConstantOfShape(t)"},
        Case{"Loop", R"(
             y = Loop (q0, yes) <body = l (int64 i, bool g) => (bool d, r) {
               d = Identity(g) r = Neg(c) }>)"},
        Case{"LoopThatMayEndEarly", R"(
             f = ReduceMin <keepdims = 0> (x) some = Greater(f, half)
             y = Loop (n0, yes) <body = l (int64 i, bool g) => (bool d, r) {
               d = Identity(some) r = Gather(c, i) }>)"},
        Case{"LoopThatKeepsItsState", R"(
             y = Loop (q0, yes, c) <body = l (int64 i, bool g, a) =>
               (bool d, b) { d = Identity(g) b = Neg(a) }>)"},
        Case{"If", R"(
             f = ReduceMax <keepdims = 0> (x) h = Greater(f, half)
             y = If (h) <then_branch = a () => (p) { p = Neg(c) },
                         else_branch = b () => (o) { o = Slice(c, l0, l3, l0) }>
             )"},
        Case{"MatMul", "t = Transpose(c) y = MatMul(c, t)"},
        Case{"ReduceOfRows", "y = ReduceSum(c, l1)"},
        Case{"CumSum", "y = CumSum(c, zero)"}, Case{"Trilu", "y = Trilu(c)"},
        Case{"Einsum", "y = Einsum <equation = \"ij,kj->ik\"> (c, c)"}),
    [](const testing::TestParamInfo<Case>& param) {
      return std::string(param.param.name);
    });

}  // namespace
}  // namespace dnncut
