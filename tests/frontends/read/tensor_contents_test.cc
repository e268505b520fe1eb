// SPDX-License-Identifier: Apache-2.0
//
// Whatever stands in a TensorProto, how often and of whatever wire type: what
// is checked is what protobuf parses.
#include "frontends/read/tensor_contents.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <random>

#include "tests/backends/temp_folder.h"
#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::StringStringEntryProto;
using ONNX_NAMESPACE::TensorProto;

class RandomTensor {
 public:
  explicit RandomTensor(uint32_t seed) : random_(seed) {}

  std::string Bytes() {
    std::string bytes;
    const int count = Below(8);
    for (int i = 0; i < count; ++i) bytes += Field();
    return bytes;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % limit); }

  uint64_t Number() {
    constexpr uint64_t kFourGiB = uint64_t{1} << 32;
    constexpr uint64_t kNumbers[] = {
        0, 1, 2, 7, kFourGiB, kFourGiB + 1, kFourGiB + 7, ~uint64_t{0}};
    return kNumbers[Below(std::size(kNumbers))];
  }

  std::string Text() {
    constexpr const char* kTexts[] = {"", "w", "location", "offset", "a.bin"};
    return kTexts[Below(std::size(kTexts))];
  }

  std::string Entry() {
    std::string entry;
    const int count = Below(4);
    for (int i = 0; i < count; ++i) {
      entry += WireBytes(1 + Below(3), Text());
      if (Below(4) == 0) entry += WireNumber(1 + Below(3), Number());
    }
    return entry;
  }

  std::string Field() {
    constexpr int kFields[] = {TensorProto::kDimsFieldNumber,
                               TensorProto::kDataTypeFieldNumber,
                               TensorProto::kSegmentFieldNumber,
                               TensorProto::kNameFieldNumber,
                               TensorProto::kRawDataFieldNumber,
                               TensorProto::kExternalDataFieldNumber,
                               TensorProto::kDataLocationFieldNumber,
                               TensorProto::kInt32DataFieldNumber};
    const int field = kFields[Below(std::size(kFields))];
    if (Below(2) == 0) return WireNumber(field, Number());
    if (field == TensorProto::kExternalDataFieldNumber) {
      return WireBytes(field, Entry());
    }
    if (field == TensorProto::kNameFieldNumber ||
        field == TensorProto::kRawDataFieldNumber) {
      return WireBytes(field, Text());
    }
    return WireBytes(field, "");
  }

  std::mt19937 random_;
};

void ExpectAsParsed(const TensorContents& contents, const TensorProto& parsed) {
  EXPECT_EQ(contents.name, parsed.name());
  EXPECT_EQ(contents.dims,
            std::vector<int64_t>(parsed.dims().begin(), parsed.dims().end()));
  EXPECT_EQ(contents.data_type, parsed.data_type());
  EXPECT_EQ(contents.has_segment, parsed.has_segment());
  EXPECT_EQ(contents.is_external,
            parsed.data_location() == TensorProto::EXTERNAL);
  std::vector<std::pair<std::string, std::string>> entries;
  for (const StringStringEntryProto& entry : parsed.external_data()) {
    if (entries.size() == kMostExternalEntries) break;
    entries.emplace_back(entry.key(), entry.value());
  }
  EXPECT_EQ(contents.external_data, entries);
  if (contents.other_data_field != 0) return;
  if (contents.data_field == TensorProto::kRawDataFieldNumber) {
    EXPECT_EQ(contents.elements, std::ssize(parsed.raw_data()));
  } else {
    EXPECT_EQ(contents.elements, parsed.int32_data_size());
  }
}

TEST(TensorContents, AreAsProtobufParsesThem) {
  constexpr uint32_t kTensors = 20'000;
  // All in one file, as each file costs more time than its tensor.
  std::string bytes;
  std::vector<std::pair<WireRange, TensorProto>> tensors;
  for (uint32_t seed = 0; seed < kTensors; ++seed) {
    const std::string tensor = RandomTensor(seed).Bytes();
    TensorProto parsed;
    if (!parsed.ParseFromString(tensor)) continue;
    const int64_t begin = std::ssize(bytes);
    bytes += tensor;
    tensors.push_back({{begin, std::ssize(bytes)}, std::move(parsed)});
  }
  EXPECT_GT(tensors.size(), kTensors / 2);
  TempFolder folder;
  WriteAll(folder / "tensors", bytes);
  const ModelFile file(folder / "tensors");
  for (const auto& [range, parsed] : tensors) {
    SCOPED_TRACE(parsed.DebugString());
    ExpectAsParsed(ReadTensorContents(file, range, ModelLimits()), parsed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace dnncut
