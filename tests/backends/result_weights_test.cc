// SPDX-License-Identifier: Apache-2.0
//
// That the weights of halves are those of the model, wherever they lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>  // IWYU pragma: keep, used in a macro

#include <array>
#include <functional>

#include "backends/halves/halves.h"
#include "backends/halves/weights_file.h"
#include "backends/result/chosen_halves.h"
#include "backends/result_writer.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/onnx_frontend.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/onnx_parts.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::StartsWith;

std::string ReadWeight(WeightReader* reader, WeightId weight) {
  TempFolder temp;
  OutputFile file(temp / "weight");
  reader->Copy(weight, &file);
  return ReadAll(temp / "weight");
}

// The raw data of every tensor that has a name or is a weight, in the order in
// which they stand in the model.
std::vector<std::string> TensorContents(const std::string& path) {
  Warnings warnings;
  const SourceModel model = LoadModel(path, {}, &warnings);
  WeightReader reader(model);
  std::vector<std::string> contents;
  ForEachTensor(model.proto, [&](const TensorProto& tensor) {
    const auto weight = WeightOf(tensor);
    TensorProto rest = tensor;
    rest.clear_external_data();
    rest.clear_data_location();
    if (weight) rest.set_raw_data(ReadWeight(&reader, *weight));
    contents.push_back(rest.SerializeAsString());
  });
  return contents;
}

// Of the halves of the model itself, straight from the source.
std::vector<std::string> ExpectedContents(const SplitModel& split,
                                          const TableCut& cut, Side side) {
  const ModelProto half =
      HalfMaker(split.model, split.graph).Make(cut, 0, side);
  WeightReader reader(split.model);
  std::vector<std::string> contents;
  ForEachTensor(half, [&](const TensorProto& tensor) {
    TensorProto rest = tensor;
    if (const auto weight = WeightOf(tensor)) {
      rest.clear_external_data();
      rest.clear_data_location();
      rest.set_raw_data(ReadWeight(&reader, *weight));
    }
    contents.push_back(rest.SerializeAsString());
  });
  return contents;
}

void ForEachHalf(
    const SplitModel& split, const std::string& out,
    const std::function<void(const std::string& path, const TableCut& cut,
                             Side side)>& run) {
  for (size_t c = 0; c < split.table.cuts.size(); ++c) {
    for (const Side side : {Side::kDevice, Side::kServer}) {
      const auto file = HalfFile(split.AsResult(), static_cast<int>(c), side);
      EXPECT_EQ(file.has_value(),
                HasHalf(split.graph, split.table.cuts[c].cut, side));
      if (!file) continue;
      SCOPED_TRACE(*file);
      run(out + "/" + *file, split.table.cuts[c], side);
    }
  }
}

TEST(ResultWeights, HalvesAreValidAndHoldTheirWeights) {
  for (const TestModel& model : AllTestModels()) {
    SCOPED_TRACE(model.name);
    TempFolder temp;
    const SplitModel split = MakeSplitModel(model.proto, temp);
    WriteResult(split.AsResult(), Into(temp / "external"));
    ResultOptions options = Into(temp / "inline");
    options.inline_weights = true;
    WriteResult(split.AsResult(), options);
    for (const std::string out : {"external", "inline"}) {
      ForEachHalf(split, temp / out,
                  [&](const std::string& path, const TableCut& cut, Side side) {
                    EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(path));
                    EXPECT_EQ(TensorContents(path),
                              ExpectedContents(split, cut, side));
                  });
    }
    EXPECT_FALSE(fs::exists(temp / "inline/device/weights.bin"));
    EXPECT_FALSE(fs::exists(temp / "inline/server/weights.bin"));
  }
}

TEST(ResultWeights, WeightsAreSharedAlignedAndOnlyThoseNeeded) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  const std::string weights = ReadAll(temp / "out/device/weights.bin");
  // w1 and w2, not the one that nobody reads.
  EXPECT_EQ(weights,
            FloatData(512, 1) + std::string(2048, '\0') + FloatData(512, 2));
  EXPECT_EQ(ReadAll(temp / "out/server/weights.bin"), weights);
  ForEachHalf(
      split, temp / "out", [&](const std::string& path, const TableCut&, Side) {
        ModelProto half;
        ASSERT_TRUE(half.ParseFromString(ReadAll(path)));
        for (const auto& tensor : half.graph().initializer()) {
          ASSERT_EQ(tensor.data_location(), TensorProto::EXTERNAL);
          std::vector<std::string> entries;
          for (const auto& entry : tensor.external_data()) {
            entries.push_back(entry.key() + "=" + entry.value());
          }
          EXPECT_THAT(
              entries,
              ElementsAre("location=weights.bin",
                          tensor.name() == "w1" ? "offset=0" : "offset=4096",
                          "length=2048"));
        }
      });
}

TEST(ResultWeights, SmallExternalWeightsBecomeInline) {
  TempFolder temp;
  ModelProto proto = ChainModel();
  auto* tensor = proto.mutable_graph()->mutable_initializer(1);
  tensor->clear_dims();
  tensor->add_dims(1);
  tensor->clear_raw_data();
  tensor->set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"location", "data"}, {"offset", "3"}, {"length", "4"}}) {
    auto* entry = tensor->add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  WriteAll(temp / "data", "abc" + FloatData(1, 5) + "d");
  const SplitModel split = MakeSplitModel(proto, temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  EXPECT_EQ(ReadAll(temp / "out/server/weights.bin"), FloatData(512, 1));
  ModelProto half;
  ASSERT_TRUE(half.ParseFromString(ReadAll(temp / "out/server/cut0.onnx")));
  EXPECT_EQ(half.graph().initializer(1).raw_data(), FloatData(1, 5));
  EXPECT_EQ(half.graph().initializer(1).data_location(), TensorProto::DEFAULT);
}

// Values in typed fields of every kind come out as raw_data.
TEST(ResultWeights, ConvertsTypedWeights) {
  TempFolder temp;
  ModelProto proto = ChainModel();
  auto* w1 = proto.mutable_graph()->mutable_initializer(0);
  w1->clear_raw_data();
  std::vector<float> values;
  for (int i = 0; i < 512; ++i) {
    w1->add_float_data(static_cast<float>(i) / 4);
    values.push_back(static_cast<float>(i) / 4);
  }
  const std::string raw(reinterpret_cast<const char*>(values.data()), 2048);
  const SplitModel split = MakeSplitModel(proto, temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  EXPECT_EQ(ReadAll(temp / "out/server/weights.bin").substr(0, 2048), raw);
  ResultOptions options = Into(temp / "inline");
  options.inline_weights = true;
  WriteResult(split.AsResult(), options);
  ModelProto half;
  ASSERT_TRUE(half.ParseFromString(ReadAll(temp / "inline/server/cut0.onnx")));
  EXPECT_EQ(half.graph().initializer(0).raw_data(), raw);
  EXPECT_EQ(half.graph().initializer(0).float_data_size(), 0);
}

// Of a file: its name, offset and length.
using Range = std::array<std::string, 3>;

// Gives the initializers external data; returns what may stand in a file.
std::string DataWithRanges(const std::vector<Range>& ranges,
                           ModelProto* proto) {
  for (int i = 0; i < std::ssize(ranges); ++i) {
    auto* tensor = proto->mutable_graph()->mutable_initializer(i);
    tensor->clear_raw_data();
    tensor->set_data_location(TensorProto::EXTERNAL);
    for (const size_t part : {0, 1, 2}) {
      constexpr std::array kKeys = {"location", "offset", "length"};
      auto* entry = tensor->add_external_data();
      entry->set_key(kKeys[part]);
      entry->set_value(ranges[i][part]);
    }
  }
  std::string data;
  for (int i = 0; i < 1024; ++i) data += FloatData(1, static_cast<float>(i));
  return data;
}

// Whatever the file is called, each of its bytes is written once a side.
TEST(ResultWeights, WeightsThatShareBytesShareThemInTheResult) {
  struct Case {
    std::string second;     // the file of w2
    std::string at;         // where w2 begins in it
    int64_t weights_bytes;  // of weights.bin
  };
  for (const Case& shared :
       {Case{"data", "0", 2048}, Case{"./data", "0", 2048},
        Case{"link", "0", 2048}, Case{"data", "1024", 3072},
        Case{"data", "2048", 4096 + 2048}}) {
    SCOPED_TRACE(shared.second + " at " + shared.at);
    TempFolder temp;
    ModelProto proto = ChainModel();
    const std::string data = DataWithRanges(
        {Range{"data", "0", "2048"}, Range{shared.second, shared.at, "2048"}},
        &proto);
    WriteAll(temp / "data", data);
    fs::create_hard_link(temp / "data", temp / "link");
    const SplitModel split = MakeSplitModel(proto, temp);
    WriteResult(split.AsResult(), Into(temp / "out"));
    for (const std::string side : {"device", "server"}) {
      EXPECT_EQ(fs::file_size(temp / fmt::format("out/{}/weights.bin", side)),
                shared.weights_bytes);
    }
    ForEachHalf(split, temp / "out",
                [&](const std::string& path, const TableCut& cut, Side side) {
                  EXPECT_EQ(TensorContents(path),
                            ExpectedContents(split, cut, side));
                });
  }
}

// 80 MiB in one half, of 2 MiB.
TEST(ResultWeights, HalvesDoNotMultiplyWhatTensorsShare) {
  TempFolder temp;
  ModelProto proto;
  std::string last = "x";
  constexpr int kTensors = 40;
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(13);
  auto* graph = proto.mutable_graph();
  graph->set_name("g");
  const auto add_value = [](const std::string& name, auto* info) {
    info->set_name(name);
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_value(1 << 19);
  };
  add_value("x", graph->add_input());
  for (int i = 0; i < kTensors; ++i) {
    auto* tensor = graph->add_initializer();
    tensor->set_name(fmt::format("w{}", i));
    tensor->set_data_type(TensorProto::FLOAT);
    tensor->add_dims(1 << 19);
    auto* node = graph->add_node();
    node->set_op_type("Add");
    node->add_input(last);
    node->add_input(tensor->name());
    last = fmt::format("t{}", i);
    node->add_output(last);
  }
  add_value(last, graph->add_output());
  DataWithRanges(std::vector<Range>(kTensors, {"data", "0", "2097152"}),
                 &proto);
  WriteAll(temp / "data", std::string(2 << 20, 'd'));
  const SplitModel split = MakeSplitModel(proto, temp);
  ResultOptions options = Into(temp / "out");
  options.inline_weights = true;
  EXPECT_THAT(ErrorOf([&] { WriteResult(split.AsResult(), options); }),
              StartsWith("E610 "));
  EXPECT_FALSE(fs::exists(temp / "out"));
  options.inline_weights = false;
  Result result = split.AsResult();
  result.has_halves = ChooseHalves(split.table, 1, std::nullopt);
  WriteResult(result, options);
  EXPECT_EQ(fs::file_size(temp / "out/server/weights.bin"), 2u << 20);
}

// onnx::checker reads the indices of sparse tensors, so that they cannot be
// external.
TEST(ResultWeights, SparseTensorsStayInline) {
  TempFolder temp;
  ModelProto proto = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    sparse (float[3, 40] x) => (float[3, 50] y) {
      a = Relu(x)
      y = MatMul(a, s)
    })");
  auto* sparse = proto.mutable_graph()->add_sparse_initializer();
  sparse->add_dims(40);
  sparse->add_dims(50);
  sparse->mutable_values()->set_name("s");
  sparse->mutable_values()->set_data_type(TensorProto::FLOAT);
  sparse->mutable_values()->add_dims(400);
  sparse->mutable_values()->set_raw_data(FloatData(400, 1));
  sparse->mutable_indices()->set_data_type(TensorProto::INT64);
  sparse->mutable_indices()->add_dims(400);
  for (int64_t i = 0; i < 400; ++i) {
    sparse->mutable_indices()->add_int64_data(5 * i);
  }
  const SplitModel split = MakeSplitModel(proto, temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  EXPECT_FALSE(fs::exists(temp / "out/server/weights.bin"));
  ForEachHalf(split, temp / "out",
              [&](const std::string& path, const TableCut& cut, Side side) {
                EXPECT_NO_THROW(ONNX_NAMESPACE::checker::check_model(path));
                EXPECT_EQ(TensorContents(path),
                          ExpectedContents(split, cut, side));
              });
}

// What two tensors share stays shared.
TEST(ResultWeights, ExternalDataOfTheSource) {
  TempFolder temp;
  ModelProto proto = ChainModel();
  for (int i = 0; i < 2; ++i) {
    auto* tensor = proto.mutable_graph()->mutable_initializer(i);
    tensor->clear_raw_data();
    tensor->set_data_location(TensorProto::EXTERNAL);
    auto* entry = tensor->add_external_data();
    entry->set_key("location");
    entry->set_value("sub/data.bin");
  }
  fs::create_directory(temp / "sub");
  WriteAll(temp / "sub/data.bin", FloatData(512, 7));
  const SplitModel split = MakeSplitModel(proto, temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  EXPECT_EQ(ReadAll(temp / "out/server/weights.bin"), FloatData(512, 7));
  fs::remove(temp / "sub/data.bin");
  EXPECT_THROW(WriteResult(split.AsResult(), Into(temp / "out2")), Error);
  EXPECT_FALSE(fs::exists(temp / "out2"));
}

}  // namespace
}  // namespace dnncut
