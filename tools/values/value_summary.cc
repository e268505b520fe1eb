// SPDX-License-Identifier: Apache-2.0
#include "tools/values/value_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "compiler/model/tensor_data.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

constexpr size_t kShown = 8;

}  // namespace

std::optional<NumberSummary> SummarizeNumbers(const Value& value) {
  if (value.kind != Value::Kind::kTensor || BitsOf(value.dtype) < 8) {
    return std::nullopt;
  }
  const auto width = static_cast<size_t>(BitsOf(value.dtype) / 8);
  NumberSummary summary;
  int64_t count = 0;
  double sum = 0;
  for (size_t i = 0; i < value.data.size() / width; ++i) {
    const auto number = NumberAt(value.dtype, value.data, i);
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
