// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tools/text/terminal.h"
#include "tools/values/compare_values.h"

namespace dnncut {
namespace {

constexpr size_t kShown = 8;

template <typename T>
T Read(const char* bytes) {
  T number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

// nullopt for types that are no real numbers of whole bytes.
std::optional<double> NumberAt(DType dtype, const char* bytes) {
  switch (dtype) {
    case DType::kFloat32:
      return Read<float>(bytes);
    case DType::kFloat64:
      return Read<double>(bytes);
    case DType::kFloat16:
      return HalfToFloat(Read<uint16_t>(bytes));
    case DType::kBfloat16:
      return Bfloat16ToFloat(Read<uint16_t>(bytes));
    case DType::kInt8:
      return Read<int8_t>(bytes);
    case DType::kInt16:
      return Read<int16_t>(bytes);
    case DType::kInt32:
      return Read<int32_t>(bytes);
    case DType::kInt64:
      return static_cast<double>(Read<int64_t>(bytes));
    case DType::kBool:
    case DType::kUint8:
      return Read<uint8_t>(bytes);
    case DType::kUint16:
      return Read<uint16_t>(bytes);
    case DType::kUint32:
      return Read<uint32_t>(bytes);
    case DType::kUint64:
      return static_cast<double>(Read<uint64_t>(bytes));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<NumberSummary> SummarizeNumbers(const Value& value) {
  if (value.kind != Value::Kind::kTensor || BitsOf(value.dtype) < 8) {
    return std::nullopt;
  }
  const auto width = static_cast<size_t>(BitsOf(value.dtype) / 8);
  NumberSummary summary;
  int64_t count = 0;
  double sum = 0;
  for (size_t at = 0; at + width <= value.data.size(); at += width) {
    const auto number = NumberAt(value.dtype, value.data.data() + at);
    if (!number) return std::nullopt;
    if (summary.first.size() < kShown) summary.first.push_back(*number);
    if (std::isnan(*number)) continue;
    summary.min = count == 0 ? *number : std::min(summary.min, *number);
    summary.max = count == 0 ? *number : std::max(summary.max, *number);
    sum += *number;
    ++count;
  }
  if (count == 0) return std::nullopt;
  summary.mean = sum / static_cast<double>(count);
  return summary;
}

std::string ValueText(const Value& value) {
  if (value.kind == Value::Kind::kNothing) return "";
  if (value.kind != Value::Kind::kTensor) {
    std::string text;
    for (size_t i = 0; i < std::min(value.elements.size(), kShown); ++i) {
      text += (i == 0 ? "" : ", ") + DescribeValue(value.elements[i]);
    }
    return text + (value.elements.size() > kShown ? ", ..." : "");
  }
  if (value.dtype == DType::kString) {
    std::string text;
    for (size_t i = 0; i < std::min(value.strings.size(), kShown); ++i) {
      text += fmt::format("{}'{}'", i == 0 ? "" : ", ",
                          Printable(value.strings[i]));
    }
    return text + (value.strings.size() > kShown ? ", ..." : "");
  }
  const std::optional<NumberSummary> summary = SummarizeNumbers(value);
  if (!summary) return fmt::format("{} bytes", value.data.size());
  const size_t width = static_cast<size_t>(BitsOf(value.dtype) / 8);
  if (value.data.size() / width <= kShown) {
    return fmt::format("{:.6g}", fmt::join(summary->first, ", "));
  }
  return fmt::format("min {:.6g}, max {:.6g}, mean {:.6g}", summary->min,
                     summary->max, summary->mean);
}

}  // namespace dnncut
