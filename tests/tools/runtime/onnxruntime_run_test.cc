// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/onnxruntime_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "compiler/base/error.h"
#include "tests/backends/temp_folder.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;

class RunModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    runtime_ = FindOnnxRuntime("");
    if (!runtime_) GTEST_SKIP() << "no ONNX Runtime on this machine";
  }

  // Writes a model of opset 17 and returns its path. The text format has no
  // sequences: the input or output `sequence` becomes one of floats.
  std::string Model(const std::string& graph,
                    const std::string& sequence = "") {
    ONNX_NAMESPACE::ModelProto model;
    const std::string text = "<ir_version: 8, opset_import: [\"\" : 17]>\n";
    const auto status =
        ONNX_NAMESPACE::OnnxParser::Parse(model, (text + graph).c_str());
    EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
    for (auto* values : {model.mutable_graph()->mutable_input(),
                         model.mutable_graph()->mutable_output()}) {
      for (auto& value : *values) {
        if (value.name() != sequence) continue;
        auto* type = value.mutable_type()->mutable_sequence_type();
        type->mutable_elem_type()->mutable_tensor_type()->set_elem_type(
            ONNX_NAMESPACE::TensorProto::FLOAT);
      }
    }
    const std::string path = folder_ / "model.onnx";
    std::ofstream(path, std::ios::binary) << model.SerializeAsString();
    return path;
  }

  Error ErrorOf(const std::string& model, const std::vector<Value>& inputs,
                const RunOptions& options = {}) {
    try {
      RunModel(model, inputs, options, *runtime_);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return Error(ExitCode::kOk, "", "");
  }

  std::optional<OnnxRuntime> runtime_;
  TempFolder folder_;
};

Value Floats(const std::string& name, const std::vector<float>& numbers) {
  Value value;
  value.name = name;
  value.dtype = DType::kFloat32;
  value.shape = {std::ssize(numbers)};
  value.data.assign(reinterpret_cast<const char*>(numbers.data()),
                    numbers.size() * sizeof(float));
  return value;
}

constexpr const char* kDouble =
    "g (float[N] x) => (float[N] y) { y = Add(x, x) }";

TEST_F(RunModelTest, ReturnsOutputsOfTheLastRun) {
  const RunResult result =
      RunModel(Model(kDouble), {Floats("x", {1, 2.5, -3})}, {}, *runtime_);
  EXPECT_EQ(result.outputs, std::vector<Value>{Floats("y", {2, 5, -6})});
  EXPECT_EQ(result.run_ns.size(), 1u);
  EXPECT_GT(result.run_ns[0], 0);
  EXPECT_EQ(result.trace, "");
}

TEST_F(RunModelTest, TimesTheRunsAfterTheWarmUpAndReportsAll) {
  RunOptions options;
  options.warm_up = 2;
  options.runs = 5;
  options.want_outputs = false;
  options.optimization = OptimizationLevel::kAll;
  options.threads = 0;
  std::vector<std::pair<int64_t, int64_t>> heard;
  const RunResult result = RunModel(
      Model(kDouble), {Floats("x", {1})}, options, *runtime_,
      [&](int64_t done, int64_t all) { heard.emplace_back(done, all); });
  EXPECT_EQ(result.run_ns.size(), 5u);
  EXPECT_TRUE(result.outputs.empty());
  ASSERT_EQ(heard.size(), 7u);
  EXPECT_EQ(heard.back(), (std::pair<int64_t, int64_t>(7, 7)));
}

TEST_F(RunModelTest, WritesATraceOfEveryRunAndTheOptimisedModel) {
  RunOptions options;
  options.runs = 3;
  options.trace_folder = folder_.path();
  options.optimized_model = folder_ / "optimised.onnx";
  const RunResult result =
      RunModel(Model(kDouble), {Floats("x", {1})}, options, *runtime_);
  std::ifstream file(result.trace);
  const std::string trace{std::istreambuf_iterator<char>(file), {}};
  size_t runs = 0;
  for (size_t at = trace.find("\"model_run\""); at != std::string::npos;
       at = trace.find("\"model_run\"", at + 1)) {
    ++runs;
  }
  EXPECT_EQ(runs, 3u);
  EXPECT_TRUE(std::filesystem::exists(options.optimized_model));
}

TEST_F(RunModelTest, StringsGoInAndOut) {
  const std::string model =
      Model("g (string[N] x) => (string[N] y) { y = Identity(x) }");
  Value value;
  value.name = "x";
  value.dtype = DType::kString;
  value.shape = {3};
  value.strings = {"one", "", "\xc3\xa9"};
  Value expected = value;
  expected.name = "y";
  EXPECT_EQ(RunModel(model, {value}, {}, *runtime_).outputs,
            std::vector<Value>{expected});
  value.strings.pop_back();
  EXPECT_THAT(ErrorOf(model, {value}).what(), HasSubstr("as many strings"));
}

TEST_F(RunModelTest, SequencesComeOutAndGoIn) {
  const std::string split =
      Model("g (float[N] x) => (float[M] y) { y = SplitToSequence(x) }", "y");
  Value made =
      RunModel(split, {Floats("x", {4, 5})}, {}, *runtime_).outputs.at(0);
  ASSERT_EQ(made.kind, Value::Kind::kSequence);
  ASSERT_EQ(made.elements.size(), 2u);
  EXPECT_EQ(made.elements[1].data, Floats("", {5}).data);

  const std::string join = Model(
      "g (float[M] x) => (float[N] y) "
      "{ y = ConcatFromSequence<axis = 0>(x) }",
      "x");
  made.name = "x";
  EXPECT_EQ(RunModel(join, {made}, {}, *runtime_).outputs,
            std::vector<Value>{Floats("y", {4, 5})});

  const std::string count =
      Model("g (float[M] x) => (int64 y) { y = SequenceLength(x) }", "x");
  made.elements.clear();
  Value zero;
  zero.name = "y";
  zero.dtype = DType::kInt64;
  zero.data = std::string(sizeof(int64_t), '\0');
  EXPECT_EQ(RunModel(count, {made}, {}, *runtime_).outputs,
            std::vector<Value>{zero});
}

TEST_F(RunModelTest, WhatCannotBeRunIsOneError) {
  const std::string model = Model(kDouble);
  const Error missing = ErrorOf(model, {});
  EXPECT_EQ(missing.id(), "E706");
  EXPECT_THAT(missing.what(), HasSubstr("input 'x'"));
  Value short_data = Floats("x", {1, 2});
  short_data.data.pop_back();
  EXPECT_EQ(ErrorOf(model, {short_data}).id(), "E706");
  Value wrong_type = Floats("x", {1});
  wrong_type.dtype = DType::kInt32;
  EXPECT_EQ(ErrorOf(model, {wrong_type}).id(), "E703");
  EXPECT_EQ(ErrorOf(folder_ / "none.onnx", {}).id(), "E704");
}

TEST_F(RunModelTest, AdviceIsForRunsThatFail) {
  RunOptions options;
  options.advice = "sit down";
  Value wrong_type = Floats("x", {1});
  wrong_type.dtype = DType::kInt32;
  const std::string model = Model(kDouble);
  EXPECT_THAT(ErrorOf(model, {wrong_type}, options).what(),
              testing::EndsWith("; sit down"));
  EXPECT_THAT(ErrorOf(model, {}, options).what(),
              testing::Not(HasSubstr("sit down")));
}

TEST_F(RunModelTest, EndlessRunsAreStopped) {
  // 10^12 iterations.
  const std::string model = Model(
      "g (int64 n, bool go, float[1] x) => (float[1] y) {\n"
      "  y = Loop(n, go, x) <body = b (int64 i, bool c, float[1] a) => "
      "(bool d, float[1] r) { d = Identity(c)\n r = Add(a, a) }>\n}");
  Value count;
  count.name = "n";
  count.dtype = DType::kInt64;
  const int64_t many = 1'000'000'000'000;
  count.data.assign(reinterpret_cast<const char*>(&many), sizeof many);
  Value go;
  go.name = "go";
  go.dtype = DType::kBool;
  go.data = "\1";
  RunOptions options;
  options.timeout_seconds = 1;
  const Error error = ErrorOf(model, {count, go, Floats("x", {1})}, options);
  EXPECT_EQ(error.id(), "E707");
  EXPECT_THAT(error.what(), HasSubstr("took longer than 1 s; raise --timeout"));
}

TEST(OptimizationLevel, NamesGoBothWays) {
  for (const char* name : {"disabled", "basic", "extended", "all"}) {
    EXPECT_EQ(OptimizationName(ParseOptimization("--optimization", name)),
              name);
  }
  EXPECT_THROW(ParseOptimization("--optimization", "ALL"), Error);
}

}  // namespace
}  // namespace dnncut
