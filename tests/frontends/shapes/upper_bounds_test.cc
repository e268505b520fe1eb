// SPDX-License-Identifier: Apache-2.0
//
// How large tensors get whose size only the data decides. Each rule is compared
// with exact inference: the part of a model that reads a list of rows, at most
// six, is inferred once with only that known, and once with each number of rows
// given, and no exact size may be above the bound.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/typed_graph.h"
#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

constexpr int64_t kMostRows = 6;

// What the body may read besides the rows `b`, float[n,4], of which there are
// at most kMostRows: `n`, their number, and constants.
constexpr const char* kConstants = R"(
    zero = Constant <value = int64 {0}> ()
    one = Constant <value = int64 {1}> ()
    three = Constant <value = int64 {3}> ()
    l0 = Constant <value_ints = [0]> ()
    l1 = Constant <value_ints = [1]> ()
    l2 = Constant <value_ints = [2]> ()
    l3 = Constant <value_ints = [3]> ()
    l4 = Constant <value_ints = [4]> ()
    lm1 = Constant <value_ints = [-1]> ()
    lm2 = Constant <value_ints = [-2]> ()
    lm3 = Constant <value_ints = [-3]> ()
    far = Constant <value_ints = [9223372036854775807]> ()
    yes = Constant <value = bool {1}> ()
    s = Shape(b)
    n = Gather(s, zero)
    ln = Gather(s, l0)
)";

// To as many rows as there are, each as long as is left.
constexpr const char* kByRows = R"(
    l0 = Constant <value_ints = [0]> ()
    lm1 = Constant <value_ints = [-1]> ()
    half = Constant <value = float {0.5}> ()
    s = Shape(b)
    ln = Gather(s, l0)
    by_rows = Concat <axis = 0> (ln, lm1)
)";

struct Case {
  const char* name;
  const char* body;  // makes `y`
  const char* bound;
  const char* constants = kConstants;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

Imported Bounded(const Case& c) {
  return ImportText(fmt::format("g (float[6,4] x, bool[6] m) => (y) {{\n"
                                "    b = Compress <axis = 0> (x, m)\n{}\n{}}}",
                                c.constants, c.body),
                    {}, 18);
}

Imported Exact(const Case& c, int64_t rows) {
  return ImportText(fmt::format("g (float[{},4] b) => (y) {{\n{}\n{}}}", rows,
                                c.constants, c.body),
                    {}, 18);
}

// The type with which the size of `y` was computed.
std::string LargestTypeName(const Imported& imported) {
  for (const Layer& layer : imported.graph.layers) {
    for (size_t i = 0; i < layer.outputs.size(); ++i) {
      if (imported.graph.tensors[layer.outputs[i]].name == "y") {
        return TypeName(layer.operation.outputs.at(i));
      }
    }
  }
  return "none";
}

// The largest exact size of `y`; 0 when it is never exact.
int64_t CheckedLargest(const Case& c, int64_t bound) {
  int64_t largest = 0;
  for (int64_t rows = 0; rows <= kMostRows; ++rows) {
    const Imported exact = Exact(c, rows);
    if (!exact.error.empty()) continue;
    const Tensor& y = TensorNamed(exact.graph, "y");
    if (y.size_basis != SizeBasis::kExact) continue;
    EXPECT_LE(*y.bytes, bound) << rows << " rows";
    largest = std::max(largest, *y.bytes);
  }
  return largest;
}

class UpperBoundTest : public testing::TestWithParam<Case> {
 protected:
  // The bound of `y` in bytes.
  int64_t Bound() const {
    const Imported bounded = Bounded(GetParam());
    EXPECT_EQ(bounded.error, "");
    EXPECT_EQ(LargestTypeName(bounded), GetParam().bound);
    EXPECT_EQ(WarningIds(bounded), "");
    return TensorNamed(bounded.graph, "y").bytes.value_or(-1);
  }
};

class ExactBoundTest : public UpperBoundTest {};

TEST_P(UpperBoundTest, NothingIsLarger) { CheckedLargest(GetParam(), Bound()); }

// Where the number of rows decides, the bound is also reached.
TEST_P(ExactBoundTest, IsTheLargest) {
  const int64_t bound = Bound();
  EXPECT_EQ(CheckedLargest(GetParam(), bound), bound);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ExactBoundTest,
    testing::Values(
        Case{"Relu", "y = Relu(b)", "float32[6,4]"},
        Case{"Softmax", "y = Softmax(b)", "float32[6,4]"},
        Case{"Transpose", "y = Transpose(b)", "float32[4,6]"},
        Case{"Flatten", "y = Flatten <axis = 0> (b)", "float32[1,24]"},
        Case{"MatMul", "t = Transpose(b) y = MatMul(b, t)", "float32[6,6]"},
        Case{"Gemm", "y = Gemm <transB = 1> (b, b)", "float32[6,6]"},
        Case{"Conv",
             "u = Unsqueeze(b, l0) w = Constant <value = float[1,6,1] "
             "{1,1,1,1,1,1}> () p = Transpose <perm = [0, 2, 1]> (u) k = "
             "Constant <value = float[2,4,3] "
             "{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}> () y = Conv "
             "<pads = [1, 1], strides = [2]> (p, k)",
             "float32[1,2,3]"},
        Case{"ReduceSum", "y = ReduceSum <keepdims = 0> (b, l1)", "float32[6]"},
        Case{"ReduceMax", "y = ReduceMax(b, l1)", "float32[6,1]"},
        Case{"AddOfAConstant", "y = Add(b, one_float) ", "float32[6,4]",
             "one_float = Constant <value = float {1}> ()"},
        Case{"AddOfAsMany", "c = Neg(b) y = Add(b, c)", "float32[6,4]"},
        Case{"AddOfOneColumn", "c = ReduceMax(b, l1) y = Add(c, b)",
             "float32[6,4]"},
        Case{"WhereOfScalars", "h = Greater(b, b) y = Where(h, b, b)",
             "float32[6,4]"},
        Case{"PowAndMean", "p = Pow(b, b) y = Mean(p, b)", "float32[6,4]"},
        Case{"Concat", "y = Concat <axis = 0> (b, b, b)", "float32[18,4]"},
        Case{"ConcatAlongAKnownAxis", "y = Concat <axis = 1> (b, b)",
             "float32[6,8]"},
        Case{"GatherRows", "y = Gather(b, l0)", "float32[1,4]"},
        Case{"GatherByRows",
             "t = Transpose(b) i = Range(zero, n, one) y = Gather(b, i)",
             "float32[6,4]"},
        Case{"SliceTheFirst", "y = Slice(b, l0, l3, l0)", "float32[3,4]"},
        Case{"SliceTheLast", "y = Slice(b, lm3, far, l0)", "float32[3,4]"},
        Case{"SliceAllButTheLast", "y = Slice(b, l0, lm1, l0)", "float32[5,4]"},
        Case{"SliceAllButTheFirst", "y = Slice(b, l2, far, l0)",
             "float32[4,4]"},
        Case{"SliceInTheMiddle", "y = Slice(b, l1, lm2, l0)", "float32[3,4]"},
        Case{"SliceNearTheEnd", "y = Slice(b, lm3, lm1, l0)", "float32[2,4]"},
        Case{"SliceFromTheEndToTheFront", "y = Slice(b, lm3, l4, l0)",
             "float32[3,4]"},
        Case{"SliceBySteps", "y = Slice(b, l0, far, l0, l4)", "float32[2,4]"},
        Case{"SliceBackwards", "y = Slice(b, lm1, least, l0, lm1)",
             "float32[6,4]",
             "lm1 = Constant <value_ints = [-1]> () l0 = Constant <value_ints "
             "= [0]> () least = Constant <value_ints = "
             "[-9223372036854775807]> ()"},
        Case{"SliceToTheNumberOfRows", "y = Slice(k, l0, ln, l0)", "float32[6]",
             "s = Shape(b) l0 = Constant <value_ints = [0]> () ln = Gather(s, "
             "l0) k = Constant <value_floats = [1., 2., 3., 4., 5., 6., 7., "
             "8.]> ()"},
        Case{"SplitInHalves", "y, z = Split <axis = 0, num_outputs = 2> (b)",
             "float32[3,4]"},
        Case{"SplitBySizes",
             "sizes = Concat <axis = 0> (ln, ln) c = Concat <axis = 0> (b, b) "
             "z, y = Split <axis = 0> (c, sizes)",
             "float32[6,4]"},
        Case{"Squeeze", "c = ReduceMax(b, l1) y = Squeeze(c, l1)",
             "float32[6]"},
        Case{"Unsqueeze", "y = Unsqueeze(b, l1)", "float32[6,1,4]"},
        Case{"ReshapeToOneRow", "y = Reshape(b, to)", "float32[24]",
             "to = Constant <value_ints = [-1]> ()"},
        Case{"ReshapeToPairs", "y = Reshape(b, to)", "float32[12,2]",
             "to = Constant <value_ints = [-1, 2]> ()"},
        Case{"ReshapeToItsRows", "y = Reshape(b, by_rows)", "float32[6,24]",
             kByRows},
        Case{"ReshapeByShape",
             "to = Concat <axis = 0> (ln, l2, lm1) y = Reshape(b, to)",
             "float32[6,2,12]"},
        Case{"ReshapeToItsRowsTwice",
             "c = Reshape(b, by_rows) d = Relu(c) y = Reshape(d, lm1)",
             "float32[24]", kByRows},
        Case{"ReshapeToItsRowsAndOn",
             "c = Reshape(b, by_rows) d = Unsqueeze(c, l0) e = Transpose <perm "
             "= [2, 0, 1]> (d) y = Add(e, half)",
             "float32[24,1,6]", kByRows},
        Case{"ReshapeToItsRowsThenConcat",
             "c = Reshape(b, by_rows) y = Concat <axis = 1> (c, c)",
             "float32[6,48]", kByRows},
        Case{"ReshapeToItsRowsThenFlatten",
             "c = Reshape(b, by_rows) y = Flatten <axis = 0> (c)",
             "float32[1,144]", kByRows},
        // Of no rows, 0 copies the 4 columns.
        Case{"ReshapeToRowsOfTheSecondDim",
             "c = Slice(b, l0, l2, l0) t = Shape(c) r = Gather(t, l0) to = "
             "Concat <axis = 0> (lm1, r) y = Reshape(c, to)",
             "float32[8,4]"},
        Case{"ReshapeKeepsRows", "y = Reshape(b, to)", "float32[6,2,2]",
             "to = Constant <value_ints = [0, 2, 2]> ()"},
        Case{"TopK",
             "v = ReduceMax <keepdims = 0> (b, l1) k = Min(ln, l3) y, "
             "i = TopK(v, k)",
             "float32[3]"},
        Case{"TopKByReduceMin",
             "v = ReduceMax <keepdims = 0> (b, l1) both = Concat <axis = 0> "
             "(ln, l3) k = ReduceMin(both, l0) y, i = TopK(v, k)",
             "float32[3]"},
        Case{"Range", "y = Range(zero, n, one)", "int64[6]"},
        Case{"RangeBySteps", "y = Range(one, n, three)", "int64[2]"},
        Case{"RangeBackwards", "back = Neg(one) y = Range(n, zero, back)",
             "int64[6]"},
        Case{"RangeOfTwice", "t = Add(n, n) y = Range(zero, t, one)",
             "int64[12]"},
        Case{"Expand", "to = Concat <axis = 0> (l3, ln, l4) y = Expand(b, to)",
             "float32[3,6,4]"},
        Case{"ConstantOfShape",
             "to = Concat <axis = 0> (ln, l2) y = ConstantOfShape(to)",
             "float32[6,2]"},
        Case{"Tile", "to = Concat <axis = 0> (l2, l1) y = Tile(b, to)",
             "float32[12,4]"},
        Case{"TileByRows", "to = Concat <axis = 0> (l1, ln) y = Tile(b, to)",
             "float32[6,24]"},
        Case{"Pad", "p = Concat <axis = 0> (l1, l0, l2, l0) y = Pad(b, p)",
             "float32[9,4]"},
        Case{"PadByRows",
             "p = Concat <axis = 0> (l0, ln, l0, ln) y = Pad(b, p)",
             "float32[6,16]"},
        Case{"OneHot",
             "i = ArgMax <axis = 1, keepdims = 0> (b) v = Constant <value = "
             "float[2] {0, 1}> () y = OneHot(i, three, v)",
             "float32[6,3]"},
        Case{"OneHotByRows",
             "i = ArgMax <axis = 1, keepdims = 0> (b) v = Constant <value = "
             "float[2] {0, 1}> () y = OneHot(i, n, v)",
             "float32[6,6]"},
        Case{"ResizeByScales",
             "u = Unsqueeze(b, l0) v = Unsqueeze(u, l0) sc = Constant "
             "<value_floats = [1., 1., 1.5, 2.]> () no = Constant <value = "
             "float[0] {}> () y = Resize(v, no, sc)",
             "float32[1,1,9,8]"},
        Case{"GatherNd", "i = Unsqueeze(r, l1) y = GatherND(b, i)",
             "float32[6,4]",
             "zero = Constant <value = int64 {0}> () one = Constant <value = "
             "int64 {1}> () l1 = Constant <value_ints = [1]> () s = Shape(b) n "
             "= Gather(s, zero) r = Range(zero, n, one)"},
        Case{"RoiAlign",
             "f = Constant <value = float[1,2,1,1] {1, 2}> () z = "
             "ConstantOfShape(ln) i = Cast <to = 7> (z) y = RoiAlign "
             "<output_height = 7, output_width = 7> (f, b, i)",
             "float32[6,2,7,7]"},
        Case{"LoopOverRows",
             "y = Loop (n, yes, ) <body = l (int64 i, bool c) => (bool d, r) { "
             "d = Identity(c) r = Gather(b, i) }>",
             "float32[6,4]"},
        Case{"LoopThatKeepsItsState",
             "y = Loop (three, yes, b) <body = l (int64 i, bool c, st) => "
             "(bool d, t) { d = Identity(c) t = Relu(st) }>",
             "float32[6,4]"}),
    [](const testing::TestParamInfo<Case>& param) {
      return std::string(param.param.name);
    });

// Where not the number of rows decides but the values themselves, or the bound
// is larger than what can be.
INSTANTIATE_TEST_SUITE_P(
    Data, UpperBoundTest,
    testing::Values(
        Case{"NonZero", "y = NonZero(b)", "int64[2,24]"},
        Case{"NonZeroThenGatherNd",
             "i = NonZero(b) t = Transpose(i) y = GatherND(b, t)",
             "float32[24]"},
        Case{"Compress",
             "h = Greater(b, b) f = Reshape(h, lm1) y = "
             "Compress(b, f)",
             "float32[24]"},
        Case{"CompressRows",
             "h = Constant <value = bool[2] {1, 1}> () y = Compress <axis = 0> "
             "(b, h)",
             "float32[2,4]"},
        Case{"Unique", "y, i, v, c = Unique(b)", "float32[24]"},
        Case{"UniqueRows", "y, i, v, c = Unique <axis = 0> (b)",
             "float32[6,4]"},
        Case{"UniqueIndices", "u, y, v, c = Unique(b)", "int64[24]"},
        Case{"UniqueInverse", "u, i, y, c = Unique <axis = 0> (b)", "int64[6]"},
        Case{"NonMaxSuppression",
             "bs = Unsqueeze(b, l0) mx = ReduceMax(b, l1) t = Transpose(mx) sc "
             "= "
             "Unsqueeze(t, l0) y = NonMaxSuppression(bs, sc, three)",
             "int64[3,3]"},
        Case{
            "NonMaxSuppressionOfTwoClasses",
            "bs = Unsqueeze(b, l0) mx = Slice(b, l0, l2, l1) t = Transpose(mx) "
            "sc = Unsqueeze(t, l0) y = NonMaxSuppression(bs, sc, three)",
            "int64[6,3]"},
        Case{"NonMaxSuppressionOfAll",
             "bs = Unsqueeze(b, l0) mx = ReduceMax(b, l1) t = Transpose(mx) sc "
             "= "
             "Unsqueeze(t, l0) y = NonMaxSuppression(bs, sc, far)",
             "int64[6,3]"},
        Case{"LoopThatMayEndEarly",
             "five = Constant <value = int64 {5}> () y = Loop (five, yes, ) "
             "<body = l (int64 i, bool c) => (bool d, r) { f = ReduceMax "
             "<keepdims = 0> (b) d = Cast <to = 9> (f) r = Neg(b) }>",
             "float32[5,6,4]"},
        Case{
            "IfOfDifferentSizes",
            "f = ReduceMax <keepdims = 0> (b) h = Cast <to = 9> (f) y = If (h) "
            "<then_branch = t () => (p) { p = Neg(b) }, else_branch = e () => "
            "(q) { q = Slice(b, l0, l3, l0) }>",
            "float32[6,4]"},
        // Of which the sum is more than can be.
        Case{"ConcatOfParts",
             "i, j = Split <axis = 0, num_outputs = 2> (b) to = Concat <axis = "
             "0> (ln, lm1) c = Concat <axis = 0> (i, j) y = Reshape(c, to)",
             "float32[6,24]"},
        Case{"LoopThatShrinksItsState",
             "y = Loop (three, yes, b) <body = l (int64 i, bool c, st) => "
             "(bool d, t) { d = Identity(c) f = ReduceMax <keepdims = 0> (st, "
             "l1) h = Cast <to = 9> (f) t = Compress <axis = 0> (st, h) }>",
             "float32[6,4]"}),
    [](const testing::TestParamInfo<Case>& param) {
      return std::string(param.param.name);
    });

// What grows with each round of a loop has no bound, nor has what the values
// themselves say.
TEST(UpperBoundsTest, WhatHasNoBound) {
  for (const char* body :
       {"y = Loop (three, yes, b) <body = l (int64 i, bool c, st) => (bool d, "
        "t) { d = Identity(c) t = Concat <axis = 0> (st, b) }>",
        "i = Cast <to = 7> (b) f = Reshape(i, lm1) p = "
        "Slice(f, l0, l2) y = ConstantOfShape(p)"}) {
    const Imported imported = Bounded({"", body, ""});
    ASSERT_EQ(imported.error, "") << body;
    EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAssumed)
        << body;
    EXPECT_EQ(WarningIds(imported), "W306 W308") << body;
  }
}

TEST(UpperBoundsTest, APartOfWhatHasNoBoundHasNone) {
  const Imported imported = Bounded(
      {"",
       "l = Loop (three, yes, b) <body = l (int64 i, bool c, st) => (bool d, t)"
       " { d = Identity(c) t = Concat <axis = 0> (st, b) }> "
       "thousand = Constant <value_ints = [1000]> () "
       "y = Slice(l, l0, lm1, l0, thousand)",
       ""});
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAssumed);
}

// What is declared may make the dims say more than the bound of the elements.
TEST(UpperBoundsTest, ElementsCountWhereDimsMakeMore) {
  TypedTensor tensor;
  tensor.type = {TensorType::Kind::kTensor, DType::kFloat32, true, {-1, -1}};
  tensor.upper_shape = {3, 24};
  tensor.most_elements = 24;
  EXPECT_EQ(LargestType(tensor).most_elements, 24);
  tensor.type.shape = {-1, 2};
  EXPECT_EQ(LargestType(tensor).most_elements, -1);
  EXPECT_EQ(LargestType(tensor).shape, (std::vector<int64_t>{3, 2}));
  tensor.type.has_rank = false;
  tensor.type.shape.clear();
  EXPECT_EQ(LargestType(tensor).most_elements, 24);
}

TEST(UpperBoundsTest, AScalarHasOneIndex) {
  const Imported imported =
      Bounded({"", "z = ReduceSum <keepdims = 0> (b) y = NonZero(z)", ""});
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 8);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAtMost);
}

TEST(UpperBoundsTest, WhatHasNoKnownRankHasElements) {
  const Imported imported = Bounded({"", "y = Squeeze(b)", ""});
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 6 * 4 * 4);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAtMost);
}

TEST(UpperBoundsTest, FunctionsAndTheirBodiesHaveBounds) {
  const SourceModel model = [] {
    SourceModel source = SourceFromText(R"(
      g (float[6,4] x, bool[6] m) => (y) {
        b = Compress <axis = 0> (x, m)
        y = f.Twice(b)
      })");
    auto* import = source.proto.add_opset_import();
    import->set_domain("f");
    import->set_version(1);
    auto* function = source.proto.add_functions();
    function->set_name("Twice");
    function->set_domain("f");
    function->add_input("a");
    function->add_output("c");
    auto* opset = function->add_opset_import();
    opset->set_version(17);
    auto* node = function->add_node();
    node->set_op_type("Concat");
    node->add_input("a");
    node->add_input("a");
    node->add_output("c");
    auto* axis = node->add_attribute();
    axis->set_name("axis");
    axis->set_type(ONNX_NAMESPACE::AttributeProto::INT);
    axis->set_i(0);
    return source;
  }();
  const Imported imported = Import(model);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 12 * 4 * 4);
  EXPECT_EQ(TypeName(LayerNamed(imported.graph, "y")
                         .operation.bodies.at(0)
                         .operations.at(0)
                         .outputs.at(0)),
            "float32[12,4]");
}

}  // namespace
}  // namespace dnncut
