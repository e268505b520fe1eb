// SPDX-License-Identifier: Apache-2.0
//
// What stays in the messages, what becomes a weight, and that the data fits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "compiler/model/onnx_walk.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::HasSubstr;
using testing::StartsWith;

// An initializer w in front of a model that adds it.
ModelProto WithInitializer(const TensorProto& tensor) {
  ModelProto model = SmallModel("y = Add(x, w)");
  *model.mutable_graph()->add_initializer() = tensor;
  model.mutable_graph()->mutable_initializer(0)->set_name("w");
  return model;
}

TensorProto Tensor(int32_t data_type, const std::vector<int64_t>& dims) {
  TensorProto tensor;
  tensor.set_data_type(data_type);
  for (int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

// The file with the wire bytes of a TensorProto as its initializer.
std::string WithWireInitializer(const std::string& tensor) {
  return WireNumber(1, 8) + WireBytes(8, WireNumber(2, 17)) +
         WireBytes(7, WireBytes(5, tensor) + WireBytes(11, WireBytes(1, "x")) +
                          WireBytes(12, WireBytes(1, "x")));
}

std::string Counting(size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(i * 7);
  return bytes;
}

TEST(OnnxReader, SmallModelIsAsProtobufReadsIt) {
  ModelProto model = SmallModel(
      "w = Constant<value = float[2] {1.0, 2.0}>()\n"
      "a = Clip(x, , w)\n"
      "y = Relu(a)");
  auto* entry = model.add_metadata_props();
  entry->set_key("author");
  entry->set_value("me");
  model.mutable_graph()->set_doc_string("doc");
  // Fields that newer versions have: of the model, a node, a tensor.
  model.mutable_unknown_fields()->AddLengthDelimited(26, "configuration");
  auto* node = model.mutable_graph()->mutable_node(0);
  node->mutable_unknown_fields()->AddLengthDelimited(8, "overload");
  node->mutable_unknown_fields()->AddVarint(77, 5);
  node->mutable_attribute(0)
      ->mutable_t()
      ->mutable_unknown_fields()
      ->AddLengthDelimited(16, "metadata");
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_TRUE(loaded.model.weights.empty());
  EXPECT_EQ(loaded.model.proto.SerializeAsString(), model.SerializeAsString());
}

// As many bytes as protobuf reads of a tag, of a length, of a number.
std::string Overlong(uint64_t value, size_t bytes) {
  std::string varint = WireVarint(value);
  while (varint.size() < bytes) {
    varint.back() = static_cast<char>(varint.back() | 0x80);
    varint += '\0';
  }
  return varint;
}

std::string OverlongBytes(int field, const std::string& bytes) {
  return Overlong(static_cast<uint64_t>(field) << 3 | 2, 5) +
         Overlong(bytes.size(), 5) + bytes;
}

TEST(OnnxReader, TagsAndLengthsMayHaveMoreBytesThanTheyNeed) {
  const std::string tensor = Overlong(8, 5) + Overlong(3, 10) +  // dims
                             WireNumber(2, 1) + OverlongBytes(8, "w") +
                             OverlongBytes(9, std::string(12, '\0'));
  const std::string bytes =
      WireNumber(1, 8) + OverlongBytes(8, WireNumber(2, 17)) +
      OverlongBytes(7, OverlongBytes(5, tensor) +
                           WireBytes(11, OverlongBytes(1, "x")) +
                           WireBytes(12, WireBytes(1, "x")));
  ModelProto parsed;
  ASSERT_TRUE(parsed.ParseFromString(bytes));
  const Loaded loaded = LoadBytes(bytes);
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.model.proto.SerializeAsString(), parsed.SerializeAsString());
  EXPECT_EQ(loaded.model.proto.graph().initializer(0).dims(0), 3);
}

TEST(OnnxReader, TagsAndLengthsThatAreTooLongAreBroken) {
  const std::string start = WireNumber(1, 8);
  for (const std::string& field : {Overlong(7 << 3 | 2, 6) + WireVarint(0),
                                   WireVarint(7 << 3 | 2) + Overlong(0, 6)}) {
    EXPECT_FALSE(ModelProto().ParseFromString(start + field));
    EXPECT_EQ(LoadBytes(start + field + start).error,
              "E204 (3) is broken at byte 2; copy or download it again");
  }
}

TEST(OnnxReader, RawDataBecomesAWeightAboveTheLimit) {
  TensorProto small = Tensor(TensorProto::UINT8, {kInlineBytes});
  small.set_raw_data(Counting(kInlineBytes));
  EXPECT_TRUE(Load(WithInitializer(small)).model.weights.empty());

  TensorProto large = Tensor(TensorProto::UINT8, {kInlineBytes + 1});
  large.set_raw_data(Counting(kInlineBytes + 1));
  large.set_doc_string("kept");
  large.mutable_unknown_fields()->AddLengthDelimited(16, "kept too");
  const TempFolder folder;
  const std::string bytes = WithInitializer(large).SerializeAsString();
  WriteAll(folder / "m.onnx", bytes);
  const Loaded loaded = LoadFile(folder / "m.onnx");
  ASSERT_EQ(loaded.error, "");
  ASSERT_EQ(loaded.model.weights.size(), 1u);
  const WeightData& weight = loaded.model.weights[0];
  EXPECT_EQ(weight.tensor, "w");
  EXPECT_EQ(weight.location, "");
  EXPECT_EQ(weight.encoding, WeightData::Encoding::kRaw);
  EXPECT_EQ(weight.bytes, kInlineBytes + 1);
  EXPECT_EQ(weight.length, kInlineBytes + 1);
  EXPECT_EQ(weight.data_type, TensorProto::UINT8);
  EXPECT_EQ(bytes.substr(weight.offset, weight.length),
            Counting(kInlineBytes + 1));

  const TensorProto& tensor = loaded.model.proto.graph().initializer(0);
  EXPECT_EQ(WeightOf(tensor), 0);
  EXPECT_FALSE(tensor.has_raw_data());
  TensorProto expected = WithInitializer(large).graph().initializer(0);
  MarkWeight(0, &expected);
  EXPECT_EQ(tensor.SerializeAsString(), expected.SerializeAsString());
}

TEST(OnnxReader, PackedFloatsAreRawOthersAreStreamed) {
  TensorProto floats = Tensor(TensorProto::FLOAT, {300});
  TensorProto ints = Tensor(TensorProto::INT64, {300});
  TensorProto halves = Tensor(TensorProto::FLOAT16, {600});
  TensorProto complex = Tensor(TensorProto::COMPLEX128, {70});
  TensorProto nibbles = Tensor(22, {2100});  // int4
  for (int i = 0; i < 300; ++i) floats.add_float_data(0.5f * i);
  for (int i = 0; i < 300; ++i) ints.add_int64_data(i - 150);
  for (int i = 0; i < 600; ++i) halves.add_int32_data(i);
  for (int i = 0; i < 140; ++i) complex.add_double_data(i);
  for (int i = 0; i < 1050; ++i) nibbles.add_int32_data(i % 256);
  const std::tuple<TensorProto, WeightData::Encoding, int64_t> kCases[] = {
      {floats, WeightData::Encoding::kRaw, 1200},
      {ints, WeightData::Encoding::kTensorProto, 2400},
      {halves, WeightData::Encoding::kTensorProto, 1200},
      {complex, WeightData::Encoding::kRaw, 1120},
      {nibbles, WeightData::Encoding::kTensorProto, 1050},
  };
  for (const auto& [tensor, encoding, bytes] : kCases) {
    const ModelProto model = WithInitializer(tensor);
    const Loaded loaded = Load(model);
    ASSERT_EQ(loaded.error, "");
    ASSERT_EQ(loaded.model.weights.size(), 1u);
    const WeightData& weight = loaded.model.weights[0];
    EXPECT_EQ(weight.encoding, encoding);
    EXPECT_EQ(weight.bytes, bytes);
    const std::string lies =
        model.SerializeAsString().substr(weight.offset, weight.length);
    if (encoding == WeightData::Encoding::kRaw) {
      EXPECT_EQ(weight.length, bytes);
    } else {
      EXPECT_EQ(lies, model.graph().initializer(0).SerializeAsString());
    }
  }
}

TEST(OnnxReader, UnpackedAndScatteredDataIsCounted) {
  // 300 floats, each in a field of its own, and in two chunks.
  std::string head = WireNumber(1, 300) + WireNumber(2, 1) + WireBytes(8, "w");
  std::string unpacked = head;
  for (int i = 0; i < 300; ++i) unpacked += WireVarint(4 << 3 | 5) + "abcd";
  const std::string chunks = head + WireBytes(4, std::string(400, 'a')) +
                             WireBytes(4, std::string(800, 'b'));
  for (const std::string& tensor : {unpacked, chunks}) {
    const Loaded loaded = LoadBytes(WithWireInitializer(tensor));
    ASSERT_EQ(loaded.error, "");
    ASSERT_EQ(loaded.model.weights.size(), 1u);
    EXPECT_EQ(loaded.model.weights[0].encoding,
              WeightData::Encoding::kTensorProto);
    EXPECT_EQ(loaded.model.weights[0].length,
              static_cast<int64_t>(tensor.size()));
    EXPECT_EQ(loaded.model.weights[0].bytes, 1200);
  }
  EXPECT_THAT(
      LoadBytes(WithWireInitializer(chunks + WireBytes(4, "abcd"))).error,
      StartsWith("E212 (3) tensor 'w' has 301 elements in float_data"));
}

TEST(OnnxReader, DataThatDoesNotFitItsDims) {
  TensorProto raw = Tensor(TensorProto::INT64, {2});
  raw.set_raw_data("12345678");
  EXPECT_EQ(Load(WithInitializer(raw)).error,
            "E212 (3) tensor 'w' has 8 bytes in raw_data, but its dims and "
            "element type need 16");
  TensorProto absent = Tensor(TensorProto::INT64, {2});
  EXPECT_EQ(Load(WithInitializer(absent)).error,
            "E212 (3) tensor 'w' has no data, but its dims need 2 elements");
  TensorProto typed = Tensor(TensorProto::FLOAT, {3});
  typed.add_float_data(1);
  EXPECT_EQ(Load(WithInitializer(typed)).error,
            "E212 (3) tensor 'w' has 1 elements in float_data, but its dims "
            "and element type need 3");
  TensorProto strings = Tensor(TensorProto::STRING, {2});
  strings.add_string_data("a");
  EXPECT_THAT(Load(WithInitializer(strings)).error, StartsWith("E212 (3)"));
  TensorProto huge = Tensor(TensorProto::INT64, {10'000'000'000});
  huge.set_raw_data("12345678");
  EXPECT_THAT(Load(WithInitializer(huge)).error, StartsWith("E212 (3)"));
}

TEST(OnnxReader, DimsThatAreNoSize) {
  EXPECT_THAT(Load(WithInitializer(Tensor(1, {-1}))).error,
              StartsWith("E211 (3) tensor 'w' has the negative dimension -1"));
  const int64_t big = int64_t{1} << 62;
  EXPECT_THAT(Load(WithInitializer(Tensor(1, {big}))).error,
              StartsWith("E210 (3) tensor 'w' is too large"));
  EXPECT_THAT(Load(WithInitializer(Tensor(1, {big, 4}))).error,
              StartsWith("E210 (3)"));
  EXPECT_THAT(
      Load(WithInitializer(Tensor(1, std::vector<int64_t>(65, 1)))).error,
      StartsWith("E222 (3) tensor 'w' has more than 64 dimensions"));
}

TEST(OnnxReader, DataStoredInWaysThatOnnxDoesNotAllow) {
  TensorProto both = Tensor(TensorProto::FLOAT, {1});
  both.add_float_data(1);
  both.set_raw_data("abcd");
  EXPECT_EQ(Load(WithInitializer(both)).error,
            "E213 (3) tensor 'w' has both float_data and raw_data; only one "
            "may hold its data");
  TensorProto wrong = Tensor(TensorProto::FLOAT, {1});
  wrong.add_int32_data(1);
  EXPECT_EQ(Load(WithInitializer(wrong)).error,
            "E213 (3) tensor 'w' has its data in int32_data, which cannot hold "
            "elements of type float32");
  TensorProto segment = Tensor(TensorProto::FLOAT, {1});
  segment.set_raw_data("abcd");
  segment.mutable_segment()->set_begin(0);
  EXPECT_THAT(Load(WithInitializer(segment)).error,
              HasSubstr("stored in segments"));
  TensorProto unknown = Tensor(4711, {1});
  unknown.set_raw_data("abcd");
  EXPECT_EQ(Load(WithInitializer(unknown)).error,
            "E213 (3) tensor 'w' has the unknown element type 4711");
  EXPECT_THAT(
      LoadBytes(WithWireInitializer(WireNumber(1, 1) + WireNumber(2, 1) +
                                    WireBytes(8, "w") + WireBytes(9, "abcd") +
                                    WireBytes(9, "abcd")))
          .error,
      HasSubstr("raw_data 2 times"));
}

TEST(OnnxReader, NamelessTensorsAreNamedByTheirPlace) {
  ModelProto model = SmallModel("w = Constant()\ny = Add(x, w)");
  auto* tensor = AddAttribute("value", model.mutable_graph()->mutable_node(0))
                     ->mutable_t();
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->add_dims(2);
  EXPECT_EQ(
      Load(model).error,
      "E212 (3) node 0 (Constant), attribute 'value' has no data, but its "
      "dims need 2 elements");
}

TEST(OnnxReader, WeightsAreFoundEverywhere) {
  TensorProto large = Tensor(TensorProto::FLOAT, {300});
  large.set_raw_data(Counting(1200));
  ModelProto model = SmallModel("y = Relu(x)");
  auto* graph = model.mutable_graph();
  // In a body of a body, in lists, in sparse tensors, in a function.
  auto* outer = AddNode("If", {"x"}, {"z"}, graph);
  auto* body = AddAttribute("then_branch", outer)->mutable_g();
  auto* inner = AddNode("If", {"x"}, {"i"}, body);
  auto* deep = AddAttribute("graphs", inner)->add_graphs();
  *AddAttribute("value", AddNode("Constant", {}, {"c"}, deep))->mutable_t() =
      large;
  *deep->add_initializer() = large;
  deep->mutable_initializer(0)->set_name("d");
  *AddAttribute("tensors", inner)->add_tensors() = large;
  auto* sparse = graph->add_sparse_initializer();
  *sparse->mutable_values() = large;
  sparse->mutable_values()->set_name("s");
  *sparse->mutable_indices() = Tensor(TensorProto::INT64, {300});
  for (int i = 0; i < 300; ++i) sparse->mutable_indices()->add_int64_data(i);
  sparse->add_dims(1000);
  auto* domain = model.add_opset_import();
  domain->set_domain("local");
  domain->set_version(1);
  auto* function = model.add_functions();
  function->set_name("F");
  function->set_domain("local");
  function->add_output("c");
  function->add_opset_import()->set_version(17);
  *AddAttribute("value", AddNode("Constant", {}, {"c"}, function))
       ->mutable_t() = large;
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.model.weights.size(), 6u);
  int marked = 0;
  ForEachTensor(loaded.model.proto, [&](const TensorProto& tensor) {
    EXPECT_TRUE(WeightOf(tensor).has_value());
    ++marked;
  });
  EXPECT_EQ(marked, 6);
}

TEST(OnnxReader, DeepNesting) {
  // If in If: ONNX's file format allows about 30, whatever the content.
  const auto nested = [](int depth) {
    ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
    auto* graph = model.mutable_graph();
    for (int i = 0; i < depth; ++i) {
      auto* node = AddNode("If", {"c"}, {Numbered("z", i)}, graph);
      graph = AddAttribute("then_branch", node)->mutable_g();
      AddNode("Relu", {"x"}, {Numbered("b", i)}, graph);
      graph->add_output()->set_name(Numbered("b", i));
    }
    return model;
  };
  EXPECT_EQ(Load(nested(30)).error, "");
  EXPECT_THAT(Load(nested(34)).error, StartsWith("E206 (3) bodies"));
  EXPECT_THAT(Load(nested(300)).error, StartsWith("E206 (3) bodies"));

  // Types in types are not walked by the reader itself.
  ModelProto model = ReluModel();
  auto* type = model.mutable_graph()->mutable_input(0)->mutable_type();
  type->Clear();
  for (int i = 0; i < 70; ++i) {
    type = type->mutable_sequence_type()->mutable_elem_type();
  }
  EXPECT_THAT(Load(model).error, StartsWith("E206 (3) is nested too deeply"));
}

// The model loads, and with its weights' data back it is what the file says.
void ExpectLoadsUnchanged(const std::string& path) {
  const Loaded loaded = LoadFile(path);
  EXPECT_EQ(loaded.error, "") << path;
  SourceModel model = loaded.model;
  const std::string file = ReadAll(path);
  ForEachTensor(&model.proto, [&](TensorProto* tensor) {
    const auto weight = WeightOf(*tensor);
    if (!weight) return;
    const WeightData& data = model.weights.at(*weight);
    ASSERT_EQ(data.encoding, WeightData::Encoding::kRaw);
    tensor->clear_external_data();
    tensor->clear_data_location();
    tensor->set_raw_data(file.substr(data.offset, data.length));
  });
  ModelProto expected;
  ASSERT_TRUE(expected.ParseFromString(file));
  EXPECT_EQ(model.proto.SerializeAsString(), expected.SerializeAsString());
}

TEST(OnnxReader, ExamplesLoad) {
  const TempFolder folder;
  for (const char* name : {"squeezenet", "mobilenetv2"}) {
    WriteExample(name, {}, folder / name);
    ExpectLoadsUnchanged(folder / name);
  }
}

TEST(OnnxReader, RealModelsLoad) {
  const char* folder = std::getenv("DNNCUT_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "DNNCUT_MODELS is not set";
  int count = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    ExpectLoadsUnchanged(entry.path().string());
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace dnncut
