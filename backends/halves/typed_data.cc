// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/typed_data.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>

#include "compiler/base/error.h"
#include "compiler/model/dtype.h"

namespace dnncut {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr size_t kBufferBytes = size_t{1} << 20;

// How the values of one element type stand in the message.
struct FieldLayout {
  int field = 0;
  int width = 0;  // bytes in raw_data of one value of the field
  WireFormatLite::WireType wire_type = WireFormatLite::WIRETYPE_VARINT;
};

FieldLayout LayoutOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kComplex64:
      return {4, 4, WireFormatLite::WIRETYPE_FIXED32};
    case DType::kFloat64:
    case DType::kComplex128:
      return {10, 8, WireFormatLite::WIRETYPE_FIXED64};
    case DType::kInt64:
      return {7, 8, WireFormatLite::WIRETYPE_VARINT};
    case DType::kUint32:
      return {11, 4, WireFormatLite::WIRETYPE_VARINT};
    case DType::kUint64:
      return {11, 8, WireFormatLite::WIRETYPE_VARINT};
    case DType::kInt32:
      return {5, 4, WireFormatLite::WIRETYPE_VARINT};
    default:
      // One value of int32_data is one element, or for types below a byte one
      // byte of packed elements.
      return {5, BitsOf(dtype) == 16 ? 2 : 1, WireFormatLite::WIRETYPE_VARINT};
  }
}

class Converter {
 public:
  Converter(const WeightData& data, CodedInputStream* input,
            const std::function<void(std::string_view)>& emit)
      : data_(data),
        layout_(LayoutOf(DTypeFromOnnx(data.data_type))),
        input_(input),
        emit_(emit) {
    buffer_.reserve(kBufferBytes + 8);
  }

  void Run() {
    // The message ends at the end of the stream.
    while (const uint32_t tag = input_->ReadTag()) {
      const int field = WireFormatLite::GetTagFieldNumber(tag);
      const auto wire_type = WireFormatLite::GetTagWireType(tag);
      if (field != layout_.field) {
        if (!WireFormatLite::SkipField(input_, tag)) Damaged();
      } else if (wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        ReadPacked();
      } else if (wire_type == layout_.wire_type) {
        ReadValue();
      } else {
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
    if (layout_.wire_type == WireFormatLite::WIRETYPE_FIXED32) {
      uint32_t narrow = 0;
      ok = input_->ReadLittleEndian32(&narrow);
      value = narrow;
    } else if (layout_.wire_type == WireFormatLite::WIRETYPE_FIXED64) {
      ok = input_->ReadLittleEndian64(&value);
    } else {
      ok = input_->ReadVarint64(&value);
    }
    if (!ok) Damaged();
    for (int b = 0; b < layout_.width; ++b) {
      buffer_.push_back(static_cast<char>(value >> (8 * b)));
    }
    if (buffer_.size() >= kBufferBytes) Flush();
  }

  void Flush() {
    emitted_bytes_ += static_cast<int64_t>(buffer_.size());
    if (emitted_bytes_ > data_.bytes) Damaged();
    emit_(buffer_);
    buffer_.clear();
  }

  const WeightData& data_;
  FieldLayout layout_;
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
