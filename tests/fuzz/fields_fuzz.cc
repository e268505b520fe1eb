// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a model file: what dnncut's reader makes of them, piece by piece
// and without the weights, is what protobuf makes of all of them at once.
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

#include <utility>

#include "backends/halves/typed_data.h"
#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/source_model.h"
#include "compiler/model/tensor_data.h"
#include "frontends/read/model_file.h"
#include "frontends/read/onnx_messages.h"
#include "frontends/read/onnx_reader.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/model_seeds.h"
#include "tests/fuzz/wire_mutation.h"

namespace dnncut {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

// Those of training_info, too.
std::vector<TensorProto*> TensorsOf(ModelProto* model) {
  std::vector<TensorProto*> tensors;
  const auto add = [&](TensorProto* tensor) { tensors.push_back(tensor); };
  ForEachTensor(model, add);
  for (auto& training : *model->mutable_training_info()) {
    ForEachTensor(training.mutable_initialization(), add);
    ForEachTensor(training.mutable_algorithm(), add);
  }
  return tensors;
}

std::string DataOf(const WeightData& weight, std::string_view file) {
  const std::string_view bytes = file.substr(weight.offset, weight.length);
  if (weight.encoding == WeightData::Encoding::kRaw) return std::string(bytes);
  google::protobuf::io::ArrayInputStream stream(bytes.data(),
                                                static_cast<int>(bytes.size()));
  std::string data;
  StreamTypedData(weight, &stream,
                  [&](std::string_view piece) { data += piece; });
  return data;
}

std::string EntryOf(const TensorProto& tensor, std::string_view key,
                    const std::string& otherwise) {
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == key) return entry.value();
  }
  return otherwise;
}

void CompareWeight(const WeightData& weight, const TensorProto& parsed,
                   std::string_view file) {
  if (weight.data_type != parsed.data_type()) Finding("another data_type");
  const bool is_external = parsed.data_location() == TensorProto::EXTERNAL;
  if (weight.location.empty() == is_external) Finding("another data_location");
  if (!is_external) {
    if (DataOf(weight, file) != RawDataOf(parsed)) Finding("other data");
    return;
  }
  const auto differs = [&](const char* key, const std::string& value) {
    return EntryOf(parsed, key, value) != value;
  };
  if (differs("location", weight.location) ||
      std::stoll(EntryOf(parsed, "offset", "0")) != weight.offset ||
      std::stoll(EntryOf(parsed, "length", std::to_string(weight.bytes))) !=
          weight.length) {
    Finding("other external data");
  }
}

// protobuf keeps a value that the enum does not have; the reader keeps nothing
// of where the data of a weight lies.
void ForgetData(TensorProto* tensor) {
  ClearNumbers(tensor);
  UnknownFieldSet kept;
  UnknownFieldSet* unknown = tensor->mutable_unknown_fields();
  for (int i = 0; i < unknown->field_count(); ++i) {
    const UnknownField& field = unknown->field(i);
    if (field.number() != TensorProto::kDataLocationFieldNumber ||
        field.type() != UnknownField::TYPE_VARINT) {
      kept.AddField(field);
    }
  }
  unknown->Swap(&kept);
}

// libonnx keeps the bytes of defaults, in which lengths may be written in
// several ways. False when one is broken.
bool ParseDefaults(ModelProto* model) {
  bool all_parse = true;
  for (FunctionProto& function : *model->mutable_functions()) {
    UnknownFieldSet* unknown = function.mutable_unknown_fields();
    for (int i = 0; i < unknown->field_count(); ++i) {
      UnknownField* field = unknown->mutable_field(i);
      if (field->number() != kAttributeDefaultsField ||
          field->type() != UnknownField::TYPE_LENGTH_DELIMITED) {
        continue;
      }
      AttributeProto attribute;
      if (attribute.ParseFromString(field->length_delimited())) {
        field->set_length_delimited(attribute.SerializeAsString());
      } else {
        all_parse = false;
      }
    }
  }
  return all_parse;
}

void Compare(SourceModel read, ModelProto parsed, std::string_view file) {
  const std::vector<TensorProto*> ours = TensorsOf(&read.proto);
  const std::vector<TensorProto*> theirs = TensorsOf(&parsed);
  if (ours.size() != theirs.size()) Finding("other tensors");
  for (size_t i = 0; i < ours.size(); ++i) {
    const auto id = WeightOf(*ours[i]);
    if (!id) {
      if (ours[i]->data_location() == TensorProto::EXTERNAL) {
        Finding("external data that nobody has checked");
      }
      continue;
    }
    CompareWeight(read.weights.at(*id), *theirs[i], file);
    ForgetData(ours[i]);
    ForgetData(theirs[i]);
  }
  ParseDefaults(&read.proto);
  if (read.proto.SerializeAsString() != parsed.SerializeAsString()) {
    Finding("other fields");
  }
}

// What is refused may be anything, but broken it is only if protobuf says so,
// too. (Of the model itself, the reader takes known fields only.)
void CheckRefusal(const Error& error, const ModelProto& parsed) {
  const std::string_view why = error.what();
  const bool is_broken = error.id() == "E204" && why.starts_with("is broken") &&
                         why.find("stands twice") == std::string_view::npos;
  if (is_broken && parsed.unknown_fields().empty()) {
    Finding("protobuf reads what is said to be broken");
  }
}

void CheckFields(std::string_view bytes) {
  const std::string path = FuzzFolder() + "/fields.onnx";
  WriteFuzzFile(path, bytes);
  ModelProto parsed;
  const bool parses =
      parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const bool defaults_parse = ParseDefaults(&parsed);
  SourceModel model;
  model.path = path;
  Warnings warnings;
  try {
    ReadOnnx(ModelFile(path), ModelLimits(), &model, &warnings);
  } catch (const Error& error) {
    if (parses && defaults_parse) CheckRefusal(error, parsed);
    return;
  }
  if (!parses) Finding("protobuf does not read it");
  Compare(std::move(model), std::move(parsed), bytes);
}

// So many numbers do not stay in the message.
constexpr int kMany = 300;

TensorProto* Named(TensorProto::DataType type, TensorProto* tensor) {
  tensor->set_name("w");
  tensor->set_data_type(type);
  tensor->add_dims(kMany);
  return tensor;
}

// Whatever can hold a tensor, and every way to hold its data.
ModelProto WithTensors() {
  ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  GraphProto* graph = model.mutable_graph();
  TensorProto* ints = Named(TensorProto::INT64, graph->add_initializer());
  TensorProto* bytes = Named(TensorProto::INT8, graph->add_initializer());
  bytes->set_dims(0, 4 * kMany);
  TensorProto* floats = Named(TensorProto::FLOAT, graph->add_initializer());
  Named(TensorProto::FLOAT, graph->add_initializer())
      ->set_raw_data(std::string(4 * kMany, 'r'));
  TensorProto* external = Named(TensorProto::FLOAT, graph->add_initializer());
  external->set_data_location(TensorProto::EXTERNAL);
  auto* entry = external->add_external_data();
  entry->set_key("location");
  entry->set_value("w.bin");
  for (int i = 0; i < kMany; ++i) {
    ints->add_int64_data(i);
    floats->add_float_data(static_cast<float>(i));
    for (int j = 0; j < 4; ++j) bytes->add_int32_data(j);
  }
  auto* node = graph->add_node();
  node->set_op_type("Constant");
  node->add_output(std::string("c"));
  AttributeProto* attribute = node->add_attribute();
  attribute->set_name("value");
  *attribute->mutable_t() = *floats;
  *attribute->add_tensors() = *ints;
  *attribute->mutable_sparse_tensor()->mutable_values() = *floats;
  *attribute->mutable_sparse_tensor()->mutable_indices() = *ints;
  *attribute->mutable_g()->add_initializer() = *external;
  *graph->add_sparse_initializer() = attribute->sparse_tensor();
  FunctionProto* function = model.add_functions();
  function->set_name("f");
  *function->add_node() = *node;
  AttributeProto given;
  given.set_name("a");
  given.set_i(1);
  *given.mutable_t() = *ints;
  function->mutable_unknown_fields()->AddLengthDelimited(
      kAttributeDefaultsField, given.SerializeAsString());
  *model.add_training_info()->mutable_algorithm()->add_initializer() = *ints;
  return model;
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds = ModelSeeds();
  // Every other one: they have most of what is looked at here.
  const ModelProto model = WithTensors();
  const std::string fine = model.SerializeAsString();
  // Data here and elsewhere, which is refused: small, so that mutations meet
  // it.
  ModelProto small;
  small.set_ir_version(8);
  TensorProto* tensor = small.mutable_graph()->add_initializer();
  *tensor = model.graph().initializer(3);
  tensor->set_data_location(TensorProto::EXTERNAL);
  const std::string refused = small.SerializeAsString();
  const size_t count = seeds.size();
  for (size_t i = 0; i < count; ++i) {
    seeds.push_back(i % 4 == 0 ? refused : fine);
  }
  return seeds;
}

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dnncut::CheckFields({reinterpret_cast<const char*>(data), size});
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  dnncut::Random random(seed);
  if (random.Chance(1, 16)) return LLVMFuzzerMutate(data, size, max_size);
  std::string model(reinterpret_cast<const char*>(data), size);
  for (int n = 1 + random.Below(4); n > 0; --n) {
    model = dnncut::MutateWire(model, *ONNX_NAMESPACE::ModelProto::descriptor(),
                               &random);
  }
  return dnncut::StoreMutated(model, data, size, max_size);
}

}  // extern "C"
