// SPDX-License-Identifier: Apache-2.0
//
// Inline weights go into the serialised half, in which each marked tensor is a
// small message. The writer walks the wire format down to those tensors, by the
// field numbers that protobuf's own descriptors give, twice: once to learn how
// long every message on the way becomes, once to write. What holds no marked
// tensor is copied as it stands.
#include "backends/halves/onnx_writer.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"

namespace dnncut {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

constexpr int64_t kMaxProtoBytes = std::numeric_limits<int32_t>::max();

void AddExternalEntry(const char* key, const std::string& value,
                      TensorProto* tensor) {
  auto* entry = tensor->add_external_data();
  entry->set_key(key);
  entry->set_value(value);
}

void ClearMark(TensorProto* tensor) {
  tensor->clear_external_data();
  tensor->clear_data_location();
}

std::string Varint(uint64_t value) {
  uint8_t bytes[10];
  const uint8_t* end = CodedOutputStream::WriteVarint64ToArray(value, bytes);
  return std::string(reinterpret_cast<const char*>(bytes), end - bytes);
}

std::string LengthTag(int field) {
  return Varint(WireFormatLite::MakeTag(
      field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
}

// One field on the wire. `start` and `end` span tag and content.
struct WireField {
  int number = 0;
  bool is_delimited = false;
  std::string_view payload;  // of a length-delimited one
  const char* start = nullptr;
  const char* end = nullptr;
};

// Calls `visit` on each field of a message that protobuf itself has written.
template <typename Visit>
void ForEachField(std::string_view message, const Visit& visit) {
  const auto* data = reinterpret_cast<const uint8_t*>(message.data());
  CodedInputStream input(data, static_cast<int>(message.size()));
  while (true) {
    WireField field;
    field.start = message.data() + input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) break;
    field.number = WireFormatLite::GetTagFieldNumber(tag);
    field.is_delimited = WireFormatLite::GetTagWireType(tag) ==
                         WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    bool ok = true;
    if (field.is_delimited) {
      uint32_t length = 0;
      ok = input.ReadVarint32(&length);
      field.payload = message.substr(input.CurrentPosition(), length);
      ok = ok && input.Skip(static_cast<int>(length));
    } else {
      ok = WireFormatLite::SkipField(&input, tag);
    }
    if (!ok) throw std::logic_error("a half does not parse");
    field.end = message.data() + input.CurrentPosition();
    visit(field);
  }
}

// The type of the message in a field; null for anything else.
const Descriptor* MessageType(const Descriptor* type, const WireField& field) {
  if (!field.is_delimited) return nullptr;
  const FieldDescriptor* descriptor = type->FindFieldByNumber(field.number);
  return descriptor == nullptr ? nullptr : descriptor->message_type();
}

class InlineWriter {
 public:
  InlineWriter(const SourceModel& model, std::string_view serialised)
      : model_(model), serialised_(serialised) {}

  // Of the whole model with its weights.
  int64_t Measure() { return Measure(serialised_, ModelProto::descriptor()); }

  void Write(OutputFile* file, WeightReader* reader,
             const WriteProgress& progress) {
    file_ = file;
    reader_ = reader;
    progress_ = progress;
    Write(serialised_, ModelProto::descriptor());
    Flush();
  }

 private:
  struct Weight {
    WeightId id = -1;
    std::string head;  // the rest of the tensor, up to the bytes of raw_data
  };

  // The length that a message will have. Lengths that change are kept for the
  // second walk.
  int64_t Measure(std::string_view message, const Descriptor* type) {
    if (type == TensorProto::descriptor()) return MeasureTensor(message);
    int64_t length = 0;
    ForEachField(message, [&](const WireField& field) {
      length += field.end - field.start;
      const Descriptor* child = MessageType(type, field);
      if (child == nullptr) return;
      const int64_t old_length = static_cast<int64_t>(field.payload.size());
      const int64_t new_length = Measure(field.payload, child);
      if (!Changes(field.payload)) return;
      length += new_length - old_length;
      length += static_cast<int64_t>(Varint(new_length).size()) -
                static_cast<int64_t>(Varint(old_length).size());
      lengths_[message.data()] = 0;
    });
    const auto changed = lengths_.find(message.data());
    if (changed != lengths_.end()) changed->second = length;
    return length;
  }

  int64_t MeasureTensor(std::string_view message) {
    const auto unchanged = static_cast<int64_t>(message.size());
    TensorProto tensor;
    if (!tensor.ParseFromArray(message.data(), static_cast<int>(unchanged))) {
      throw std::logic_error("a half does not parse");
    }
    const auto id = WeightOf(tensor);
    if (!id) return unchanged;
    ClearMark(&tensor);
    const int64_t bytes = model_.weights.at(*id).bytes;
    std::string head = tensor.SerializeAsString() +
                       LengthTag(TensorProto::kRawDataFieldNumber) +
                       Varint(bytes);
    const int64_t length = static_cast<int64_t>(head.size()) + bytes;
    weights_[message.data()] = {*id, std::move(head)};
    lengths_[message.data()] = length;
    return length;
  }

  bool Changes(std::string_view message) const {
    return lengths_.contains(message.data());
  }

  void Write(std::string_view message, const Descriptor* type) {
    const auto weight = weights_.find(message.data());
    if (weight != weights_.end()) return WriteTensor(weight->second);
    ForEachField(message, [&](const WireField& field) {
      const Descriptor* child = MessageType(type, field);
      if (child == nullptr || !Changes(field.payload)) {
        Put(std::string_view(field.start, field.end - field.start));
        return;
      }
      Put(LengthTag(field.number));
      Put(Varint(lengths_.at(field.payload.data())));
      Write(field.payload, child);
    });
  }

  void WriteTensor(const Weight& weight) {
    Put(weight.head);
    Flush();
    reader_->Copy(weight.id, file_);
    if (progress_) progress_(model_.weights[weight.id].bytes);
  }

  void Put(std::string_view bytes) {
    pending_ += bytes;
    if (pending_.size() >= (size_t{1} << 20)) Flush();
  }

  void Flush() {
    file_->Append(pending_);
    pending_.clear();
  }

  const SourceModel& model_;
  std::string_view serialised_;
  // By where the message starts in serialised_. A nested message never starts
  // where its parent does: a tag and a length stand before it.
  std::map<const char*, int64_t> lengths_;
  std::map<const char*, Weight> weights_;
  OutputFile* file_ = nullptr;
  WeightReader* reader_ = nullptr;
  WriteProgress progress_;
  std::string pending_;
};

[[noreturn]] void FailTooLarge(const std::string& path, int64_t bytes) {
  Fail(
      ExitCode::kBadInput, "E608",
      "{}: would have {} bytes, more than protobuf's 2 GiB; --weights external "
      "writes the weights to a file beside it",
      path, bytes);
}

std::string Serialise(const ModelProto& model, const std::string& path) {
  const size_t bytes = model.ByteSizeLong();
  if (bytes > static_cast<size_t>(kMaxProtoBytes)) {
    FailTooLarge(path, static_cast<int64_t>(bytes));
  }
  return model.SerializeAsString();
}

}  // namespace

void WriteOnnx(const SourceModel& model, ModelProto half,
               const WeightsLayout& layout, const std::string& path,
               WeightReader* reader, const WriteProgress& progress) {
  ForEachTensor(&half, [&](TensorProto* tensor) {
    const auto weight = WeightOf(*tensor);
    if (!weight || layout.offsets.at(*weight) < 0) return;
    ClearMark(tensor);
    AddExternalEntry("location", kWeightsFile, tensor);
    AddExternalEntry("offset", std::to_string(layout.offsets[*weight]), tensor);
    AddExternalEntry("length", std::to_string(model.weights[*weight].bytes),
                     tensor);
    tensor->set_data_location(TensorProto::EXTERNAL);
  });
  const std::string serialised = Serialise(half, path);
  InlineWriter writer(model, serialised);
  const int64_t bytes = writer.Measure();
  if (bytes > kMaxProtoBytes) FailTooLarge(path, bytes);
  OutputFile file(path);
  writer.Write(&file, reader, progress);
  if (file.size() != bytes) throw std::logic_error("inline length is wrong");
}

}  // namespace dnncut
