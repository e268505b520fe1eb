// SPDX-License-Identifier: Apache-2.0
//
// Decides for one tensor of the file whether its data stays in the message or
// is left in the file, and checks it either way.
//
// tensor_contents has counted the data without storing it. Here the count must
// be exactly what the dimensions and the element type need, in the one field
// that may hold that type, and sizes are computed with checks for overflow; so
// what reads the data later needs no checks of its own. Data that lies in the
// file as one piece, element after element, is referred to by its offset and
// can be copied; all other is referred to by the range of its whole message and
// decoded when it is needed.
#include "frontends/read/tensor_reader.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/model/tensor_data.h"
#include "compiler/model/weight_file.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/tensor_contents.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

void CheckKeys(const TensorContents& contents, const std::string& name) {
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

class TensorReader {
 public:
  TensorReader(TensorContents contents, WireRange range,
               const ModelLimits& limits,
               const std::function<std::string()>& place)
      : contents_(std::move(contents)),
        range_(range),
        limits_(limits),
        place_(place) {}

  TensorReading Read();

 private:
  void CheckForm() const;
  DType CheckedDType() const;
  void CheckTypeOfData(DType dtype) const;
  int64_t NeededElements(DType dtype) const;
  void CheckAmountOfData(DType dtype) const;
  bool StaysInline(int64_t bytes) const;
  WeightData WeightInFile(int64_t bytes) const;
  WeightData ExternalWeight(int64_t bytes, bool* names_basepath) const;
  int64_t ParseExternalNumber(const std::string& key,
                              const std::string& value) const;

  // "tensor 'w'"; for a tensor without a name, the place where it stands.
  std::string Name() const {
    return contents_.name.empty() ? place_()
                                  : "tensor " + Quote(contents_.name);
  }
  std::string PlainName() const {
    return contents_.name.empty() ? place_() : contents_.name;
  }

  TensorContents contents_;
  WireRange range_;
  const ModelLimits& limits_;
  const std::function<std::string()>& place_;
};

void TensorReader::CheckForm() const {
  CheckName(limits_, contents_.name, place_(), "the tensor");
  CheckKeys(contents_, Name());
  if (contents_.other_data_field != 0) {
    Fail(ExitCode::kBadInput, "E213",
         "{} has both {} and {}; only one may hold its data", Name(),
         FieldName(contents_.data_field),
         FieldName(contents_.other_data_field));
  }
  if (std::ssize(contents_.dims) > limits_.rank) {
    Fail(ExitCode::kBadInput, "E222",
         "{} has more than {} dimensions, the most that --limit rank allows",
         Name(), limits_.rank);
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
  const int expected = DataFieldOf(dtype).number;
  const bool raw_fits = dtype != DType::kString;
  if (contents_.data_field == expected ||
      (contents_.data_field == TensorProto::kRawDataFieldNumber && raw_fits)) {
    return;
  }
  Fail(ExitCode::kBadInput, "E213",
       "{} has its data in {}, which cannot hold elements of type {}", Name(),
       FieldName(contents_.data_field), DTypeName(dtype));
}

int64_t TensorReader::NeededElements(DType dtype) const {
  if (contents_.data_field == TensorProto::kRawDataFieldNumber) {
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
       contents_.data_field == TensorProto::kRawDataFieldNumber ? "bytes"
                                                                : "elements",
       FieldName(contents_.data_field), needed);
}

bool TensorReader::StaysInline(int64_t bytes) const {
  // A few elements can take many bytes in the file when many empty pieces stand
  // between them.
  constexpr int64_t kMostWireBytes = 64 * kInlineBytes;
  return bytes <= kInlineBytes && contents_.wire_bytes <= kMostWireBytes;
}

WeightData TensorReader::WeightInFile(int64_t bytes) const {
  WeightData weight;
  weight.tensor = PlainName();
  weight.bytes = bytes;
  weight.data_type = contents_.data_type;
  const bool is_raw =
      contents_.chunks == 1 && contents_.last_chunk.size() == bytes &&
      (contents_.data_field == TensorProto::kRawDataFieldNumber ||
       FixedWidth(contents_.data_field));
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
    if (contents_.data_field == TensorProto::kRawDataFieldNumber &&
        contents_.chunks > 1) {
      Fail(ExitCode::kBadInput, "E213", "{} has raw_data {} times", Name(),
           contents_.chunks);
    }
    if (contents_.data_field != 0) CheckTypeOfData(dtype);
    CheckAmountOfData(dtype);
    if (StaysInline(bytes)) return reading;
    reading.weight = WeightInFile(bytes);
  }
  reading.rest = std::move(contents_.rest);
  return reading;
}

}  // namespace

TensorReading ReadTensor(const ModelFile& file, WireRange range,
                         const ModelLimits& limits,
                         const std::function<std::string()>& place) {
  return TensorReader(ReadTensorContents(file, range, limits), range, limits,
                      place)
      .Read();
}

}  // namespace dnncut
