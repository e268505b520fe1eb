// SPDX-License-Identifier: Apache-2.0
//
// A ModelProto's serialisation is that of its parts, one after the other, and
// so is a GraphProto's; only lengths must be known beforehand. So everything
// but the weights is serialised by protobuf, and the weights are written
// between.
#include "tools/examples/write_model.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/files/pending_file.h"
#include "compiler/model/source_model.h"
#include "tools/examples/weight_fill.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::StringStringEntryProto;
using ONNX_NAMESPACE::TensorProto;

constexpr int64_t kAlignment = 4096;
constexpr size_t kBlockFloats = size_t{1} << 18;
static_assert(kBlockFloats % WeightStream::kLanes == 0);

// The key and length of a length-delimited field.
std::string FieldHead(int field, int64_t length) {
  using google::protobuf::internal::WireFormatLite;
  using google::protobuf::io::CodedOutputStream;
  uint8_t bytes[20];
  uint8_t* end = CodedOutputStream::WriteVarint32ToArray(
      WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      bytes);
  end = CodedOutputStream::WriteVarint64ToArray(static_cast<uint64_t>(length),
                                                end);
  return std::string(bytes, end);
}

void WriteData(const Initializer& initializer, PendingFile* file) {
  if (!initializer.literal.empty()) {
    file->Write(initializer.literal);
    return;
  }
  WeightStream stream(initializer.name, initializer.center, initializer.spread);
  size_t left = static_cast<size_t>(initializer.bytes) / sizeof(float);
  std::vector<float> block(std::min(left, kBlockFloats));
  while (left > 0) {
    size_t count = std::min(left, block.size());
    stream.Fill(block.data(), count);
    file->Write(block.data(), count * sizeof(float));
    left -= count;
  }
}

void AddEntry(const std::string& key, const std::string& value,
              StringStringEntryProto* entry) {
  entry->set_key(key);
  entry->set_value(value);
}

// One initializer in the model file: everything before its data, and whether
// the data follows.
struct Record {
  std::string head;
  bool has_data = false;
};

Record MakeRecord(const Initializer& initializer, const std::string& location,
                  int64_t offset) {
  TensorProto tensor;
  for (int64_t dim : initializer.dims) tensor.add_dims(dim);
  tensor.set_data_type(initializer.data_type);
  tensor.set_name(initializer.name);
  Record record;
  std::string data_head;
  int64_t data_bytes = 0;
  if (location.empty()) {
    data_head = FieldHead(TensorProto::kRawDataFieldNumber, initializer.bytes);
    data_bytes = initializer.bytes;
    record.has_data = true;
  } else {
    AddEntry("location", location, tensor.add_external_data());
    AddEntry("offset", fmt::to_string(offset), tensor.add_external_data());
    AddEntry("length", fmt::to_string(initializer.bytes),
             tensor.add_external_data());
    tensor.set_data_location(TensorProto::EXTERNAL);
  }
  std::string fields = tensor.SerializeAsString() + data_head;
  int64_t length = static_cast<int64_t>(fields.size()) + data_bytes;
  record.head = FieldHead(GraphProto::kInitializerFieldNumber, length) + fields;
  return record;
}

// Writes the weights beside the model; their offsets, -1 for those that stay in
// it.
std::vector<int64_t> WriteExternalData(const ModelBuilder& model,
                                       PendingFile* file) {
  std::vector<int64_t> offsets;
  for (const Initializer& initializer : model.initializers()) {
    if (initializer.bytes <= kInlineBytes) {
      offsets.push_back(-1);
      continue;
    }
    int64_t gap = (kAlignment - file->size() % kAlignment) % kAlignment;
    file->Write(std::string(static_cast<size_t>(gap), '\0'));
    offsets.push_back(file->size());
    WriteData(initializer, file);
  }
  file->Close();
  return offsets;
}

ModelProto MakeHead() {
  ModelProto head;
  head.set_ir_version(8);
  head.set_producer_name("dnncut");
  return head;
}

ModelProto MakeTail(const ModelBuilder& model) {
  ModelProto tail;
  tail.add_opset_import()->set_version(17);
  AddEntry("architecture", model.graph().name(), tail.add_metadata_props());
  AddEntry("weights", "made up, not trained", tail.add_metadata_props());
  return tail;
}

// The graph's fields around the initializers, in the order of their numbers.
struct GraphParts {
  std::string before;  // nodes and name
  std::string after;   // inputs and outputs
};

GraphParts SplitGraph(const GraphProto& graph) {
  GraphProto after = graph;
  after.clear_node();
  after.clear_name();
  GraphProto before = graph;
  before.clear_input();
  before.clear_output();
  return {before.SerializeAsString(), after.SerializeAsString()};
}

}  // namespace

WrittenExample WriteModel(const ModelBuilder& model,
                          const ExampleOptions& options,
                          const std::string& path) {
  PendingFile file(path, options.overwrite);
  std::optional<PendingFile> data_file;
  std::vector<int64_t> offsets(model.initializers().size(), -1);
  std::string data_name;
  if (options.external_data) {
    data_file.emplace(path + ".data", options.overwrite);
    data_name = std::filesystem::path(path + ".data").filename().string();
    offsets = WriteExternalData(model, &*data_file);
  }

  GraphParts graph = SplitGraph(model.graph());
  std::vector<Record> records;
  int64_t graph_bytes =
      static_cast<int64_t>(graph.before.size() + graph.after.size());
  for (size_t i = 0; i < offsets.size(); ++i) {
    const Initializer& initializer = model.initializers()[i];
    records.push_back(MakeRecord(
        initializer, offsets[i] < 0 ? std::string() : data_name, offsets[i]));
    graph_bytes += static_cast<int64_t>(records.back().head.size()) +
                   (records.back().has_data ? initializer.bytes : 0);
  }
  std::string head = MakeHead().SerializeAsString() +
                     FieldHead(ModelProto::kGraphFieldNumber, graph_bytes);
  std::string tail = MakeTail(model).SerializeAsString();
  if (graph_bytes + static_cast<int64_t>(head.size() + tail.size()) >
      std::numeric_limits<int32_t>::max()) {
    Fail(ExitCode::kUsage, "E114",
         "{}: a model of {} bytes in one file is beyond the 2 GiB that ONNX "
         "can have there; use --external-data",
         path, graph_bytes);
  }

  file.Write(head + graph.before);
  for (size_t i = 0; i < records.size(); ++i) {
    file.Write(records[i].head);
    if (records[i].has_data) WriteData(model.initializers()[i], &file);
  }
  file.Write(graph.after + tail);
  file.Close();
  // The model last: whoever sees it finds its data.
  if (data_file) data_file->Commit();
  file.Commit();
  return {.nodes = model.graph().node_size(),
          .parameters = model.parameters(),
          .model_bytes = file.size(),
          .data_bytes = data_file ? data_file->size() : 0};
}

}  // namespace dnncut
