// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/onnx_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "compiler/model/onnx_walk.h"
#include "tests/backends/temp_folder.h"
#include "tests/backends/test_models.h"
#include "tests/onnx_parts.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

// Every tensor of `proto` becomes a weight whose bytes stand in a file of their
// own; what is left is returned.
ModelProto TakeOut(const ModelProto& proto, const std::string& path,
                   SourceModel* model) {
  ModelProto half = proto;
  std::string data;
  ForEachTensor(&half, [&](TensorProto* tensor) {
    if (!tensor->has_raw_data()) return;
    WeightData weight;
    weight.tensor = tensor->name();
    weight.offset = static_cast<int64_t>(data.size());
    weight.length = static_cast<int64_t>(tensor->raw_data().size());
    weight.bytes = weight.length;
    weight.data_type = tensor->data_type();
    data += tensor->raw_data();
    MarkWeight(static_cast<WeightId>(model->weights.size()), tensor);
    model->weights.push_back(weight);
  });
  model->path = path;
  WriteAll(path, data);
  return half;
}

std::vector<bool> AllInline(const SourceModel& model) {
  return std::vector<bool>(model.weights.size(), false);
}

TEST(OnnxWriter, InlineGivesTheModelBack) {
  for (const TestModel& test : AllTestModels()) {
    SCOPED_TRACE(test.name);
    TempFolder temp;
    SourceModel model;
    const ModelProto half = TakeOut(test.proto, temp / "data", &model);
    WeightReader reader(model);
    WriteOnnx(model, half, PlanWeights(model, AllInline(model)),
              temp / "out.onnx", &reader, nullptr);
    ModelProto written;
    ASSERT_TRUE(written.ParseFromString(ReadAll(temp / "out.onnx")));
    EXPECT_EQ(written.SerializeAsString(), test.proto.SerializeAsString());
  }
}

// Lengths around the borders at which their varints grow.
TEST(OnnxWriter, InlineLengthsOfEverySize) {
  for (const int64_t bytes :
       {0, 1, 100, 118, 119, 120, 126, 127, 128, 16370, 16383, 16384, 70000}) {
    TempFolder temp;
    ModelProto proto;
    auto* tensor = proto.mutable_graph()->add_initializer();
    tensor->set_data_type(TensorProto::UINT8);
    tensor->set_raw_data(std::string(bytes, 'x'));
    SourceModel model;
    const ModelProto half = TakeOut(proto, temp / "data", &model);
    WeightReader reader(model);
    WriteOnnx(model, half, PlanWeights(model, AllInline(model)),
              temp / "out.onnx", &reader, nullptr);
    EXPECT_EQ(ReadAll(temp / "out.onnx"), proto.SerializeAsString()) << bytes;
  }
}

// The bytes are never looked at, so that a sparse file will do.
TEST(OnnxWriter, InlineRefusesMoreThanTwoGiB) {
  TempFolder temp;
  ModelProto proto;
  AddInitializer("w", {1}, 1, proto.mutable_graph());
  SourceModel model;
  const ModelProto half = TakeOut(proto, temp / "data", &model);
  model.weights[0].bytes = model.weights[0].length = int64_t{1} << 31;
  std::filesystem::resize_file(temp / "data", int64_t{1} << 31);
  WeightReader reader(model);
  EXPECT_EQ(ErrorIdOf([&] {
              WriteOnnx(model, half, PlanWeights(model, AllInline(model)),
                        temp / "out.onnx", &reader, nullptr);
            }),
            "E608");
  EXPECT_FALSE(std::filesystem::exists(temp / "out.onnx"));
}

TEST(OnnxWriter, CopiesBetweenFileSystems) {
  const std::string memory = "/dev/shm";
  if (!std::filesystem::is_directory(memory)) GTEST_SKIP() << "no " << memory;
  TempFolder temp;
  const std::string content = FloatData(1'000'000, 3);
  WriteAll(temp / "data", content);
  const std::string source =
      memory + "/dnncut-test-" +
      std::filesystem::path(temp.path()).filename().string();
  WriteAll(source, content);
  for (const std::string& from : {source, temp / "data"}) {
    SourceModel model;
    model.path = from;
    WeightData weight;
    weight.offset = 5;
    weight.bytes = weight.length = static_cast<int64_t>(content.size()) - 5;
    model.weights.push_back(weight);
    WeightReader reader(model);
    const std::string path = temp / (from == source ? "a" : "b");
    WriteWeights(PlanWeights(model, {true}), path, &reader, nullptr);
    EXPECT_EQ(ReadAll(path), content.substr(5));
  }
  std::filesystem::remove(source);
}

}  // namespace
}  // namespace dnncut
