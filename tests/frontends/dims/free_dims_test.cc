// SPDX-License-Identifier: Apache-2.0
//
// Dims that the model leaves free: what they become and how they are asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kFreeDims = R"(
  g (float[N,3,H,W] x, float[N,H] h) => (float[N,3,H,W] y, float[N,H] k) {
    y = Relu(x)
    k = Relu(h)
  })";

TEST(FreeDimsTest, TheBatchBecomesOneWhereverItIsNamed) {
  auto imported = ImportText(kFreeDims, {.dims = {{"H", 8}, {"W", 9}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,3,8,9]");
  EXPECT_EQ(TypeOf(imported, "k"), "float32[1,8]");
  EXPECT_EQ(WarningIds(imported), "W301");
  EXPECT_EQ(imported.warnings[0].text,
            "the first dimension of input 'x' is free ('N') and is taken as 1; "
            "give --dim N=VALUE to choose another");
}

TEST(FreeDimsTest, AShapeGivesItsNamesTheirValues) {
  auto imported = ImportText(kFreeDims, {.shapes = {{"x", {2, 3, 8, 9}}}});
  EXPECT_EQ(TypeOf(imported, "k"), "float32[2,8]");
  EXPECT_EQ(WarningIds(imported), "");
}

TEST(FreeDimsTest, OtherFreeDimsAreAnErrorThatNamesThem) {
  auto imported = ImportText(kFreeDims, {.dims = {{"W", 9}}});
  EXPECT_EQ(imported.error,
            "E310 the size of 'x', 'h', 'y' and 1 more depends on what the "
            "model leaves free: 'H' of input 'x'; give --dim H=VALUE");
  EXPECT_EQ(ImportText(kFreeDims).error,
            "E310 the size of 'x', 'h', 'y' and 1 more depends on what the "
            "model leaves free: 'H' of input 'x', 'W' of input 'x'; give --dim "
            "H=VALUE --dim W=VALUE");
}

TEST(FreeDimsTest, DimsWithoutANameNeedAShape) {
  SourceModel model =
      SourceFromText("g (float[N,M] x) => (float[N,M] y) { y = Relu(x) }");
  for (auto* info : {model.proto.mutable_graph()->mutable_input(0),
                     model.proto.mutable_graph()->mutable_output(0)}) {
    for (auto& dim : *info->mutable_type()
                          ->mutable_tensor_type()
                          ->mutable_shape()
                          ->mutable_dim()) {
      dim.clear_dim_param();
    }
  }
  EXPECT_THAT(Import(model).error,
              HasSubstr("dimension 1 of input 'x'; give --shape x=1xA"));
  EXPECT_EQ(TypeOf(Import(model, {.shapes = {{"x", {4, 5}}}}), "y"),
            "float32[4,5]");
}

TEST(FreeDimsTest, MistakesInOptionsAreNamed) {
  auto error = [](const ImportOptions& options) {
    return ImportText(kFreeDims, options).error;
  };
  EXPECT_EQ(ImportText("g (float[A] image) => (y) { y = Relu(image) }",
                       {.shapes = {{"imag", {1}}}})
                .error,
            "E301 --shape imag: the model has no input of this name; did you "
            "mean 'image'?");
  EXPECT_EQ(error({.shapes = {{"x", {1, 3}}}}),
            "E303 --shape x=1x3: the input has 4 dimensions, not 2");
  EXPECT_EQ(error({.shapes = {{"x", {1, 4, 8, 8}}}}),
            "E303 --shape x=1x4x8x8: dimension 1 of the input is fixed to 3 by "
            "the model");
  EXPECT_EQ(
      error({.shapes = {{"x", {1, 3, 8, 8}}, {"h", {1, 9}}}}),
      "E302 --shape x=1x3x8x8 makes dimension 'H' 8, but it is 9 already");
  EXPECT_EQ(
      error({.dims = {{"H", 7}}, .shapes = {{"x", {1, 3, 8, 8}}}}),
      "E302 --shape x=1x3x8x8 makes dimension 'H' 8, but it is 7 already");
  EXPECT_EQ(error({.dims = {{"H", -1}}}),
            "E304 --dim H=-1: a dimension is never negative");
}

TEST(FreeDimsTest, EverythingFreeIsAskedForAtOnceAndQuoted) {
  SourceModel model = SourceFromText(R"(
    g (float[A,B] x, float[C,D] y, float[A,C] z, float[E] unread)
      => (p, q) { p = MatMul(x, y) q = Relu(z) })");
  auto* graph = model.proto.mutable_graph();
  auto dim = [&](int input, int i) {
    return graph->mutable_input(input)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(i);
  };
  dim(0, 1)->set_dim_param("it's");
  dim(1, 0)->set_dim_param("-k");
  dim(1, 1)->clear_dim_param();
  EXPECT_EQ(Import(model).error,
            "E310 the size of 'x', 'y', 'z' and 2 more depends on what the "
            "model leaves free: 'it's' of input 'x', dimension 1 of input 'y', "
            "'C' of input 'z'; give --dim 'it'\\''s=VALUE' --shape y=1xA --dim "
            "C=VALUE");
  EXPECT_EQ(Import(model).warnings[1].text,
            "the first dimension of input 'y' is free ('-k') and is taken as "
            "1; give --dim=-k=VALUE to choose another");
}

TEST(FreeDimsTest, ALetterStandsForOneDim) {
  EXPECT_THAT(
      ImportText("g (float[1,?] x, float[2,?,T] m, float[1,T,?] n) =>"
                 "  (y, z, u) { y = Relu(x) z = Neg(m) u = Neg(n) }")
          .error,
      testing::EndsWith("give --shape x=1xA --shape m=2xBxC --shape n=1xCxD"));
}

TEST(FreeDimsTest, WhatCanHardlyBeABatchIsAskedFor) {
  const auto asks = [](const std::string& ports) {
    const auto imported =
        ImportText(fmt::format("g ({}) {{ y = Relu(x) z = Neg(m) }}", ports));
    EXPECT_EQ(WarningIds(imported), imported.error.empty() ? "W301" : "");
    return imported.error.substr(0, imported.error.find(' '));
  };
  EXPECT_EQ(asks("float[N,2] x, float[N] m) => (y, z"), "");
  EXPECT_EQ(asks("float[N] x, float[N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[N,N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[1,N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[1,3] m) => (float[2,N] y, z"), "E310");
}

TEST(FreeDimsTest, AnErrorThatFollowsFromAGuessNamesIt) {
  EXPECT_THAT(
      ImportText(R"(
    g (float[N,C,2] x, float[C,3,4] w) => (y) { y = Conv(x, w) })",
                 {.dims = {{"C", 2}}})
          .error,
      testing::AllOf(StartsWith("E311 the size of 'y' cannot be inferred (Conv "
                                "'y': its input is too small: a size would be "
                                "negative)"),
                     HasSubstr("; the guess may be why: the first dimension of "
                               "input 'x' ('N') was taken as 1, which --dim "
                               "N=VALUE changes")));
}

SourceModel WithDims(std::vector<std::string> dims) {
  SourceModel model = SourceFromText(
      "g (float[A,B] x, float[A,C] m) => (y, z) {"
      "  y = Relu(x) z = Neg(m) }");
  for (int i = 0; i < 2; ++i) {
    for (int d = 0; d < 2; ++d) {
      model.proto.mutable_graph()
          ->mutable_input(i)
          ->mutable_type()
          ->mutable_tensor_type()
          ->mutable_shape()
          ->mutable_dim(d)
          ->set_dim_param(dims[2 * i + d]);
    }
  }
  return model;
}

TEST(FreeDimsTest, NamesThatAreNumbersOrExpressions) {
  const SourceModel model = WithDims({"b", "past", "7", "past + 1"});
  auto imported = Import(model, {.dims = {{"past", 16}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,16]");
  EXPECT_EQ(TypeOf(imported, "z"), "float32[7,17]");
  // To a runtime a number is a name.
  imported = Import(model, {.dims = {{"past", 16}, {"7", 3}}});
  EXPECT_EQ(TypeOf(imported, "z"), "float32[3,17]");
  EXPECT_EQ(Import(model, {.shapes = {{"m", {4, 9}}, {"x", {2, 7}}}}).error,
            "E302 dimension 'past + 1' is given as 9, but it is 8 with past=7");
  EXPECT_THAT(Import(model).error, testing::EndsWith("give --dim past=VALUE"));
  // A batch is a part like any other.
  imported = Import(WithDims({"b", "3", "b*4", "2"}));
  EXPECT_EQ(TypeOf(imported, "z"), "float32[4,2]");
  EXPECT_EQ(WarningIds(imported), "W301");
  // Names of which nothing else is known are names.
  EXPECT_THAT(Import(WithDims({"b", "h-w", "b", "2"})).error,
              testing::EndsWith("give --dim h-w=VALUE"));
  EXPECT_EQ(TypeOf(Import(WithDims({"b", "h-w", "b", "2"}),
                          {.dims = {{"h", 5}, {"w", 1}}}),
                   "y"),
            "float32[1,4]");
  EXPECT_EQ(
      Import(WithDims({"b", "k - 4", "b", "k"}), {.dims = {{"k", 3}}}).error,
      "E306 dimension 'k - 4' is -1 with k=3, which is no size");
}

TEST(FreeDimsTest, ADimMayBeZero) {
  auto imported = ImportText(R"(
    g (float[N,P,4] past, float[N,2,4] x) => (y) {
      y = Concat <axis = 1> (past, x) })",
                             {.dims = {{"P", 0}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,2,4]");
  EXPECT_EQ(TensorNamed(imported.graph, "past").bytes, 0);
}

TEST(FreeDimsTest, UnusedOptionsWarn) {
  auto imported =
      ImportText("g (float[2] x) => (float[2] y) { y = Relu(x) }",
                 {.dims = {{"H", 8}}, .tensor_bytes = {{"x", 4}, {"none", 5}}});
  EXPECT_EQ(WarningIds(imported), "W302 W303 W303");
  EXPECT_EQ(TensorNamed(imported.graph, "x").bytes, 8);
}

TEST(FreeDimsTest, TheSourceStaysSymbolic) {
  SourceModel model = SourceFromText(kFreeDims);
  std::string before = model.proto.SerializeAsString();
  Import(model, {.dims = {{"H", 8}, {"W", 9}}});
  EXPECT_EQ(model.proto.SerializeAsString(), before);
}

}  // namespace
}  // namespace dnncut
