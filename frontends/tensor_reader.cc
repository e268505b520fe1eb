// SPDX-License-Identifier: Apache-2.0
#include "frontends/tensor_reader.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/checked_math.h"
#include "compiler/dtype.h"
#include "compiler/error.h"
#include "compiler/weight_file.h"
#include "frontends/limits.h"
#include "frontends/onnx_text.h"

namespace dnncut {
namespace {

using Type = WireField::Type;

// Field numbers of TensorProto.
enum Number {
  kDims = 1,
  kDataType = 2,
  kSegment = 3,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kExternalData = 13,
  kDataLocation = 14,
};

std::string_view FieldName(int number) {
  switch (number) {
    case kFloatData:
      return "float_data";
    case kInt32Data:
      return "int32_data";
    case kStringData:
      return "string_data";
    case kInt64Data:
      return "int64_data";
    case kRawData:
      return "raw_data";
    case kDoubleData:
      return "double_data";
    default:
      return "uint64_data";
  }
}

// What the file says about a tensor.
struct Contents {
  std::string name;
  std::vector<int64_t> dims;
  int32_t data_type = 0;
  bool is_external = false;
  std::vector<std::pair<std::string, std::string>> external_data;
  std::string rest;  // all fields but those of the data
  bool has_segment = false;

  // The one field that holds data; 0: none.
  int data_field = 0;
  int64_t elements = 0;    // of a typed field; bytes of raw_data
  int64_t chunks = 0;      // occurrences of the field
  WireRange last_chunk;    // of a length-delimited occurrence
  int64_t wire_bytes = 0;  // of all occurrences
};

// The typed data's width on the wire; 0: varint.
int FixedWidth(int field) {
  if (field == kFloatData) return 4;
  return field == kDoubleData ? 8 : 0;
}

bool IsTypedData(int number) {
  return number == kFloatData || number == kInt32Data || number == kInt64Data ||
         number == kDoubleData || number == kUint64Data;
}

void CheckKeys(const Contents& contents, const std::string& name) {
  std::vector<std::string> seen;
  for (const auto& [key, value] : contents.external_data) {
    constexpr std::string_view kKnown[] = {"location", "offset", "length",
                                           "checksum", "basepath"};
    if (std::find(std::begin(kKnown), std::end(kKnown), key) ==
        std::end(kKnown)) {
      Fail(ExitCode::kBadInput, "E214",
           "{} has the unknown key {} in its external data", name, Quote(key));
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      Fail(ExitCode::kBadInput, "E214",
           "{} has the key '{}' twice in its external data", name, key);
    }
    seen.push_back(key);
  }
}

// Calls `visit` with each varint of a packed field.
template <typename Visit>
void ForEachVarint(std::string_view file, WireRange range, const Visit& visit) {
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(file.data()) + range.begin,
      static_cast<int>(range.size()));
  while (in.CurrentPosition() < range.size()) {
    uint64_t value = 0;
    if (!in.ReadVarint64(&value)) throw WireError(range.begin, 0);
    visit(value);
  }
}

class TensorReader {
 public:
  TensorReader(const ModelFile& file, WireRange range,
               const std::function<std::string()>& place)
      : file_(file), range_(range), place_(place) {}

  TensorReading Read();

 private:
  void ReadContents();
  void ReadDims(const WireField& field);
  void ReadExternalEntry(WireRange range);
  void ReadData(const WireField& field);
  int64_t CountVarints(WireRange range);
  std::string Text(WireRange range) const {
    return std::string(file_.bytes().substr(static_cast<size_t>(range.begin),
                                            static_cast<size_t>(range.size())));
  }

  void CheckForm() const;
  DType CheckedDType() const;
  void CheckTypeOfData(DType dtype) const;
  int64_t NeededElements(DType dtype) const;
  void CheckAmountOfData(DType dtype) const;
  bool StaysInline(int64_t bytes) const;
  WeightData WeightInFile(DType dtype, int64_t bytes) const;
  WeightData ExternalWeight(int64_t bytes, bool* names_basepath) const;
  int64_t ParseExternalNumber(const std::string& key,
                              const std::string& value) const;

  // "tensor 'w'", or where the nameless one stands.
  std::string Name() const {
    return contents_.name.empty() ? place_()
                                  : "tensor " + Quote(contents_.name);
  }
  std::string PlainName() const {
    return contents_.name.empty() ? place_() : contents_.name;
  }

  const ModelFile& file_;
  WireRange range_;
  const std::function<std::string()>& place_;
  Contents contents_;
};

void TensorReader::ReadDims(const WireField& field) {
  // One more than allowed is enough to refuse it.
  const auto add = [&](uint64_t dim) {
    if (contents_.dims.size() <= kMaxRank) {
      contents_.dims.push_back(static_cast<int64_t>(dim));
    }
  };
  if (field.type == Type::kVarint) add(field.varint);
  if (field.type == Type::kBytes) {
    ForEachVarint(file_.bytes(), field.value, add);
  }
}

void TensorReader::ReadExternalEntry(WireRange range) {
  std::string key;
  std::string value;
  WireMessage message(file_.bytes(), range);
  WireField field;
  while (message.Next(&field)) {
    if (field.Is(1, Type::kBytes)) key = Text(field.value);
    if (field.Is(2, Type::kBytes)) value = Text(field.value);
  }
  contents_.external_data.emplace_back(std::move(key), std::move(value));
}

int64_t TensorReader::CountVarints(WireRange range) {
  // Counts last bytes of varints, and drops the pages that were counted.
  constexpr int64_t kStep = int64_t{16} << 20;
  constexpr int kLongestVarint = 10;
  int64_t count = 0;
  int length = 0;
  for (int64_t begin = range.begin; begin < range.end; begin += kStep) {
    const int64_t end = std::min(range.end, begin + kStep);
    for (int64_t i = begin; i < end; ++i) {
      const bool is_last = (file_.bytes()[static_cast<size_t>(i)] & 0x80) == 0;
      count += is_last ? 1 : 0;
      length = is_last ? 0 : length + 1;
      if (length >= kLongestVarint) throw WireError(i, 0);
    }
    file_.Release(end);
  }
  if (length != 0) throw WireError(range.end, 0);
  return count;
}

void TensorReader::ReadData(const WireField& field) {
  // An empty packed field says as little as none.
  const bool says_something =
      field.number == kRawData || field.number == kStringData ||
      field.type != Type::kBytes || field.value.size() > 0;
  if (!says_something) return;
  if (contents_.data_field != 0 && contents_.data_field != field.number) {
    Fail(ExitCode::kBadInput, "E213",
         "{} has both {} and {}; only one may hold its data", Name(),
         FieldName(contents_.data_field), FieldName(field.number));
  }
  contents_.data_field = field.number;
  contents_.chunks += 1;
  contents_.wire_bytes += field.whole.size();
  contents_.last_chunk = field.value;
  if (field.number == kStringData) {
    contents_.elements += 1;
  } else if (field.number == kRawData) {
    contents_.elements = field.value.size();
  } else if (field.type != Type::kBytes) {
    contents_.elements += 1;
  } else if (const int width = FixedWidth(field.number); width != 0) {
    if (field.value.size() % width != 0) throw WireError(field.whole.begin, 0);
    contents_.elements += field.value.size() / width;
  } else {
    contents_.elements += CountVarints(field.value);
  }
}

void TensorReader::ReadContents() {
  WireMessage message(file_.bytes(), range_);
  WireField field;
  while (message.Next(&field)) {
    const bool is_data =
        (IsTypedData(field.number) && field.type != Type::kGroup) ||
        (field.type == Type::kBytes &&
         (field.number == kRawData || field.number == kStringData));
    if (is_data) {
      ReadData(field);
    } else if (field.Is(kExternalData, Type::kBytes)) {
      ReadExternalEntry(field.value);
    } else if (field.Is(kDataLocation, Type::kVarint)) {
      contents_.is_external =
          field.varint == ONNX_NAMESPACE::TensorProto::EXTERNAL;
    } else {
      contents_.rest += Text(field.whole);
      if (field.number == kDims) ReadDims(field);
      if (field.Is(kDataType, Type::kVarint)) {
        contents_.data_type = static_cast<int32_t>(field.varint);
      }
      if (field.Is(kName, Type::kBytes)) contents_.name = Text(field.value);
      if (field.Is(kSegment, Type::kBytes)) contents_.has_segment = true;
    }
    // After the field was read: what is released again is not dropped again.
    file_.Release(field.whole.end);
  }
}

void TensorReader::CheckForm() const {
  CheckKeys(contents_, Name());
  if (contents_.dims.size() > kMaxRank) {
    Fail(ExitCode::kBadInput, "E222",
         "{} has more than {} dimensions, the most that is supported", Name(),
         kMaxRank);
  }
  if (contents_.has_segment) {
    Fail(ExitCode::kBadInput, "E213",
         "{} is stored in segments, which no runtime reads; save the model "
         "again with a current version of onnx",
         Name());
  }
}

DType TensorReader::CheckedDType() const {
  const DType dtype = DTypeFromOnnx(contents_.data_type);
  if (dtype == DType::kUndefined) {
    Fail(ExitCode::kBadInput, "E213", "{} has the unknown element type {}",
         Name(), contents_.data_type);
  }
  return dtype;
}

void TensorReader::CheckTypeOfData(DType dtype) const {
  int expected = kInt32Data;
  switch (dtype) {
    case DType::kFloat32:
    case DType::kComplex64:
      expected = kFloatData;
      break;
    case DType::kFloat64:
    case DType::kComplex128:
      expected = kDoubleData;
      break;
    case DType::kInt64:
      expected = kInt64Data;
      break;
    case DType::kUint32:
    case DType::kUint64:
      expected = kUint64Data;
      break;
    case DType::kString:
      expected = kStringData;
      break;
    default:
      break;
  }
  const bool raw_fits = dtype != DType::kString;
  if (contents_.data_field == expected ||
      (contents_.data_field == kRawData && raw_fits)) {
    return;
  }
  Fail(ExitCode::kBadInput, "E213",
       "{} has its data in {}, which cannot hold elements of type {}", Name(),
       FieldName(contents_.data_field), DTypeName(dtype));
}

int64_t TensorReader::NeededElements(DType dtype) const {
  if (contents_.data_field == kRawData) {
    return BytesOf(dtype, contents_.dims, Name());
  }
  const int64_t count = ElementCount(contents_.dims, Name());
  if (dtype == DType::kComplex64 || dtype == DType::kComplex128) {
    return CheckedMul(count, 2, Name());
  }
  if (const int bits = BitsOf(dtype); bits != 0 && bits < 8) {
    // Several elements share a byte, and each int32 holds one byte.
    return BytesOf(dtype, contents_.dims, Name());
  }
  return count;
}

void TensorReader::CheckAmountOfData(DType dtype) const {
  const int64_t needed = NeededElements(dtype);
  if (contents_.elements == needed) return;
  if (contents_.data_field == 0) {
    Fail(ExitCode::kBadInput, "E212",
         "{} has no data, but its dims need {} elements", Name(), needed);
  }
  Fail(ExitCode::kBadInput, "E212",
       "{} has {} {} in {}, but its dims and element type need {}", Name(),
       contents_.elements,
       contents_.data_field == kRawData ? "bytes" : "elements",
       FieldName(contents_.data_field), needed);
}

bool TensorReader::StaysInline(int64_t bytes) const {
  // A few elements can take many bytes on the wire, in empty pieces.
  constexpr int64_t kMostWireBytes = 64 * kInlineBytes;
  return bytes <= kInlineBytes && contents_.wire_bytes <= kMostWireBytes;
}

WeightData TensorReader::WeightInFile(DType dtype, int64_t bytes) const {
  WeightData weight;
  weight.tensor = PlainName();
  weight.bytes = bytes;
  weight.data_type = contents_.data_type;
  const bool is_raw =
      contents_.chunks == 1 && contents_.last_chunk.size() == bytes &&
      (contents_.data_field == kRawData || FixedWidth(contents_.data_field));
  const WireRange lies = is_raw ? contents_.last_chunk : range_;
  weight.encoding =
      is_raw ? WeightData::Encoding::kRaw : WeightData::Encoding::kTensorProto;
  weight.offset = lies.begin;
  weight.length = lies.size();
  return weight;
}

int64_t TensorReader::ParseExternalNumber(const std::string& key,
                                          const std::string& value) const {
  int64_t number = -1;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) {
    Fail(ExitCode::kBadInput, "E214",
         "{} has the {} {} in its external data; a whole number >= 0 is needed",
         Name(), key, Quote(value));
  }
  return number;
}

WeightData TensorReader::ExternalWeight(int64_t bytes,
                                        bool* names_basepath) const {
  if (contents_.data_field != 0) {
    Fail(ExitCode::kBadInput, "E213",
         "{} has external data and {}; only one may hold its data", Name(),
         FieldName(contents_.data_field));
  }
  WeightData weight;
  weight.tensor = PlainName();
  weight.bytes = bytes;
  weight.length = bytes;
  weight.data_type = contents_.data_type;
  bool has_location = false;
  for (const auto& [key, value] : contents_.external_data) {
    if (key == "location") {
      CheckLocation(value, PlainName());
      weight.location = value;
      has_location = true;
    } else if (key == "offset") {
      weight.offset = ParseExternalNumber(key, value);
    } else if (key == "length") {
      weight.length = ParseExternalNumber(key, value);
    } else if (key == "basepath") {
      *names_basepath = true;
    }
  }
  if (!has_location) {
    Fail(ExitCode::kBadInput, "E214", "{} has external data without a location",
         Name());
  }
  if (weight.length != bytes) {
    Fail(ExitCode::kBadInput, "E212",
         "{} has {} bytes of external data, but its dims and element type need "
         "{}",
         Name(), weight.length, bytes);
  }
  CheckedAdd(weight.offset, weight.length, "external data of " + Name());
  return weight;
}

TensorReading TensorReader::Read() {
  ReadContents();
  CheckForm();
  const DType dtype = CheckedDType();
  TensorReading reading;
  if (dtype == DType::kString) {
    if (contents_.is_external) {
      Fail(ExitCode::kBadInput, "E213",
           "{} has strings as external data, which ONNX does not allow",
           Name());
    }
    if (contents_.data_field != 0) CheckTypeOfData(dtype);
    CheckAmountOfData(dtype);
    return reading;
  }
  const int64_t bytes = BytesOf(dtype, contents_.dims, Name());
  if (contents_.is_external) {
    reading.weight = ExternalWeight(bytes, &reading.names_basepath);
  } else {
    if (contents_.data_field == kRawData && contents_.chunks > 1) {
      Fail(ExitCode::kBadInput, "E213", "{} has raw_data {} times", Name(),
           contents_.chunks);
    }
    if (contents_.data_field != 0) CheckTypeOfData(dtype);
    CheckAmountOfData(dtype);
    if (StaysInline(bytes)) return reading;
    reading.weight = WeightInFile(dtype, bytes);
  }
  reading.rest = std::move(contents_.rest);
  return reading;
}

}  // namespace

TensorReading ReadTensor(const ModelFile& file, WireRange range,
                         const std::function<std::string()>& place) {
  return TensorReader(file, range, place).Read();
}

}  // namespace dnncut
