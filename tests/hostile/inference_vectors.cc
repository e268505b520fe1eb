// SPDX-License-Identifier: Apache-2.0
//
// Shapes that no rule of inference expects: ranks too small, empty dims, sizes
// that overflow, loops in loops.
#include <fmt/format.h>

#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;

// `nodes` make y of `inputs`.
Vector Inferred(const std::string& row, const std::string& name,
                const std::string& inputs, const std::string& nodes,
                std::vector<std::string> lines, int exit_code = 3,
                int opset = 17) {
  return {
      row, name,
      [=](const Site& site) {
        site.Save(ModelFromText(
            "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) +
            "]>\nmain (" + inputs + ") => (float[] y) {\n" + nodes + "\n}"));
      },
      exit_code, std::move(lines)};
}

// 4,096 elements, added up 2,000 times.
std::string LongChainOfValues() {
  std::string nodes = "v0 = Shape(x)";
  for (int i = 0; i < 12; ++i) {
    nodes += fmt::format("\nv{} = Concat<axis = 0>(v{}, v{})", i + 1, i, i);
  }
  for (int i = 12; i < 2'000; ++i) {
    nodes += fmt::format("\nv{} = Add(v{}, v12)", i + 1, i);
  }
  return nodes + "\nf = Cast<to = 1>(v2000)\ny = ReduceSum<keepdims = 0>(f)";
}

std::vector<Vector> Ranks() {
  const std::string row = "onnx 92e541266: rank < expected";
  const std::string old = "float[4] x, float[4] w, float[4] r";
  return {
      Inferred(row, "Rnn1OfVectors", old,
               "a, y = RNN<hidden_size = 4>(x, w, r)",
               {NotInferred("'y'",
                            "RNN 'a': its first input must have 3 dimensions")},
               3, 1),
      Inferred(row, "Lstm1OfVectors", old,
               "a, y = LSTM<hidden_size = 4>(x, w, r)",
               {NotInferred(
                   "'y'", "LSTM 'a': its first input must have 3 dimensions")},
               3, 1),
      Inferred(row, "Gru3OfVectors", old,
               "a, y = GRU<hidden_size = 4>(x, w, r)",
               {NotInferred("'y'",
                            "GRU 'a': its first input must have 3 dimensions")},
               3, 3),
      Inferred(row, "Rnn6OfVectors", old,
               "a, y = RNN<hidden_size = 4>(x, w, r)",
               {NotInferred("'y'",
                            "RNN 'a': its first input must have 3 dimensions")},
               3, 6),
      Inferred(row, "Rnn14OfVectors", old,
               "a, y = RNN<hidden_size = 4>(x, w, r)",
               {NotInferred("'y'",
                            "RNN 'a': its first input must have 3 dimensions")},
               3, 14),
      Inferred(
          row, "EinsumOfAScalar", "float x",
          "y = Einsum<equation = \"i->i\">(x)",
          {NotInferred(
              "'y'", "Einsum 'y': its equation does not go with its inputs")}),
      Inferred(row, "EinsumOfNothing", "float x",
               "y = Einsum<equation = \"\">(x)", {}, 0),
      Inferred(
          row, "EinsumOfDots", "float[4] x",
          "y = Einsum<equation = \".......,,,->->\">(x)",
          {NotInferred(
              "'y'", "Einsum 'y': its equation does not go with its inputs")}),
      Inferred(row, "MatMulOfScalars", "float x, float w", "y = MatMul(x, w)",
               {NotInferred("'y'", "MatMul 'y': <library>")}),
      Inferred(row, "ConvOfAScalar", "float x, float w", "y = Conv(x, w)",
               {NotInferred("'y'", "Conv 'y': <library>")}),
      Inferred(row, "GemmOfVectors", "float[4] x, float[4] w", "y = Gemm(x, w)",
               {NotInferred("'y'", "Gemm 'y': <library>")}),
      Inferred(row, "BatchNormalizationOfAScalar", "float x",
               "y = BatchNormalization(x, x, x, x, x)",
               {NotInferred("'y'", "BatchNormalization 'y': <library>")}),
      Inferred(row, "TransposeOutOfRange", "float[4] x",
               "y = Transpose<perm = [9223372036854775807]>(x)",
               {"error[E223]: MODEL: graph 'main', node 0 (Transpose): perm is "
                "9223372036854775807, but it must be in 0 .. 63"}),
      Inferred(row, "GatherAxisOutOfRange", "float[4] x, int64[2] i",
               "y = Gather<axis = -9223372036854775808>(x, i)",
               {"error[E223]: MODEL: graph 'main', node 0 (Gather): axis is "
                "-9223372036854775808, but it must be in -64 .. 64"}),
      Inferred(row, "ConcatAxisOutOfRange", "float[4] x",
               "y = Concat<axis = 9223372036854775807>(x, x)",
               {"error[E223]: MODEL: graph 'main', node 0 (Concat): axis is "
                "9223372036854775807, but it must be in -64 .. 64"}),
      Inferred(row, "FlattenAxisOutOfRange", "float[4] x",
               "y = Flatten<axis = -9223372036854775808>(x)",
               {"error[E223]: MODEL: graph 'main', node 0 (Flatten): axis is "
                "-9223372036854775808, but it must be in -64 .. 64"}),
      Inferred(row, "NoInputs", "float[4] x", "y = Add()", {}, 0),
      Inferred("known values", "LongChainOfValues", "float[1] x",
               LongChainOfValues(), {}, 0),
  };
}

std::vector<Vector> EmptyDims() {
  const std::string row = "onnx 81b253794: Slice/OneHot on empty dims";
  const std::string broadcast = "onnx a0e90be29: broadcast to zero";
  return {
      Inferred(row, "SliceOfAnEmptyDim", "float[0] x",
               "s = Constant<value = int64[1] {1}>()\ny = Slice(x, s, s)", {},
               0),
      Inferred(row, "SliceOfAScalar", "float x",
               "s = Constant<value = int64[1] {1}>()\ny = Slice(x, s, s)",
               {NotInferred("'y'", "Slice 'y': <library>")}),
      Inferred(row, "SliceStep0", "float[4] x",
               "s = Constant<value = int64[1] {0}>()\n"
               "y = Slice(x, s, s, s, s)",
               {NotInferred("'y'", "Slice 'y': <library>")}),
      Inferred(row, "SliceStepInt64Min", "float[4] x",
               "z = Constant<value = int64[1] {0}>()\n"
               "m = Constant<value = int64[1] {-9223372036854775808}>()\n"
               "y = Slice(x, m, m, z, m)",
               {}, 0),
      KnownToRuntime(Inferred(
          row, "OneHotOfAnEmptyDim", "int64[0] x, float[2] v",
          "d = Constant<value = int64 {3}>()\ny = OneHot(x, d, v)", {}, 0)),
      Inferred(row, "OneHotOfAnEmptyDepth", "int64[4] x, float[2] v",
               "d = Constant<value = int64[0] {}>()\ny = OneHot(x, d, v)",
               {NotInferred("'y'", "OneHot 'y': <library>")}),
      Inferred(row, "OneHotDepthInt64Min", "int64[4] x, float[2] v",
               "d = Constant<value = int64 {-9223372036854775808}>()\n"
               "y = OneHot(x, d, v)",
               {}, 0),
      Inferred(broadcast, "BroadcastToZero", "float[0,4] x, float[1,4] w",
               "y = Add(x, w)", {}, 0),
      Inferred(broadcast, "BroadcastZeroWithFour", "float[0,4] x, float[4,4] w",
               "y = Add(x, w)", {NotInferred("'y'", "Add 'y': <library>")}),
      Inferred(broadcast, "ReshapeOfAnEmptyDim", "float[0,4] x",
               "s = Constant<value = int64[2] {0,-1}>()\ny = Reshape(x, s)",
               {NotInferred("'y'", "Reshape 'y': <library>")}),
      Inferred(broadcast, "ReshapeToTwoUnknowns", "float[4] x",
               "s = Constant<value = int64[2] {-1,-1}>()\ny = Reshape(x, s)",
               {NotInferred("'y'", "Reshape 'y': <library>")}),
  };
}

std::vector<Vector> Overflows() {
  const std::string row = "onnx fa2fe73a5";
  const std::string x = "float[4] x";
  const auto shaped = [&](const std::string& name, const std::string& shape,
                          const std::string& node,
                          std::vector<std::string> lines, int exit_code = 3) {
    return Inferred(row, name, x,
                    "s = Constant<value = " + shape + ">()\n" + node,
                    std::move(lines), exit_code);
  };
  const std::string divided =
      "a = Constant<value = int64[1] {-9223372036854775808}>()\n"
      "b = Constant<value = int64[1] {-1}>()\n";
  return {
      shaped("TileRepeatsOverflow", "int64[1] {4611686018427387904}",
             "y = Tile(x, s)",
             {NotInferred("'y'",
                          "Tile 'y': its repeats are negative or too large")}),
      shaped("TileRepeatsNegative", "int64[1] {-1}", "y = Tile(x, s)",
             {NotInferred("'y'",
                          "Tile 'y': its repeats are negative or too large")}),
      Inferred(row, "Int64MinOverMinus1", x,
               divided + "s = Div(a, b)\ny = Reshape(x, s)", {}, 0),
      Inferred(row, "Int64MinModuloMinus1", x,
               divided + "s = Mod(a, b)\ny = Reshape(x, s)", {}, 0),
      Inferred(row, "DivisionBy0", x,
               "a = Constant<value = int64[1] {0}>()\n"
               "s = Div(a, a)\ny = Reshape(x, s)",
               {}, 0),
      shaped("ExpandTo2To120",
             "int64[2] {1152921504606846976,1152921504606846976}",
             "r = ReduceSum<keepdims = 0>(x)\ny = Expand(r, s)",
             {NotInferred("'y'", "Expand 'y': its result is too large")}),
      shaped(
          "ConstantOfShape2To120",
          "int64[2] {1152921504606846976,1152921504606846976}",
          "c = ConstantOfShape(s)\ny = Add(x, c)",
          {NotInferred("'y'", "ConstantOfShape 'c': its result is too large")}),
      shaped("ConstantOfNegativeShape", "int64[1] {-4}",
             "c = ConstantOfShape(s)\ny = Add(x, c)", {}, 0),
      shaped("PadInt64Max",
             "int64[2] {9223372036854775807,9223372036854775807}",
             "y = Pad(x, s)",
             {NotInferred("'y'",
                          "Pad 'y': its pads are too large, or take away more "
                          "than there is")}),
      shaped("PadMoreThanThereIs", "int64[2] {-100,-100}", "y = Pad(x, s)",
             {NotInferred("'y'",
                          "Pad 'y': its pads are too large, or take away more "
                          "than there is")}),
      Inferred(row, "PadOfAnAxisFarAway", x,
               "s = Constant<value = int64[2] {1,1}>()\n"
               "a = Constant<value = int64[1] {99}>()\ny = Pad(x, s, , a)",
               {NotInferred("'y'", "Pad 'y': an axis is out of range")}, 3, 18),
      shaped("ReshapeToNegative", "int64[1] {-9223372036854775808}",
             "y = Reshape(x, s)",
             {NotInferred("'y'", "Reshape 'y': <library>")}),
      shaped("UnsqueezeFarAway", "int64[1] {4611686018427387904}",
             "y = Unsqueeze(x, s)",
             {NotInferred("'y'", "Unsqueeze 'y': <library>")}),
      shaped("SqueezeInt64Min", "int64[1] {-9223372036854775808}",
             "y = Squeeze(x, s)", {}, 0),
      shaped("TopKOfInt64Max", "int64[1] {9223372036854775807}",
             "y, i = TopK(x, s)", {NotInferred("'y'", "TopK 'y': <library>")}),
      shaped("SplitIntoNegative", "int64[2] {-4,8}", "y, z = Split(x, s)", {},
             0),
      shaped("ResizeToInfinity", "float[1] {3.4e38}", "y = Resize(x, , s)", {},
             0),
      shaped("ResizeToInt64Max", "int64[1] {9223372036854775807}",
             "y = Resize(x, , , s)",
             {NotInferred("'y'", "Resize 'y': its result is too large")}),
      shaped("CumulatedSizes", "int64[1] {144115188075855872}",
             "r = ReduceSum(x)\na = Expand(r, s)\ny = Concat<axis = 0>(a, a, "
             "a, a, a, a, a, a)",
             {"error[E311]: the size of 'a'<library>=float32[A]'"}),
      Inferred(row, "RangeOverflow", "float[4] x",
               "a = Constant<value = int64 {-9223372036854775808}>()\n"
               "b = Constant<value = int64 {9223372036854775807}>()\n"
               "c = Constant<value = int64 {1}>()\n"
               "r = Range(a, b, c)\nf = Cast<to = 1>(r)\ny = Add(x, f)",
               {NotInferred("'y'", "Range 'r': its ends are too far apart")}),
      Inferred(row, "RangeStep0", "float[4] x",
               "a = Constant<value = int64 {0}>()\n"
               "r = Range(a, a, a)\nf = Cast<to = 1>(r)\ny = Add(x, f)",
               {NotInferred("'y'", "Range 'r': its step is 0")}),
      Inferred(row, "ConcatOfLargeDims", "int8[144115188075855872] x",
               "y = Concat<axis = 0>(x, x, x, x, x, x, x, x)",
               {"error[E210]: MODEL: graph 'main': 'x' is too large"}),
  };
}

// Loops in loops. The state of each grows in every round and that of the next
// one starts anew, so that each round of one is several of the next.
void AddNestedLoops(int depth, ModelProto* model) {
  GraphProto graph;
  AddNode("Relu", {"x"}, {Numbered("o", depth)}, &graph);
  for (int i = depth; i-- > 0;) {
    const std::string state = Numbered("s", i);
    const std::string grown = Numbered("g", i);
    auto* concat =
        AddNode("Concat", {state, Numbered("o", i + 1)}, {grown}, &graph);
    AddInteger("axis", 0, concat);
    graph.set_name("body");
    for (const auto& name : {Numbered("i", i), Numbered("c", i), state}) {
      graph.add_input()->set_name(name);
    }
    graph.add_output()->set_name(Numbered("c", i));
    graph.add_output()->set_name(grown);
    GraphProto outer;
    auto* node = AddNode("Loop", {"", "", "x"}, {Numbered("o", i)}, &outer);
    auto* attribute = AddAttribute("body", node);
    attribute->set_type(AttributeProto::GRAPH);
    attribute->mutable_g()->Swap(&graph);
    graph.Swap(&outer);
  }
  AddNode("Relu", {"o0"}, {"y"}, &graph);
  *model->mutable_graph()->mutable_node() = graph.node();
}

Vector NestedLoops(const std::string& name, int depth) {
  return {"If/Loop/Scan nesting",
          name,
          [=](const Site& site) {
            ModelProto model = ReluModel();
            AddNestedLoops(depth, &model);
            site.Save(model);
          },
          0,
          {}};
}

}  // namespace

std::vector<Vector> InferenceVectors() {
  return Join({Ranks(),
               EmptyDims(),
               Overflows(),
               {NestedLoops("Loops5Deep", 5), NestedLoops("Loops20Deep", 20)}});
}

}  // namespace dnncut
