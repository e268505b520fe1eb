// SPDX-License-Identifier: Apache-2.0
#include "tools/examples/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "tools/examples/weight_fill.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::ValueInfoProto;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

ModelProto ReadModel(const fs::path& path) {
  ModelProto model;
  EXPECT_TRUE(model.ParseFromString(ReadFile(path))) << path;
  return model;
}

// "name[1,1000]", as the model's own type says it.
std::string Describe(const ValueInfoProto& info) {
  std::string text = info.name() + "[";
  for (const auto& dim : info.type().tensor_type().shape().dim()) {
    if (text.back() != '[') text += ",";
    // Inference gives what only the data decides a name of its own.
    if (dim.value_case() == 0 || dim.dim_param().starts_with("unk__")) {
      text += "?";
    } else {
      text += dim.has_dim_param() ? dim.dim_param()
                                  : fmt::to_string(dim.dim_value());
    }
  }
  return text + "]";
}

std::vector<std::string> DescribeOutputs(const ModelProto& model) {
  std::vector<std::string> texts;
  for (const ValueInfoProto& info : model.graph().output()) {
    texts.push_back(Describe(info));
  }
  return texts;
}

std::vector<std::string> EntriesOf(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

class ExamplesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "dnncut_examples_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }

  // The id of the Error that writing throws, "" when it throws none.
  std::string ErrorOf(const std::string& name, const ExampleOptions& options,
                      const std::string& path, ExitCode* exit_code = nullptr,
                      std::string* message = nullptr) {
    try {
      WriteExample(name, options, path);
      return "";
    } catch (const Error& error) {
      if (exit_code != nullptr) *exit_code = error.exit_code();
      if (message != nullptr) *message = error.what();
      return error.id();
    }
  }

  fs::path folder_;
};

struct Published {
  int64_t parameters = 0;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// Parameters as torchvision, transformers and the papers' own code count them.
const std::map<std::string, Published>& PublishedModels() {
  static const std::vector<std::string> image = {"input[1,3,224,224]"};
  static const std::vector<std::string> logits = {"logits[1,1000]"};
  static const std::map<std::string, Published> models = {
      {"alexnet", {61'100'840, image, logits}},
      {"vgg16", {138'357'544, image, logits}},
      {"vgg19", {143'667'240, image, logits}},
      {"squeezenet", {1'235'496, image, logits}},
      {"mobilenetv2", {3'504'872, image, logits}},
      {"resnet50", {25'557'032, image, logits}},
      {"inception-v1", {6'624'904, image, logits}},
      {"densenet121", {7'978'856, image, logits}},
      {"unet", {31'037'633, {"input[1,3,256,256]"}, {"mask[1,1,256,256]"}}},
      {"yolo",
       {7'235'389,
        {"images[1,3,640,640]"},
        {"output0[1,3,80,80,85]", "output1[1,3,40,40,85]",
         "output2[1,3,20,20,85]"}}},
      {"yolo-nms", {7'235'389, {"images[1,3,640,640]"}, {"detections[?,7]"}}},
      {"bert-base",
       {109'482'240,
        {"input_ids[1,128]", "attention_mask[1,128]", "token_type_ids[1,128]"},
        {"last_hidden_state[1,128,768]", "pooler_output[1,768]"}}},
      {"gpt2", {124'439'808, {"input_ids[1,128]"}, {"logits[1,50257]"}}},
      // ResNet-18 has 11,689,512; the exits are linear layers on 128 and 256.
      {"early-exit-resnet",
       {11'689'512 + (128 + 1) * 1000 + (256 + 1) * 1000,
        image,
        {"exit1_logits[1,1000]", "exit2_logits[1,1000]", "logits[1,1000]"}}},
  };
  return models;
}

TEST_F(ExamplesTest, EveryExampleIsThePublishedArchitecture) {
  std::set<std::string> names;
  for (const ExampleInfo& example : Examples()) {
    SCOPED_TRACE(example.name);
    names.insert(example.name);
    ASSERT_TRUE(PublishedModels().contains(example.name));
    const Published& published = PublishedModels().at(example.name);
    WrittenExample written =
        WriteExample(example.name, {.light = true}, Path(example.name));
    EXPECT_EQ(written.parameters, published.parameters);

    ModelProto model = ReadModel(Path(example.name));
    EXPECT_EQ(written.nodes, model.graph().node_size());
    EXPECT_EQ(written.model_bytes,
              static_cast<int64_t>(fs::file_size(Path(example.name))));
    EXPECT_LT(written.model_bytes, 1'000'000) << "light";
    EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(model));
    std::vector<std::string> inputs;
    for (const ValueInfoProto& info : model.graph().input()) {
      inputs.push_back(Describe(info));
    }
    EXPECT_EQ(inputs, published.inputs);

    // The shapes of the outputs are found again from the inputs' alone.
    for (ValueInfoProto& info : *model.mutable_graph()->mutable_output()) {
      info.mutable_type()->mutable_tensor_type()->clear_shape();
    }
    ONNX_NAMESPACE::ShapeInferenceOptions strict{true, 1, true};
    ONNX_NAMESPACE::shape_inference::InferShapes(
        model, ONNX_NAMESPACE::OpSchemaRegistry::Instance(), strict);
    EXPECT_EQ(DescribeOutputs(model), published.outputs);
  }
  EXPECT_EQ(names.size(), PublishedModels().size());
}

TEST_F(ExamplesTest, NodesAreNamedAsInThePublishedImplementation) {
  WriteExample("resnet50", {.light = true}, Path("m"));
  ModelProto model = ReadModel(Path("m"));
  std::set<std::string> names;
  for (const auto& node : model.graph().node()) {
    EXPECT_TRUE(names.insert(node.name()).second) << node.name();
  }
  EXPECT_TRUE(names.contains("layer1.0.conv1"));
  EXPECT_TRUE(names.contains("layer4.2.bn3"));
  EXPECT_EQ(model.graph().name(), "resnet50");
  EXPECT_EQ(model.ir_version(), 8);
  ASSERT_EQ(model.opset_import_size(), 1);
  EXPECT_EQ(model.opset_import(0).version(), 17);
}

TEST_F(ExamplesTest, DepthAddsBlocks) {
  constexpr int64_t kEmbeddings = (50'257 + 1'024) * 768 + 2 * 768;
  constexpr int64_t kBlock = 7'087'872;
  for (int depth : {1, 12, 40}) {
    WrittenExample written = WriteExample(
        "gpt2", {.depth = depth, .light = true, .overwrite = true}, Path("m"));
    EXPECT_EQ(written.parameters, kEmbeddings + depth * kBlock);
  }
}

TEST_F(ExamplesTest, BatchCanBeSymbolic) {
  for (const ExampleInfo& example : Examples()) {
    SCOPED_TRACE(example.name);
    WriteExample(example.name, {.symbolic_batch = true, .light = true},
                 Path(example.name));
    ModelProto model = ReadModel(Path(example.name));
    EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(model));
    for (const auto* infos :
         {&model.graph().input(), &model.graph().output()}) {
      for (const ValueInfoProto& info : *infos) {
        EXPECT_THAT(Describe(info),
                    AnyOf(HasSubstr("[batch,"), HasSubstr("[?,")));
      }
    }
    // With three images in, the batch of every output is three.
    for (ValueInfoProto& info : *model.mutable_graph()->mutable_input()) {
      auto* shape = info.mutable_type()->mutable_tensor_type()->mutable_shape();
      shape->mutable_dim(0)->set_dim_value(3);
    }
    for (ValueInfoProto& info : *model.mutable_graph()->mutable_output()) {
      info.mutable_type()->mutable_tensor_type()->clear_shape();
    }
    ONNX_NAMESPACE::ShapeInferenceOptions strict{true, 1, true};
    ONNX_NAMESPACE::shape_inference::InferShapes(
        model, ONNX_NAMESPACE::OpSchemaRegistry::Instance(), strict);
    for (const ValueInfoProto& info : model.graph().output()) {
      EXPECT_THAT(Describe(info), AnyOf(HasSubstr("[3,"), HasSubstr("[?,")));
    }
  }
}

TEST_F(ExamplesTest, WeightsAreThereAndReasonable) {
  WrittenExample written = WriteExample("squeezenet", {}, Path("m"));
  ModelProto model = ReadModel(Path("m"));
  EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(model));
  int64_t count = 0;
  for (const TensorProto& tensor : model.graph().initializer()) {
    SCOPED_TRACE(tensor.name());
    if (tensor.data_type() != TensorProto::FLOAT) continue;
    std::vector<float> values(tensor.raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor.raw_data().data(),
                tensor.raw_data().size());
    count += static_cast<int64_t>(values.size());
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      ASSERT_TRUE(std::isfinite(value));
      sum += value;
      squares += double{value} * value;
    }
    if (tensor.dims_size() != 4) continue;
    double n = static_cast<double>(values.size());
    double fan_in =
        static_cast<double>(tensor.dims(1) * tensor.dims(2) * tensor.dims(3));
    // He's variance is 2 / fan_in; some thousand samples are near it.
    EXPECT_NEAR(squares / n * fan_in / 2, 1, 0.1);
    EXPECT_NEAR(sum / n * std::sqrt(fan_in), 0, 0.1);
  }
  EXPECT_EQ(count, written.parameters);
}

TEST_F(ExamplesTest, SameBytesEveryTime) {
  WriteExample("mobilenetv2", {}, Path("first"));
  fs::create_directory(Path("other"));
  WriteExample("mobilenetv2", {}, Path("other/second"));
  EXPECT_TRUE(ReadFile(Path("first")) == ReadFile(Path("other/second")));
}

TEST_F(ExamplesTest, ExternalDataHoldsTheSameWeights) {
  WrittenExample inside = WriteExample("mobilenetv2", {}, Path("inside.onnx"));
  WrittenExample outside = WriteExample("mobilenetv2", {.external_data = true},
                                        Path("outside.onnx"));
  EXPECT_EQ(inside.data_bytes, 0);
  EXPECT_GT(inside.model_bytes, 14'000'000);
  EXPECT_LT(outside.model_bytes, 300'000);
  ModelProto expected = ReadModel(Path("inside.onnx"));
  ModelProto model = ReadModel(Path("outside.onnx"));
  EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(Path("outside.onnx")));
  std::string data = ReadFile(Path("outside.onnx.data"));
  EXPECT_EQ(outside.data_bytes, static_cast<int64_t>(data.size()));

  int external = 0;
  for (TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_location() != TensorProto::EXTERNAL) continue;
    ++external;
    std::map<std::string, std::string> entries;
    for (const auto& entry : tensor.external_data()) {
      entries[entry.key()] = entry.value();
    }
    EXPECT_EQ(entries["location"], "outside.onnx.data");
    int64_t offset = std::stoll(entries["offset"]);
    int64_t length = std::stoll(entries["length"]);
    EXPECT_EQ(offset % 4096, 0) << tensor.name();
    ASSERT_LE(offset + length, static_cast<int64_t>(data.size()));
    EXPECT_GT(length, kInlineBytes);
    tensor.clear_external_data();
    tensor.clear_data_location();
    tensor.set_raw_data(data.substr(offset, length));
  }
  EXPECT_GT(external, 50);
  EXPECT_TRUE(model.SerializeAsString() == expected.SerializeAsString());
}

TEST_F(ExamplesTest, UnknownNameIsAnError) {
  ExitCode exit_code = ExitCode::kOk;
  std::string message;
  EXPECT_EQ(ErrorOf("resnet5", {}, Path("m"), &exit_code, &message), "E110");
  EXPECT_EQ(exit_code, ExitCode::kUsage);
  EXPECT_THAT(message, HasSubstr("'resnet50'"));
  EXPECT_THAT(message, HasSubstr("early-exit-resnet"));
  EXPECT_THAT(EntriesOf(folder_), IsEmpty());
}

TEST_F(ExamplesTest, OptionsThatDoNotFitAreErrors) {
  for (int depth : {-1, 0, 1001}) {
    EXPECT_EQ(ErrorOf("gpt2", {.depth = depth}, Path("m")), "E111");
  }
  EXPECT_EQ(
      ErrorOf("alexnet", {.light = true, .external_data = true}, Path("m")),
      "E111");
  EXPECT_THAT(EntriesOf(folder_), IsEmpty());
}

TEST_F(ExamplesTest, WhatIsThereStaysUnlessAskedOtherwise) {
  std::ofstream(Path("m")) << "mine";
  ExitCode exit_code = ExitCode::kOk;
  EXPECT_EQ(ErrorOf("alexnet", {.light = true}, Path("m"), &exit_code), "E112");
  EXPECT_EQ(exit_code, ExitCode::kUsage);
  EXPECT_EQ(ReadFile(Path("m")), "mine");
  WriteExample("alexnet", {.light = true, .overwrite = true}, Path("m"));
  EXPECT_EQ(ReadModel(Path("m")).graph().name(), "alexnet");

  // The data file is in the way; the model file must not appear either.
  std::ofstream(Path("x.data")) << "mine";
  EXPECT_EQ(ErrorOf("squeezenet", {.external_data = true}, Path("x")), "E112");
  EXPECT_FALSE(fs::exists(Path("x")));
  EXPECT_EQ(ReadFile(Path("x.data")), "mine");

  fs::create_directory(Path("folder"));
  EXPECT_EQ(
      ErrorOf("alexnet", {.light = true, .overwrite = true}, Path("folder")),
      "E112");
  EXPECT_EQ(ErrorOf("alexnet", {.light = true, .overwrite = true}, "/dev/null"),
            "E112");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(ExamplesTest, AFolderThatIsMissingIsAnError) {
  ExitCode exit_code = ExitCode::kOk;
  EXPECT_EQ(ErrorOf("alexnet", {.light = true}, Path("no/m"), &exit_code),
            "E113");
  EXPECT_EQ(exit_code, ExitCode::kIo);
}

TEST_F(ExamplesTest, AFullDiskLeavesNothing) {
  // A limit on the size of files stands in for it.
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 2'000'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::vector<std::string> ids;
  ExitCode exit_code = ExitCode::kOk;
  for (bool external_data : {false, true}) {
    ids.push_back(ErrorOf("squeezenet", {.external_data = external_data},
                          Path("m"), &exit_code));
  }
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(ids, ElementsAre("E113", "E113"));
  EXPECT_EQ(exit_code, ExitCode::kIo);
  EXPECT_THAT(EntriesOf(folder_), IsEmpty());
}

TEST_F(ExamplesTest, MoreThanTwoGibibytesNeedExternalData) {
  std::string message;
  EXPECT_EQ(ErrorOf("gpt2", {.depth = 80}, Path("m"), nullptr, &message),
            "E114");
  EXPECT_THAT(message, HasSubstr("--external-data"));
  EXPECT_THAT(EntriesOf(folder_), IsEmpty());
}

// Golden values: the files must be the same on every machine.
TEST(WeightStreamTest, SameValuesEverywhere) {
  WeightStream stream("layer1.0.conv1.weight", 1.0f, 0.25f);
  std::vector<float> values(20);
  stream.Fill(values.data(), values.size());
  EXPECT_THAT(std::vector<float>(values.begin(), values.begin() + 4),
              ElementsAre(0x1.f40d5p-1f, 0x1.c171a8p-1f, 0x1.0eae0cp0f,
                          0x1.d043b4p-1f));
  EXPECT_THAT(
      std::vector<float>(values.begin() + 16, values.end()),
      ElementsAre(0x1.e226ecp-1f, 0x1.3c5412p0f, 0x1.28f538p0f, 0x1.307b0cp0f));
}

TEST(WeightStreamTest, PartsMakeTheSameStreamAsTheWhole) {
  std::vector<float> whole(1000);
  std::vector<float> parts(1000);
  WeightStream("w", 0, 1).Fill(whole.data(), whole.size());
  WeightStream stream("w", 0, 1);
  stream.Fill(parts.data(), 480);
  stream.Fill(parts.data() + 480, 520);
  EXPECT_EQ(whole, parts);
  for (float value : whole) {
    EXPECT_GE(value, -1.0f);
    EXPECT_LT(value, 1.0f);
  }
}

TEST(WeightStreamTest, NamesDecide) {
  std::vector<float> a(16);
  std::vector<float> b(16);
  WeightStream("a", 0, 1).Fill(a.data(), a.size());
  WeightStream("b", 0, 1).Fill(b.data(), b.size());
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace dnncut
