// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/typed_data.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>

#include "compiler/base/error.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr size_t kBufferBytes = size_t{1} << 20;

WireFormatLite::WireType WireTypeOf(const DataField& field) {
  switch (FixedWidth(field.number)) {
    case 4:
      return WireFormatLite::WIRETYPE_FIXED32;
    case 8:
      return WireFormatLite::WIRETYPE_FIXED64;
    default:
      return WireFormatLite::WIRETYPE_VARINT;
  }
}

class Converter {
 public:
  Converter(const WeightData& data, CodedInputStream* input,
            const std::function<void(std::string_view)>& emit)
      : data_(data),
        data_field_(DataFieldOf(DTypeFromOnnx(data.data_type))),
        wire_type_(WireTypeOf(data_field_)),
        input_(input),
        emit_(emit) {
    buffer_.reserve(kBufferBytes + 8);
  }

  void Run() {
    // The message ends at the end of the stream.
    while (const uint32_t tag = input_->ReadTag()) {
      const int field = WireFormatLite::GetTagFieldNumber(tag);
      const auto wire_type = WireFormatLite::GetTagWireType(tag);
      if (field == data_field_.number &&
          wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        ReadPacked();
      } else if (field == data_field_.number && wire_type == wire_type_) {
        ReadValue();
      } else if (!WireFormatLite::SkipField(input_, tag)) {
        // Of another type, the field is one that nobody knows.
        Damaged();
      }
    }
    if (!input_->ConsumedEntireMessage()) Damaged();
    Flush();
    if (emitted_bytes_ != data_.bytes) Damaged();
  }

 private:
  [[noreturn]] void Damaged() const {
    Fail(ExitCode::kIo, "E607",
         "tensor '{}': its values are not those that were there before: the "
         "model file has changed while it was being compiled",
         data_.tensor);
  }

  void ReadPacked() {
    uint32_t length = 0;
    if (!input_->ReadVarint32(&length) || length > INT32_MAX) Damaged();
    const auto limit = input_->PushLimit(static_cast<int>(length));
    while (input_->BytesUntilLimit() > 0) ReadValue();
    input_->PopLimit(limit);
  }

  void ReadValue() {
    uint64_t value = 0;
    bool ok = false;
    if (wire_type_ == WireFormatLite::WIRETYPE_FIXED32) {
      uint32_t narrow = 0;
      ok = input_->ReadLittleEndian32(&narrow);
      value = narrow;
    } else if (wire_type_ == WireFormatLite::WIRETYPE_FIXED64) {
      ok = input_->ReadLittleEndian64(&value);
    } else {
      ok = input_->ReadVarint64(&value);
    }
    if (!ok) Damaged();
    buffer_.append(reinterpret_cast<const char*>(&value),
                   static_cast<size_t>(data_field_.bytes));
    if (buffer_.size() >= kBufferBytes) Flush();
  }

  void Flush() {
    emitted_bytes_ += static_cast<int64_t>(buffer_.size());
    if (emitted_bytes_ > data_.bytes) Damaged();
    emit_(buffer_);
    buffer_.clear();
  }

  const WeightData& data_;
  DataField data_field_;
  WireFormatLite::WireType wire_type_;
  CodedInputStream* input_;
  const std::function<void(std::string_view)>& emit_;
  std::string buffer_;
  int64_t emitted_bytes_ = 0;
};

}  // namespace

void StreamTypedData(const WeightData& data,
                     google::protobuf::io::ZeroCopyInputStream* serialised,
                     const std::function<void(std::string_view)>& emit) {
  CodedInputStream input(serialised);
  Converter(data, &input, emit).Run();
}

}  // namespace dnncut
