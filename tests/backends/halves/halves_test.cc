// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/halves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "backends/halves/boundary_type.h"
#include "backends/halves/weight_counter.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> OpTypes(const ModelProto& model) {
  std::vector<std::string> types;
  for (const auto& node : model.graph().node()) types.push_back(node.op_type());
  return types;
}

std::vector<std::string> OpsetDomains(const ModelProto& model) {
  std::vector<std::string> domains;
  for (const auto& opset : model.opset_import()) {
    domains.push_back(opset.domain());
  }
  return domains;
}

// The cut with exactly these layers, by what they produce, on the device.
const TableCut& CutWith(const SplitModel& split,
                        const std::set<std::string>& outputs) {
  for (const TableCut& cut : split.table.cuts) {
    bool matches = true;
    for (size_t l = 0; l < cut.cut.size(); ++l) {
      const TensorId made = split.graph.layers[l].outputs.at(0);
      matches = matches && (cut.cut[l] == Side::kDevice) ==
                               outputs.contains(split.graph.tensors[made].name);
    }
    if (matches) return cut;
  }
  throw std::runtime_error("no such cut");
}

ModelProto Make(const SplitModel& split, const std::set<std::string>& outputs,
                Side side) {
  return HalfMaker(split.model, split.graph)
      .Make(CutWith(split, outputs), 0, side);
}

TEST(Halves, KeepWhatTheModelSays) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  const ModelProto half = Make(split, {"a", "b"}, Side::kServer);
  EXPECT_EQ(half.ir_version(), 8);
  EXPECT_EQ(half.producer_name(), "tester");
  EXPECT_EQ(half.producer_version(), "7");
  EXPECT_EQ(half.domain(), "org.example");
  EXPECT_EQ(half.model_version(), 42);
  EXPECT_EQ(half.doc_string(), "about the model");
  EXPECT_EQ(half.graph().name(), "chain");
  EXPECT_EQ(half.graph().doc_string(), "about the graph");
  EXPECT_THAT(OpsetDomains(half), ElementsAre(""));
  std::map<std::string, std::string> metadata;
  for (const auto& entry : half.metadata_props()) {
    EXPECT_TRUE(metadata.emplace(entry.key(), entry.value()).second);
  }
  EXPECT_EQ(metadata["license"], "none");
  EXPECT_EQ(metadata["dnncut.side"], "server");
  EXPECT_EQ(metadata["dnncut.cut"], "0");
  EXPECT_EQ(metadata["dnncut.model_sha256"], split.model.sha256);
  // "b" crosses with the type that the model declares, word for word.
  const auto& declared = split.model.proto.graph().value_info(0);
  ASSERT_EQ(half.graph().input_size(), 2);
  EXPECT_EQ(half.graph().input(1).SerializeAsString(),
            declared.SerializeAsString());
  EXPECT_EQ(half.graph().value_info_size(), 0);
  EXPECT_EQ(Make(split, {"a", "b", "c"}, Side::kDevice)
                .graph()
                .value_info(0)
                .SerializeAsString(),
            declared.SerializeAsString());
}

TEST(Halves, ATensorUsedOnBothSidesIsSentAndKept) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  const ModelProto device = Make(split, {"a", "b", "c", "z"}, Side::kDevice);
  // c and a are uploaded, z is a result that stays.
  EXPECT_THAT(Names(device.graph().output()), ElementsAre("a", "c", "z"));
  EXPECT_THAT(Names(device.graph().initializer()), ElementsAre("w1", "w2"));
  const ModelProto server = Make(split, {"a", "b", "c", "z"}, Side::kServer);
  EXPECT_THAT(Names(server.graph().input()), ElementsAre("a", "c"));
  EXPECT_THAT(Names(server.graph().output()), ElementsAre("y"));
  EXPECT_THAT(Names(server.graph().initializer()), ElementsAre("w1"));
}

TEST(Halves, WhatIsSentComesBeforeOtherResults) {
  TempFolder temp;
  const SplitModel split =
      MakeSplitModel(ParseModel(R"(<ir_version: 8, opset_import: ["" : 13]>
                 order (float[4] x) => (float[4] r, float[4] b, float[4] y) {
                   a = Abs(x)
                   r = Neg(a)
                   b = Relu(a)
                   y = Add(a, b)
                 })"),
                     temp);
  EXPECT_THAT(
      Names(Make(split, {"a", "r", "b"}, Side::kDevice).graph().output()),
      ElementsAre("a", "b", "r"));
}

TEST(Halves, ResultsMadeOnTheDeviceGoAroundTheServerHalf) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp, Side::kServer);
  const std::set<std::string> device_side = {"a", "b", "c", "z"};
  EXPECT_THAT(Names(Make(split, device_side, Side::kDevice).graph().output()),
              ElementsAre("a", "c", "z"));
  const ModelProto server = Make(split, device_side, Side::kServer);
  EXPECT_THAT(Names(server.graph().input()), ElementsAre("a", "c"));
  EXPECT_THAT(Names(server.graph().output()), ElementsAre("y"));
}

TEST(Halves, InitializersThatAreInputsStayInputs) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(OldModel(), temp);
  const ModelProto device = Make(split, {"a"}, Side::kDevice);
  EXPECT_THAT(Names(device.graph().input()), ElementsAre("x", "w1"));
  EXPECT_THAT(Names(device.graph().initializer()), ElementsAre("w1"));
  const ModelProto server = Make(split, {"a"}, Side::kServer);
  EXPECT_THAT(Names(server.graph().input()), ElementsAre("w2", "a"));
  EXPECT_THAT(Names(server.graph().initializer()), ElementsAre("w2"));
}

TEST(Halves, CapturesAreFollowed) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(CaptureModel(), temp);
  const ModelProto server = Make(split, {"a", "far", "b"}, Side::kServer);
  EXPECT_THAT(RealInputNames(server.graph()),
              UnorderedElementsAre("flag", "a", "b", "far"));
  EXPECT_THAT(Names(server.graph().initializer()),
              ElementsAre("inner_w", "deep_w"));
  const ModelProto device = Make(split, {"a", "far", "b"}, Side::kDevice);
  EXPECT_THAT(Names(device.graph().initializer()), IsEmpty());
  EXPECT_THAT(Names(device.graph().output()), ElementsAre("a", "far", "b"));
}

TEST(Halves, OnlyTheFunctionsThatAreCalled) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(FunctionModel(), temp);
  const ModelProto device = Make(split, {"a", "b"}, Side::kDevice);
  EXPECT_THAT(Names(device.functions()), ElementsAre("Twice", "Shift"));
  EXPECT_THAT(OpsetDomains(device), ElementsAre("", "outer", "inner"));
  const ModelProto server = Make(split, {"a", "b"}, Side::kServer);
  EXPECT_THAT(Names(server.functions()), ElementsAre("FromBody"));
  EXPECT_THAT(OpsetDomains(server), ElementsAre("", "inner"));
  const ModelProto last = Make(split, {"a", "b", "c"}, Side::kServer);
  EXPECT_THAT(Names(last.functions()), IsEmpty());
  EXPECT_THAT(OpsetDomains(last), ElementsAre(""));
}

TEST(Halves, OutputsThatNoLayerMakes) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(OutputModel(), temp);
  const ModelProto device = Make(split, {"a"}, Side::kDevice);
  EXPECT_THAT(Names(device.graph().output()), ElementsAre("a", "w", "k"));
  EXPECT_THAT(OpTypes(device), ElementsAre("Relu", "Neg"));
  const ModelProto server = Make(split, {"a"}, Side::kServer);
  EXPECT_THAT(Names(server.graph().output()), ElementsAre("w", "k", "y"));
  EXPECT_THAT(RealInputNames(server.graph()), UnorderedElementsAre("u", "a"));
}

TEST(Halves, RareFieldsSurvive) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(RareFieldsModel(), temp);
  const ModelProto device = Make(split, {"a"}, Side::kDevice);
  EXPECT_EQ(device.graph().quantization_annotation_size(), 1);
  ASSERT_THAT(Names(device.graph().initializer()),
              ElementsAre("a_scale", "a_zero"));
  EXPECT_EQ(device.graph().sparse_initializer_size(), 0);
  const ModelProto server = Make(split, {"a"}, Side::kServer);
  // Both sides have tensor "a" and what its annotation names.
  EXPECT_EQ(server.graph().quantization_annotation_size(), 2);
  EXPECT_THAT(Names(server.graph().initializer()),
              ElementsAre("a_scale", "a_zero", "b_scale"));
  ASSERT_EQ(server.graph().sparse_initializer_size(), 1);
  EXPECT_EQ(
      server.graph().sparse_initializer(0).SerializeAsString(),
      split.model.proto.graph().sparse_initializer(0).SerializeAsString());
  const auto unknown = [](const auto& message) {
    const auto& fields = message.GetReflection()->GetUnknownFields(message);
    return fields.field_count() == 1 ? fields.field(0).length_delimited() : "";
  };
  EXPECT_EQ(unknown(device), "model");
  EXPECT_EQ(unknown(device.graph()), "graph");
  EXPECT_EQ(unknown(device.graph().node(0)), "node");
  EXPECT_EQ(unknown(device.graph().initializer(0)), "tensor");
  EXPECT_EQ(unknown(device.graph().input(0)), "input");
}

TEST(Halves, ConstantNodesAreCopiedToWhoeverReadsThem) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ConstantNodeModel(), temp);
  ASSERT_EQ(split.graph.layers.size(), 3u);
  EXPECT_THAT(OpTypes(Make(split, {"a"}, Side::kDevice)),
              ElementsAre("Constant", "Constant", "Add", "Mul"));
  const ModelProto server = Make(split, {"a"}, Side::kServer);
  EXPECT_THAT(OpTypes(server), ElementsAre("Constant", "Constant", "Add",
                                           "Split", "Add", "Mul"));
  EXPECT_THAT(OpTypes(Make(split, {"a", "b"}, Side::kServer)),
              ElementsAre("Constant", "Constant", "Add", "Mul"));
}

TEST(Halves, ANewSplitOfAHalfReplacesTheMetadata) {
  TempFolder temp;
  const SplitModel whole = MakeSplitModel(ChainModel(), temp);
  ModelProto half = Make(whole, {"a"}, Side::kServer);
  // Its weights are marks of the first model; any weights will do here.
  half.mutable_graph()->clear_initializer();
  AddInitializer("w1", {512}, 1, half.mutable_graph());
  AddInitializer("w2", {1, 512}, 2, half.mutable_graph());
  const SplitModel again = MakeSplitModel(half, temp);
  const ModelProto quarter = Make(again, {"b"}, Side::kDevice);
  std::map<std::string, std::string> metadata;
  for (const auto& entry : quarter.metadata_props()) {
    EXPECT_TRUE(metadata.emplace(entry.key(), entry.value()).second)
        << entry.key();
  }
  EXPECT_EQ(metadata["dnncut.side"], "device");
  EXPECT_EQ(metadata["dnncut.model_sha256"], again.model.sha256);
  EXPECT_NE(again.model.sha256, whole.model.sha256);
}

// The dims of the first tensor that crosses when the layers that make these are
// on the device, as the server's half declares them; -1: open.
std::vector<int64_t> CrossingDims(const std::string& model,
                                  const std::set<std::string>& on_device) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ParseModel(model), temp);
  const ModelProto server = Make(split, on_device, Side::kServer);
  const auto& inputs = server.graph().input();
  std::vector<int64_t> dims;
  for (const auto& dim : inputs.rbegin()->type().tensor_type().shape().dim()) {
    dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
  }
  return dims;
}

TEST(Halves, FreeDimsStayFree) {
  TempFolder temp;
  const SplitModel split =
      MakeSplitModel(ParseModel(R"(<ir_version: 8, opset_import: ["" : 13]>
      free (float[batch, 64] x) => (float[batch, 64] z, y)
      { a = Relu(x)  z = Abs(x)  y = Neg(a) })"),
                     temp);
  const ModelProto device = Make(split, {"a", "z"}, Side::kDevice);
  EXPECT_EQ(device.graph().input(0).SerializeAsString(),
            split.model.proto.graph().input(0).SerializeAsString());
  EXPECT_EQ(device.graph().output(1).SerializeAsString(),
            split.model.proto.graph().output(0).SerializeAsString());
}

// Wherever the batch is, and only there: what is 1 because the batch is need
// not be told from what is always 1.
TEST(Halves, DimsThatDependOnTheBatchAreOpen) {
  const auto dims = [](const std::string& shape, const std::string& first) {
    return CrossingDims(
        "<ir_version: 8, opset_import: [\"\" : 13]> free (float[" + shape +
            "] x) => (y) { " +
            "parts = Constant <value = int64[4] {-1, 2, 3, 1}> ()" +
            "middle = Constant <value = int64[3] {1, -1, 3}> ()" +
            "a = " + first + " y = Neg(a) }",
        {"a"});
  };
  EXPECT_THAT(dims("1, 64", "Relu(x)"), ElementsAre(1, 64));
  EXPECT_THAT(dims("batch, 64", "Relu(x)"), ElementsAre(-1, 64));
  EXPECT_THAT(dims("?, 64", "Relu(x)"), ElementsAre(-1, 64));
  EXPECT_THAT(dims("batch, 1, 4", "Relu(x)"), ElementsAre(-1, 1, 4));
  EXPECT_THAT(dims("batch, 3, 4", "Transpose(x)"), ElementsAre(4, 3, -1));
  EXPECT_THAT(dims("batch, 3, 4", "Flatten <axis = 2> (x)"),
              ElementsAre(-1, 4));
  EXPECT_THAT(dims("batch, 6", "Reshape(x, parts)"), ElementsAre(-1, 2, 3, 1));
  EXPECT_THAT(dims("batch, 6", "Reshape(x, middle)"), ElementsAre(1, -1, 3));
}

// A batch that was changed by hand leaves value_info of the old one.
TEST(Halves, DeclaredDimsThatAreNotComputedGiveWay) {
  const TensorType type = {
      TensorType::Kind::kTensor, DType::kFloat32, true, {4, 8, 16}};
  const auto completed = [&](const std::vector<bool>& constant,
                             std::vector<int64_t> dims) {
    ONNX_NAMESPACE::ValueInfoProto info;
    auto* shape = info.mutable_type()->mutable_tensor_type()->mutable_shape();
    for (const int64_t dim : dims) shape->add_dim()->set_dim_value(dim);
    CompleteType(type, constant, &info);
    std::vector<int64_t> result;
    for (const auto& dim : shape->dim()) {
      result.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    }
    return result;
  };
  const std::vector<bool> all = {true, true, true};
  const std::vector<bool> batch = {false, true, true};
  EXPECT_THAT(completed(all, {1, 8, 16}), ElementsAre(4, 8, 16));
  EXPECT_THAT(completed(all, {4, 8}), ElementsAre(4, 8, 16));
  EXPECT_THAT(completed(batch, {1, 8, 16}), ElementsAre(-1, 8, 16));
  EXPECT_THAT(completed(batch, {4, 8, 16}), ElementsAre(-1, 8, 16));
  EXPECT_THAT(completed({}, {4, 8, 16}), ElementsAre(-1, -1, -1));
}

// They are in no count, run on either side, and what a cut without any other
// layer on the server costs is what its numbers say.
TEST(Halves, LayersThatOnlyComputeSizesDoNotCount) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(SizesModel(), temp);
  std::set<std::string> sizes;
  for (const Layer& layer : split.graph.layers) {
    if (layer.sizes_only) sizes.insert(layer.name);
  }
  // 'n' is a result.
  EXPECT_THAT(sizes, UnorderedElementsAre("shape", "batch", "parts", "flat",
                                          "inner", "again"));
  EXPECT_EQ(CountLayers(split.graph), 7);
  const std::vector<TableCut> cuts = AllCuts(split.problem);
  EXPECT_GT(cuts.size(), 10u);
  for (const TableCut& cut : cuts) {
    EXPECT_EQ(cut.costs.layers.device + cut.costs.layers.server, 7);
    EXPECT_EQ(cut.costs.size_layers.device + cut.costs.size_layers.server, 6);
    EXPECT_EQ(NeedsNetwork(cut), NeedsNetwork(cut.costs.layers.server,
                                              cut.costs.uploaded.size() +
                                                  cut.costs.fetched.size()));
  }
}

// A model needs an output; what only makes things that nobody wants is none.
TEST(Halves, NoHalfWithoutOutputs) {
  TempFolder temp;
  const SplitModel split =
      MakeSplitModel(ParseModel(R"(<ir_version: 8, opset_import: ["" : 13]>
                 dead (float[4] x) => (float[4] y) {
                   dead = Relu(x)
                   y = Neg(x)
                 })"),
                     temp);
  const auto has_half = [&](const std::set<std::string>& device, Side side) {
    return HasHalf(split.graph, CutWith(split, device).cut, side);
  };
  EXPECT_FALSE(has_half({"dead"}, Side::kDevice));
  EXPECT_TRUE(has_half({"dead"}, Side::kServer));
  EXPECT_TRUE(has_half({"y"}, Side::kDevice));
  EXPECT_FALSE(has_half({"y"}, Side::kServer));
  EXPECT_TRUE(has_half({"dead", "y"}, Side::kDevice));
}

TEST(Halves, WeightBytesCountEachConstantOnce) {
  TempFolder temp;
  const auto weights = [&](const ModelProto& proto,
                           const std::set<std::string>& device, Side side) {
    SplitModel split = MakeSplitModel(proto, temp);
    split.table.cuts = {CutWith(split, device)};
    return WeightBytes(split.model, split.graph, split.table)[0][side];
  };
  EXPECT_EQ(weights(ChainModel(), {"a", "b"}, Side::kDevice), 2 * 2048);
  EXPECT_EQ(weights(ChainModel(), {"a", "b"}, Side::kServer), 2048);
  EXPECT_EQ(weights(ChainModel(), {}, Side::kDevice), 0);
  EXPECT_EQ(weights(ChainModel(), {}, Side::kServer), 2 * 2048);
  // inner_w, deep_w, body_w and the Constant in the body of the body.
  EXPECT_EQ(weights(CaptureModel(), {"a"}, Side::kServer), 4 * 1200);
  EXPECT_EQ(weights(CaptureModel(), {"a"}, Side::kDevice), 0);
  // The function is called twice.
  EXPECT_EQ(weights(FunctionModel(), {"a"}, Side::kDevice), 1200);
  EXPECT_EQ(weights(FunctionModel(), {"a"}, Side::kServer), 0);
  EXPECT_EQ(weights(RareFieldsModel(), {"a"}, Side::kServer), 3 * 4 + 8 + 16);
  EXPECT_EQ(weights(ConstantNodeModel(), {"a"}, Side::kServer), 1200 + 2400);
}

}  // namespace
}  // namespace dnncut
