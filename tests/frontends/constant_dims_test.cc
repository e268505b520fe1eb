// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using testing::ElementsAre;

// In ONNX's text format a name is one word: "n_plus_1" is spelt "n + 1" here.
SourceModel SourceOf(const std::string& text) {
  SourceModel model = SourceFromText(text);
  for (auto& input : *model.proto.mutable_graph()->mutable_input()) {
    auto* type = input.mutable_type()->mutable_tensor_type();
    for (auto& dim : *type->mutable_shape()->mutable_dim()) {
      if (dim.has_dim_value() || dim.dim_param().empty()) continue;
      std::string* name = dim.mutable_dim_param();
      const size_t at = name->find("_plus_");
      if (at != std::string::npos) name->replace(at, 6, " + ");
    }
  }
  return model;
}

// The dims of tensor 'a' that are constant; -1: the others.
std::vector<int64_t> ConstantDims(const std::string& text,
                                  const ImportOptions& options = {},
                                  Warnings* warnings = nullptr) {
  const SourceModel model = SourceOf(text);
  Imported imported = Import(model, options);
  EXPECT_EQ(imported.error, "");
  Warnings told;
  FindConstantDims(model, options, &imported.graph,
                   warnings != nullptr ? warnings : &told);
  const Tensor& tensor = TensorNamed(imported.graph, "a");
  std::vector<int64_t> dims = tensor.type.shape;
  EXPECT_EQ(tensor.constant_dims.size(), dims.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    if (!tensor.constant_dims[d]) dims[d] = -1;
  }
  return dims;
}

TEST(FindConstantDims, WhereTheBatchIs) {
  const std::string reshape =
      "(y) { parts = Constant <value = int64[4] {1, -1, 3, 2}> () "
      "  a = Reshape(x, parts)  y = Relu(a) }";
  EXPECT_THAT(ConstantDims("m (float[batch, 6] x) => " + reshape),
              ElementsAre(1, -1, 3, 2));
  EXPECT_THAT(ConstantDims("m (float[?, 6] x) => " + reshape),
              ElementsAre(1, -1, 3, 2));
  EXPECT_THAT(ConstantDims("m (float[1, 6] x) => " + reshape),
              ElementsAre(1, 1, 3, 2));
  EXPECT_THAT(ConstantDims("m (float[batch, 6] x) => " + reshape,
                           {.dims = {{"batch", 3}}}),
              ElementsAre(1, -1, 3, 2));
}

// What follows from a batch by name, and another batch.
TEST(FindConstantDims, BatchesOfSeveralInputs) {
  EXPECT_THAT(ConstantDims(R"(
      m (float[n, 2] x, float[n_plus_3, 2] y, float[prompts, 2] z) => (w) {
        t = Transpose (z)
        b = Concat <axis = 0> (x, y)
        a = MatMul (b, t)
        w = Relu (a)
      })"),
              ElementsAre(-1, -1));
}

// A model that takes one sample only: nothing is known of others.
TEST(FindConstantDims, NoneWhereNoOtherBatchIsPossible) {
  EXPECT_THAT(ConstantDims("m (float[batch, 6] x) => (y) {"
                           " c = Constant <value = float[1, 2] {1, 2}> ()"
                           " b = Concat <axis = 1> (x, c)"
                           " a = Relu(b)  y = Neg(a) }"),
              ElementsAre(-1, -1));
}

TEST(FindConstantDims, SaysWhereTheInputsHaveNoSecondSize) {
  Warnings warnings;
  const ImportOptions options = {.shapes = {{"x", {3, 2}}, {"z", {3, 8}}}};
  EXPECT_THAT(ConstantDims(R"(
      m (float[n, 2] x, float[3, n_plus_past] z) => (y, w) {
        a = Relu(x)
        y = Neg(a)
        w = Neg(z)
      })",
                           options, &warnings),
              ElementsAre(-1, -1));
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_EQ(warnings[0].id, "W313");
}

// A height may influence every dim in any way. What the model declares as a
// number is believed where it comes out the same at another height.
TEST(FindConstantDims, OfOtherFreeDimsWhatIsDeclaredToo) {
  const ImportOptions options = {.dims = {{"height", 16}}};
  const auto dims = [&](const std::string& declared) {
    return ConstantDims("m (float[batch, 3, height, 8] x) => (y) <" + declared +
                            "> { a = Relu(x)  y = Neg(a) }",
                        options);
  };
  EXPECT_THAT(dims("float[1] other"), ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(dims("float[1, 3, 16, 8] a"), ElementsAre(-1, 3, -1, 8));
  EXPECT_THAT(dims("float[n, c, 16, 8] a"), ElementsAre(-1, -1, -1, 8));
}

// Where the file alone knows a size, it knows it for one batch.
TEST(FindConstantDims, DeclaredTypesProveNothing) {
  EXPECT_THAT(ConstantDims("m (float[batch, 6] x) => (y) <float[1, 7] a> {"
                           " a = org.example.Mystery(x)  y = Neg(a) }"),
              ElementsAre(-1, -1));
}

TEST(ShapesAtTwice, NamesAndWhatFollowsFromThem) {
  const auto graph = SourceOf(R"(
      m (float[n, 2] x, float[n_plus_1, 2] y, float[seq, n2] z, float[?, 5] w,
         int64[n] lengths, float[7] samples, float[past_plus_1, 4] v) => (u) {
        u = Relu(x)
      })")
                         .proto.graph();
  const InputShapes shapes = {{"x", {3, 2}}, {"y", {4, 2}},    {"z", {9, 8}},
                              {"w", {1, 5}}, {"lengths", {3}}, {"samples", {7}},
                              {"v", {6, 4}}};
  InputShapes twice = {{"x", {6, 2}}, {"y", {7, 2}},    {"z", {18, 8}},
                       {"w", {2, 5}}, {"lengths", {6}}, {"samples", {7}},
                       {"v", {6, 4}}};
  const DimValues known = {{"past", 5}};
  EXPECT_EQ(ShapesAtTwice(FreeSizes::kBatch, graph, shapes, known), twice);
  twice["z"] = {18, 16};
  twice["v"] = {11, 4};
  EXPECT_EQ(ShapesAtTwice(FreeSizes::kAll, graph, shapes, known), twice);
}

TEST(ShapesAtTwice, UnknownWhatFollowsFromAnUnknownName) {
  const auto graph = SourceOf(R"(
      m (float[n, 2] x, float[3, n_plus_past] y) => (u) { u = Relu(x) })")
                         .proto.graph();
  const InputShapes shapes = {{"x", {3, 2}}, {"y", {3, 8}}};
  EXPECT_EQ(ShapesAtTwice(FreeSizes::kAll, graph, shapes), std::nullopt);
  EXPECT_EQ(ShapesAtTwice(FreeSizes::kAll, graph, shapes, {{"past", 5}}),
            (InputShapes{{"x", {6, 2}}, {"y", {3, 16}}}));
}

// What is fixed, alone, or inside stays.
TEST(ShapesAtTwice, NothingThatCanBeABatch) {
  for (const char* inputs :
       {"float[1, 2] x", "float[n] x", "float[n, n] x", "float[2, n] x"}) {
    const auto graph =
        SourceFromText(std::string("m (") + inputs + ") => (y) {y = Relu(x)}")
            .proto.graph();
    EXPECT_EQ(
        ShapesAtTwice(
            FreeSizes::kBatch, graph,
            {{"x",
              std::vector<int64_t>(
                  graph.input(0).type().tensor_type().shape().dim_size(), 2)}}),
        std::nullopt)
        << inputs;
  }
}

}  // namespace
}  // namespace dnncut
