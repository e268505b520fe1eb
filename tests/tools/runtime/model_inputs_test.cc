// SPDX-License-Identifier: Apache-2.0
//
// Where the values of a model's inputs come from.
#include "tools/runtime/model_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx-data_pb.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "tests/testing.h"
#include "tests/tools/transcript.h"
#include "tools/values/made_up_values.h"
#include "tools/values/value_summary.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::HasSubstr;

ModelInput Input(const std::string& name, DType dtype,
                 std::vector<int64_t> shape) {
  ModelInput input;
  input.name = name;
  input.type.kind = TensorType::Kind::kTensor;
  input.type.dtype = dtype;
  input.type.has_rank = true;
  input.type.shape = std::move(shape);
  return input;
}

// All elements, as numbers.
std::vector<double> Numbers(DType dtype, int64_t count, int64_t seed = 1) {
  std::vector<double> numbers;
  const Value all = MadeUpTensor(dtype, {count}, seed, 0);
  const auto width = static_cast<size_t>(BitsOf(dtype) / 8);
  for (size_t at = 0; at < all.data.size(); at += width) {
    Value one = all;
    one.shape = {1};
    one.data = all.data.substr(at, width);
    numbers.push_back(SummarizeNumbers(one)->first[0]);
  }
  return numbers;
}

TEST(MadeUpTest, TheSameOnEveryMachine) {
  // Fixed once: a change here changes everybody's measurements.
  EXPECT_THAT(Numbers(DType::kInt64, 16),
              ElementsAre(1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0));
  EXPECT_EQ(Numbers(DType::kFloat32, 100), Numbers(DType::kFloat64, 100));
  EXPECT_EQ(Numbers(DType::kFloat32, 100), Numbers(DType::kFloat16, 100));
  EXPECT_NE(Numbers(DType::kFloat32, 100, 1), Numbers(DType::kFloat32, 100, 2));
  EXPECT_NE(MadeUpTensor(DType::kFloat32, {9}, 1, 0).data,
            MadeUpTensor(DType::kFloat32, {9}, 1, 1).data);
}

TEST(MadeUpTest, FloatsAreExactMultiples) {
  const auto check = [](DType dtype, double unit, double most) {
    std::set<double> seen;
    for (const double number : Numbers(dtype, 2000)) {
      EXPECT_EQ(number * unit, std::trunc(number * unit)) << number;
      EXPECT_LE(std::fabs(number * unit), most);
      seen.insert(number);
    }
    EXPECT_GT(seen.size(), 300u);
    EXPECT_LT(*seen.begin(), -1.8);
    EXPECT_GT(*seen.rbegin(), 1.8);
  };
  for (const DType dtype :
       {DType::kFloat16, DType::kFloat32, DType::kFloat64}) {
    check(dtype, 512, 1000);
  }
  check(DType::kBfloat16, 128, 250);
}

TEST(MadeUpTest, WholeNumbersAreZeroOrOne) {
  for (const DType dtype : {DType::kBool, DType::kUint8, DType::kInt8,
                            DType::kInt16, DType::kInt32, DType::kInt64}) {
    const std::vector<double> numbers = Numbers(dtype, 100);
    EXPECT_EQ(std::set<double>(numbers.begin(), numbers.end()),
              (std::set<double>{0, 1}))
        << DTypeName(dtype);
  }
  EXPECT_EQ(MadeUpTensor(DType::kInt4, {3}, 1, 0).data, std::string(2, '\0'));
}

TEST(MakeInputsTest, WhatCannotBeMadeUpNamesTheFlag) {
  const auto error = [](ModelInput input) {
    return ErrorOf([&] { MakeInputs({input}, {}, {}); });
  };
  EXPECT_EQ(error(Input("x", DType::kString, {2})),
            "E720 input 'x' (string[2]) cannot be made up: it is no tensor of "
            "numbers; give it with --input x=FILE (.npy or .pb)");
  EXPECT_THAT(error(Input("x", DType::kFloat32, {-1, 3})),
              HasSubstr("E720 input 'x' (float32[?,3]) cannot be made up: its "
                        "shape is not known"));
  EXPECT_THAT(error(Input("x", DType::kFloat32, {1 << 30, 1 << 10})),
              HasSubstr("larger than 2 GiB"));
  ModelInput sequence = Input("s", DType::kUndefined, {});
  sequence.kind = DeclaredKind::kSequence;
  EXPECT_THAT(error(sequence), HasSubstr("E720 input 's' (a sequence)"));
}

class GivenInputs : public testing::Test {
 protected:
  // A .pb with these bytes.
  std::string Write(const std::string& name, const std::string& bytes) {
    ONNX_NAMESPACE::TensorProto proto;
    proto.set_data_type(ONNX_NAMESPACE::TensorProto::UINT8);
    proto.add_dims(std::ssize(bytes));
    proto.set_raw_data(bytes);
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    WriteText(path, proto.SerializeAsString());
    return path.string();
  }

  RunInputs Make(const std::vector<ModelInput>& inputs,
                 const std::vector<std::string>& given) {
    InputOptions options;
    options.given = given;
    return MakeInputs(inputs, {}, options);
  }

  TemporaryFolder folder_;
};

TEST_F(GivenInputs, ByName) {
  const std::string file = Write("x=1.pb", "ab");
  const std::vector<ModelInput> inputs = {Input("x", DType::kUint8, {2}),
                                          Input("a=b", DType::kUint8, {2})};
  const RunInputs made = Make(inputs, {"x=" + file});
  EXPECT_EQ(made.values[0].name, "x");
  EXPECT_EQ(made.values[0].data, "ab");
  EXPECT_TRUE(made.any_made_up);  // the other one
  // Names and files may hold '='.
  const ModelInput any = Input("a=b", DType::kUint8, {-1});
  const RunInputs given = Make({any}, {"a=b=" + file});
  EXPECT_EQ(given.values[0].data, "ab");
  EXPECT_FALSE(given.any_made_up);
}

// Of twice the batch: samples that are given come again, others are new.
TEST_F(GivenInputs, Resized) {
  const std::string file = Write("x.pb", "ab");
  const std::vector<ModelInput> inputs = {Input("x", DType::kUint8, {2}),
                                          Input("y", DType::kFloat32, {1, 3}),
                                          Input("z", DType::kUint8, {2})};
  const RunInputs made = Make(inputs, {"x=" + file, "z=" + file});
  const RunInputs twice = ResizeInputs(
      inputs, {{"x", {4}}, {"y", {2, 3}}, {"z", {2}}}, kDefaultSeed, made);
  EXPECT_EQ(twice.values[0].data, "abab");
  EXPECT_EQ(twice.values[0].shape, (std::vector<int64_t>{4}));
  const std::string& rows = twice.values[1].data;
  ASSERT_EQ(rows.size(), 24u);
  EXPECT_NE(rows.substr(0, 12), rows.substr(12));
  EXPECT_EQ(twice.values[2].data, "ab");
  EXPECT_EQ(
      ResizeInputs(inputs, {{"x", {3}}}, kDefaultSeed, made).values[0].data,
      "aba");
  EXPECT_THAT(ErrorOf([&] {
                ResizeInputs(inputs, {{"x", {2, 2}}}, kDefaultSeed, made);
              }),
              HasSubstr("E720 input 'x' (uint8[2]) cannot be repeated"));
}

TEST_F(GivenInputs, MustFit) {
  const std::string file = Write("x.pb", "ab");
  const auto error = [&](const ModelInput& input) {
    return ErrorOf([&] { Make({input}, {"x=" + file}); });
  };
  EXPECT_EQ(error(Input("x", DType::kUint8, {3})),
            "E722 " + file +
                ": is uint8[2], but 'x' takes uint8[3]; give another, or where "
                "the model leaves a dimension free, profile or compile with "
                "--shape x=2");
  EXPECT_THAT(error(Input("x", DType::kInt8, {2})),
              HasSubstr("is uint8[2], but 'x' takes int8[2]"));
  EXPECT_THAT(error(Input("x", DType::kUint8, {1, -1})),
              HasSubstr("takes uint8[1,?]"));
  EXPECT_EQ(error(Input("x", DType::kUint8, {-1})), "");
}

TEST_F(GivenInputs, WrongFlags) {
  const std::vector<ModelInput> inputs = {Input("image", DType::kUint8, {2})};
  const std::string file = Write("x.pb", "ab");
  const auto error = [&](const std::vector<std::string>& given) {
    return ErrorOf([&] { Make(inputs, given); });
  };
  EXPECT_THAT(error({"imag=" + file}),
              HasSubstr("the model has no such input; did you mean 'image'?"));
  EXPECT_THAT(error({"image=" + file, "image=" + file}),
              HasSubstr("E108 --input is given twice for 'image'"));
  for (const char* text : {"image", "=x.pb", "image=", ""}) {
    EXPECT_THAT(error({text}), HasSubstr("E106")) << text;
  }
}

TEST_F(GivenInputs, ByPositionInAFolder) {
  Write("model/test_data_set_0/input_0.pb", "ab");
  Write("model/test_data_set_0/output_0.pb", "c");
  const std::vector<ModelInput> inputs = {Input("x", DType::kUint8, {2})};
  const std::vector<ModelInput> outputs = {Input("y", DType::kUint8, {1}),
                                           Input("z", DType::kUint8, {1})};
  for (const char* name : {"model", "model/test_data_set_0"}) {
    InputOptions options;
    options.test_data = (folder_.path() / name).string();
    const RunInputs made = MakeInputs(inputs, outputs, options);
    EXPECT_EQ(made.values[0].data, "ab");
    ASSERT_EQ(made.expected.size(), 1u);
    EXPECT_EQ(made.expected[0].name, "y");
    EXPECT_EQ(made.expected[0].data, "c");
    EXPECT_FALSE(made.any_made_up);
  }
  InputOptions options;
  options.test_data = (folder_.path() / "model").string();
  const std::vector<ModelInput> two = {inputs[0], outputs[0]};
  EXPECT_THAT(ErrorOf([&] { MakeInputs(two, {}, options); }),
              HasSubstr("input_1.pb for the input 'y'"));
  options.given = {"y=" + Write("y.pb", "d")};
  EXPECT_EQ(MakeInputs(two, {}, options).values[1].data, "d");
  options.test_data = (folder_.path() / "none").string();
  EXPECT_THAT(ErrorOf([&] { MakeInputs(two, {}, options); }),
              HasSubstr("E726"));
}

}  // namespace
}  // namespace dnncut
