// SPDX-License-Identifier: Apache-2.0
//
// Halves that are right pass; when one is made wrong on purpose, exactly the
// first tensor that differs is named.
#include "tools/verify/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>

#include "backends/result/table_file.h"
#include "backends/result_writer.h"
#include "compiler/base/error.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/verify/verify_runs.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

VerifyReport VerifyUnoptimized(VerifyOptions options) {
  options.optimization = OptimizationLevel::kDisabled;
  Progress progress(false, true);
  Warnings warnings;
  return Verify(ReadTableFile(options.out), options, &progress, &warnings);
}

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  }

  // Writes all cuts of the model.
  VerifyOptions Compile(const ModelProto& proto) {
    split_ = MakeSplitModel(proto, temp_);
    ResultOptions write;
    write.out = temp_ / "out";
    write.force = true;
    WriteResult(split_.AsResult(), write);
    VerifyOptions options;
    options.out = write.out;
    options.model_path = split_.model.path;
    return options;
  }

  // The cut whose device half has the layers that make these tensors.
  int CutAfter(const std::set<std::string>& on_device) const {
    for (size_t c = 0; c < split_.table.cuts.size(); ++c) {
      std::set<std::string> layers;
      for (size_t l = 0; l < split_.graph.layers.size(); ++l) {
        if (split_.table.cuts[c].cut[l] == Side::kDevice) {
          layers.insert(split_.graph.layers[l].name);
        }
      }
      if (layers == on_device) return static_cast<int>(c);
    }
    ADD_FAILURE() << "no such cut";
    return -1;
  }

  void Change(const VerifyOptions& options, const char* side,
              const std::function<void(ModelProto*)>& change) const {
    const std::string path =
        fmt::format("{}/{}/cut{}.onnx", options.out, side, *options.cut);
    ModelProto half;
    ASSERT_TRUE(half.ParseFromString(ReadAll(path)));
    change(&half);
    WriteAll(path, half.SerializeAsString());
  }

  TempFolder temp_;
  SplitModel split_;
};

TEST_F(VerifyTest, EveryCutOfEveryTestModel) {
  for (const TestModel& model : AllTestModels()) {
    SCOPED_TRACE(model.name);
    const VerifyOptions options = Compile(model.proto);
    VerifyOptions some = options;
    // The first, one in the middle, the last.
    const int cuts = static_cast<int>(split_.table.cuts.size());
    for (const int cut : {0, cuts / 2, cuts - 1}) {
      some.cut = cut;
      const VerifyReport report = VerifyUnoptimized(some);
      EXPECT_TRUE(Passed(report)) << VerifyText(report);
      ASSERT_EQ(report.cuts.size(), 1u);
      EXPECT_EQ(report.cuts[0].cut, cut);
      EXPECT_FALSE(report.cuts[0].exact.empty());
      EXPECT_THAT(report.cuts[0].optimized, IsEmpty());
    }
  }
}

// Where ONNX Runtime computes 16-bit floats in float32, it rounds them only
// where they cross.
TEST_F(VerifyTest, HalfPrecisionCrossesToTheBit) {
  const ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float16[1,64] x) => (float16[1,64] y, float16[1,64] z)
    {
      a = Sigmoid (x)
      b = Tanh (a)
      c = Mul (b, b)
      z = Sqrt (c)
      d = Mul (c, a)
      y = Exp (d)
    })");
  const VerifyOptions options = Compile(model);
  const VerifyReport report = VerifyUnoptimized(options);
  EXPECT_TRUE(Passed(report)) << VerifyText(report);
  EXPECT_GT(report.cuts.size(), 3u);
}

TEST(ToleranceFor, ModelsWithSixteenBitFloatsInside) {
  const ModelProto wide = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[4] x) => (float[4] y) { y = Sigmoid (x) })");
  const ModelProto narrow_inside = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[4] x) => (float[4] y)
    {
      a = Cast <to: int = 10> (x)
      b = Sigmoid (a)
      y = Cast <to: int = 1> (b)
    })");
  EXPECT_FALSE(ToleranceFor(wide, {}).atol.has_value());
  EXPECT_EQ(ToleranceFor(narrow_inside, {}).atol, 1e-2);
  EXPECT_EQ(ToleranceFor(narrow_inside, {}).rtol, 1e-2);
  EXPECT_EQ(ToleranceFor(narrow_inside, {.rtol = 0.5}).rtol, 0.5);
}

TEST_F(VerifyTest, FullOptimisationIsComparedToo) {
  VerifyOptions options = Compile(ChainModel());
  options.cut = CutAfter({"a", "b"});
  Progress progress(false, true);
  Warnings warnings;
  const VerifyReport report =
      Verify(ReadTableFile(options.out), options, &progress, &warnings);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_TRUE(Passed(report)) << VerifyText(report);
  EXPECT_EQ(report.cuts.at(0).optimized.size(), 2u);
}

// The batch moves from dim to dim; each cut must let it through.
ModelProto FreeBatchModel() {
  return ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[batch, 6] x) => (float[batch, 6] y) {
      parts = Constant <value = int64[4] {1, -1, 3, 2}> ()
      whole = Constant <value = int64[2] {-1, 6}> ()
      a = Reshape (x, parts)
      b = Sigmoid (a)
      c = Transpose <perm = [3, 2, 1, 0]> (b)
      d = Transpose <perm = [3, 2, 1, 0]> (c)
      y = Reshape (d, whole)
    })");
}

TEST_F(VerifyTest, HalvesRunAtASecondBatch) {
  const VerifyReport report = VerifyUnoptimized(Compile(FreeBatchModel()));
  EXPECT_TRUE(Passed(report)) << VerifyText(report);
  EXPECT_GE(report.cuts.size(), 6u);
  ASSERT_TRUE(report.second.has_value());
  EXPECT_EQ(report.second->inputs, (InputShapes{{"x", {2, 6}}}));
  EXPECT_EQ(BatchText(*report.second), "2");
  for (const CutReport& cut : report.cuts) {
    EXPECT_EQ(cut.second.size(), 1u);
    EXPECT_TRUE(AllSameBits(cut.second));
  }
}

// Layers on [batch, 6] that reshape by sizes of any earlier tensor.
ModelProto RandomSizesModel(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> tensors = {"x"};
  const auto any = [&] { return tensors[random() % tensors.size()]; };
  std::string nodes;
  for (int i = 0; i < 5; ++i) {
    const std::string next = fmt::format("t{}", i);
    switch (random() % 4) {
      case 0:
        nodes += fmt::format("{} = Sigmoid ({}) ", next, tensors.back());
        break;
      case 1:
        nodes += fmt::format("{} = Add ({}, {}) ", next, tensors.back(), any());
        break;
      case 2:
        nodes += fmt::format("s{0} = Shape ({1}) {2} = Expand ({3}, s{0}) ", i,
                             any(), next, tensors.back());
        break;
      default:
        nodes += fmt::format(
            "s{0} = Shape ({1}) b{0} = Gather <axis = 0> (s{0}, first) "
            "p{0} = Concat <axis = 0> (b{0}, rest) "
            "r{0} = Reshape ({2}, p{0}) f{0} = Concat <axis = 0> (b{0}, all) "
            "{3} = Reshape (r{0}, f{0}) ",
            i, any(), tensors.back(), next);
    }
    tensors.push_back(next);
  }
  return ParseModel(
      "<ir_version: 8, opset_import: [\"\" : 15]> "
      "sizes (float[batch, 6] x) => (float[batch, 6] y) {"
      "first = Constant <value_ints = [0]> () "
      "rest = Constant <value_ints = [3, 2]> () "
      "all = Constant <value_ints = [6]> ()" +
      nodes + fmt::format("y = Neg ({}) }}", tensors.back()));
}

TEST_F(VerifyTest, SizesThatAreComputedOnEitherSide) {
  int sizes = 0;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const VerifyReport report =
        VerifyUnoptimized(Compile(RandomSizesModel(seed)));
    EXPECT_TRUE(Passed(report)) << VerifyText(report);
    ASSERT_TRUE(report.second.has_value());
    EXPECT_EQ(report.second->why_not, "");
    const TableFile table = ReadTableFile(temp_ / "out");
    sizes += table.size_layers;
  }
  EXPECT_GT(sizes, 4);
}

TEST_F(VerifyTest, AHalfThatTakesOneBatchOnlyHasFailed) {
  VerifyOptions options = Compile(FreeBatchModel());
  options.cut = CutAfter({"a", "b"});
  Change(options, "server", [](ModelProto* half) {
    auto* type = half->mutable_graph()->mutable_input(0)->mutable_type();
    auto* dim = type->mutable_tensor_type()->mutable_shape()->mutable_dim(1);
    ASSERT_FALSE(dim->has_dim_value());
    dim->set_dim_value(1);
  });
  const VerifyReport report = VerifyUnoptimized(options);
  EXPECT_FALSE(Passed(report));
  EXPECT_EQ(report.cuts.at(0).run_error, "");
  EXPECT_THAT(report.cuts[0].second_error, HasSubstr("index: 1 Got: 2"));
  EXPECT_THAT(VerifyText(report), HasSubstr("cut 2: at batch 2, "));
}

TEST_F(VerifyTest, AModelThatTakesOneBatchOnlyIsNoFault) {
  const VerifyReport report = VerifyUnoptimized(Compile(ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[batch, 6] x) => (float[1, 6] y) {
      whole = Constant <value = int64[2] {1, 6}> ()
      a = Sigmoid (x)
      b = Reshape (a, whole)
      y = Neg (b)
    })")));
  EXPECT_TRUE(Passed(report)) << VerifyText(report);
  ASSERT_TRUE(report.second.has_value());
  EXPECT_THAT(report.second->why_not, HasSubstr("reshape"));
  EXPECT_THAT(report.cuts.at(0).second, IsEmpty());
  EXPECT_THAT(VerifyText(report),
              HasSubstr("note: no half was run at batch 2: the whole model "));
}

TEST_F(VerifyTest, ATensorInTheMiddleOfTheServerHalfIsNamed) {
  VerifyOptions options = Compile(ChainModel());
  options.cut = CutAfter({"a"});
  // b = Mul(a, w2), c = Relu(b), d = Sub(c, a), ...
  Change(options, "server", [](ModelProto* half) {
    ASSERT_EQ(half->graph().node(2).output(0), "d");
    half->mutable_graph()->mutable_node(2)->set_op_type("Add");
  });
  const VerifyReport report = VerifyUnoptimized(options);
  EXPECT_FALSE(Passed(report));
  EXPECT_EQ(report.cuts.at(0).first_difference,
            fmt::format("tensor 'd', which layer 'd' (Add) of "
                        "server/cut{}.onnx makes",
                        *options.cut));
  // z does not depend on it.
  for (const OutputCheck& check : report.cuts[0].exact) {
    EXPECT_EQ(check.comparison.same_bits, check.output == "z") << check.output;
  }
}

TEST_F(VerifyTest, ATensorOfTheDeviceHalfIsNamed) {
  VerifyOptions options = Compile(ChainModel());
  options.cut = CutAfter({"a", "b", "c"});
  std::string bytes = ReadAll(options.out + "/device/weights.bin");
  // The last element of w2, as 1.5: inner weights of a cut stand in order.
  const float wrong = 1.5;
  std::memcpy(&bytes[bytes.size() - sizeof wrong], &wrong, sizeof wrong);
  WriteAll(options.out + "/device/weights.bin", bytes);
  const VerifyReport report = VerifyUnoptimized(options);
  EXPECT_THAT(report.cuts.at(0).first_difference,
              StartsWith("tensor 'b', which layer 'b' (Mul) of device/"));
  EXPECT_THAT(report.cuts[0].faults,
              testing::ElementsAre(HasSubstr("weight 'w2'")));
  EXPECT_THROW(RequirePassed(report), Error);
}

TEST_F(VerifyTest, AHalfThatDoesNotRunHasFailed) {
  VerifyOptions options = Compile(ChainModel());
  options.cut = CutAfter({"a", "b"});
  Change(options, "server", [](ModelProto* half) {
    half->mutable_graph()->mutable_node(0)->set_op_type("Mystery");
  });
  const VerifyReport report = VerifyUnoptimized(options);
  EXPECT_FALSE(Passed(report));
  EXPECT_THAT(report.cuts.at(0).run_error, HasSubstr("Mystery"));
  try {
    RequirePassed(report);
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kCheckFailed);
    EXPECT_EQ(error.id(), "E732");
  }
}

TEST_F(VerifyTest, AModelThatDoesNotRunIsAnError) {
  const VerifyOptions options = Compile(ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15, "org.example" : 1]>
    net (float[1,8] x) => (float[1,8] y) {
      y = org.example.Mystery (x)
    })"));
  try {
    VerifyUnoptimized(options);
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
    EXPECT_EQ(error.id(), "E704");
  }
}

TEST_F(VerifyTest, AllResultsOfARandomModelAreLeftAlone) {
  const VerifyReport report = VerifyUnoptimized(Compile(ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[1,8] x) => (float[1,8] y) {
      n = RandomNormalLike (x)
      y = Add (x, n)
    })")));
  EXPECT_TRUE(Passed(report));
  EXPECT_EQ(report.why_not_run, "the model is random");
  EXPECT_EQ(report.runtime_version, "");
  EXPECT_GE(report.cuts.size(), 2u);
}

}  // namespace
}  // namespace dnncut
