// SPDX-License-Identifier: Apache-2.0
//
// Reads one TensorProto from its bytes in the file, in one pass and without
// storing its data: data fields are counted, all others are kept for protobuf.
//
// It agrees with protobuf on what is data: a field counts only with a wire type
// that protobuf accepts for it, pieces of a field add up, packed or not, and of
// several raw_data, names or known data_locations the last one counts. Varints
// are counted by their last bytes, those without the continuation bit; one of
// more than ten bytes is malformed. Memory stays bounded, whatever the file
// says: dimensions and external entries are kept up to a fixed number, other
// fields up to the limit for graphs.
#include "frontends/read/tensor_contents.h"

#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/model/tensor_data.h"
#include "frontends/read/model_counter.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;
using Type = WireField::Type;

// Calls `visit` with each varint of a packed field.
template <typename Visit>
void ForEachVarint(const std::string& packed, int64_t begin,
                   const Visit& visit) {
  const int size = static_cast<int>(packed.size());
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(packed.data()), size);
  while (in.CurrentPosition() < size) {
    uint64_t value = 0;
    if (!in.ReadVarint64(&value)) throw WireError(begin, 0);
    visit(value);
  }
}

// Does protobuf take the field for data? A field with another wire type is an
// unknown field to it.
bool IsData(const WireField& field) {
  switch (field.number) {
    case TensorProto::kRawDataFieldNumber:
    case TensorProto::kStringDataFieldNumber:
      return field.type == Type::kBytes;
    case TensorProto::kFloatDataFieldNumber:
      return field.type == Type::kBytes || field.type == Type::kFixed32;
    case TensorProto::kDoubleDataFieldNumber:
      return field.type == Type::kBytes || field.type == Type::kFixed64;
    case TensorProto::kInt32DataFieldNumber:
    case TensorProto::kInt64DataFieldNumber:
    case TensorProto::kUint64DataFieldNumber:
      return field.type == Type::kBytes || field.type == Type::kVarint;
    default:
      return false;
  }
}

class ContentsReader {
 public:
  ContentsReader(const ModelFile& file, WireRange range,
                 const ModelLimits& limits)
      : file_(file), range_(range), limits_(limits) {}

  TensorContents Read();

 private:
  void ReadDims(const WireField& field);
  void ReadDataLocation(uint64_t varint);
  void ReadExternalEntry(WireRange range);
  void ReadData(const WireField& field);
  int64_t CountVarints(WireRange range);
  void AppendTo(std::string* text, WireRange range) const {
    CheckGraphBytes(limits_, std::ssize(*text) + range.size());
    file_.AppendTo(text, range.begin, range.size());
  }
  std::string Text(WireRange range) const {
    std::string text;
    AppendTo(&text, range);
    return text;
  }

  const ModelFile& file_;
  WireRange range_;
  const ModelLimits& limits_;
  TensorContents contents_;
};

void ContentsReader::ReadDims(const WireField& field) {
  // One more than allowed is enough to refuse it.
  const auto add = [&](uint64_t dim) {
    if (contents_.dims.size() <= kMaxRank) {
      contents_.dims.push_back(static_cast<int64_t>(dim));
    }
  };
  if (field.type == Type::kVarint) add(field.varint);
  if (field.type == Type::kBytes) {
    ForEachVarint(Text(field.value), field.value.begin, add);
  }
}

// As protobuf has it: of an enum's varint the lower 32 bits count, and a value
// without a name is an unknown field, so that what was said before stays.
void ContentsReader::ReadDataLocation(uint64_t varint) {
  const auto value = static_cast<int>(static_cast<uint32_t>(varint));
  if (!TensorProto::DataLocation_IsValid(value)) return;
  contents_.is_external = value == TensorProto::EXTERNAL;
}

void ContentsReader::ReadExternalEntry(WireRange range) {
  if (contents_.external_data.size() >= kMostExternalEntries) return;
  std::string key;
  std::string value;
  WireMessage message(file_, range);
  WireField field;
  while (message.Next(&field)) {
    if (field.Is(1, Type::kBytes)) key = Text(field.value);
    if (field.Is(2, Type::kBytes)) value = Text(field.value);
  }
  contents_.external_data.emplace_back(std::move(key), std::move(value));
}

int64_t ContentsReader::CountVarints(WireRange range) {
  // Every varint has exactly one last byte, so these are counted.
  constexpr int64_t kStep = ModelFile::kBlockBytes;
  constexpr int kLongestVarint = 10;
  int64_t count = 0;
  int length = 0;
  for (int64_t begin = range.begin; begin < range.end; begin += kStep) {
    for (const char byte :
         file_.View(begin, std::min(kStep, range.end - begin))) {
      const bool is_last = (byte & 0x80) == 0;
      count += is_last ? 1 : 0;
      length = is_last ? 0 : length + 1;
      if (length >= kLongestVarint) throw WireError(begin, 0);
    }
  }
  if (length != 0) throw WireError(range.end, 0);
  return count;
}

void ContentsReader::ReadData(const WireField& field) {
  // An empty packed field says as little as none.
  const bool says_something =
      field.number == TensorProto::kRawDataFieldNumber ||
      field.number == TensorProto::kStringDataFieldNumber ||
      field.type != Type::kBytes || field.value.size() > 0;
  if (!says_something) return;
  if (contents_.data_field != 0 && contents_.data_field != field.number) {
    contents_.other_data_field = field.number;
    return;
  }
  contents_.data_field = field.number;
  contents_.chunks += 1;
  contents_.wire_bytes += field.whole.size();
  contents_.last_chunk = field.value;
  if (field.number == TensorProto::kRawDataFieldNumber) {
    contents_.elements = field.value.size();
  } else if (field.number == TensorProto::kStringDataFieldNumber ||
             field.type != Type::kBytes) {
    contents_.elements += 1;
  } else if (const int width = FixedWidth(field.number); width != 0) {
    if (field.value.size() % width != 0) throw WireError(field.whole.begin, 0);
    contents_.elements += field.value.size() / width;
  } else {
    contents_.elements += CountVarints(field.value);
  }
}

TensorContents ContentsReader::Read() {
  WireMessage message(file_, range_);
  WireField field;
  while (message.Next(&field)) {
    if (IsData(field)) {
      ReadData(field);
    } else if (field.Is(TensorProto::kExternalDataFieldNumber, Type::kBytes)) {
      ReadExternalEntry(field.value);
    } else if (field.Is(TensorProto::kDataLocationFieldNumber, Type::kVarint)) {
      ReadDataLocation(field.varint);
    } else {
      AppendTo(&contents_.rest, field.whole);
      if (field.number == TensorProto::kDimsFieldNumber) ReadDims(field);
      if (field.Is(TensorProto::kDataTypeFieldNumber, Type::kVarint)) {
        contents_.data_type = static_cast<int32_t>(field.varint);
      }
      if (field.Is(TensorProto::kNameFieldNumber, Type::kBytes))
        contents_.name = Text(field.value);
      if (field.Is(TensorProto::kSegmentFieldNumber, Type::kBytes))
        contents_.has_segment = true;
    }
  }
  return std::move(contents_);
}

}  // namespace

TensorContents ReadTensorContents(const ModelFile& file, WireRange range,
                                  const ModelLimits& limits) {
  return ContentsReader(file, range, limits).Read();
}

const std::string& FieldName(int number) {
  return TensorProto::descriptor()->FindFieldByNumber(number)->name();
}

}  // namespace dnncut
