// SPDX-License-Identifier: Apache-2.0
//
// Draws a bar for each row of the table: its time on the device, on the network
// and on the server.
//
// One scale holds for all: the longest bar, measured ones included, has the
// full length. The lengths of parts are rounded to tenths of a pixel, and a
// part that takes any time has at least kLeastLength, so that it is seen.
#include "backends/report/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "backends/report/report_text.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

// In tenths of a pixel.
constexpr int64_t kWidth = 7600;
constexpr int64_t kLeft = 1750;
constexpr int64_t kRight = 6200;  // the total stands behind it
constexpr int64_t kBarHeight = 220;
constexpr int64_t kMeasuredHeight = 120;
constexpr int64_t kGap = 140;

constexpr int64_t kCharacter = 66;                 // a wide one
constexpr int64_t kMeasuredText = 9 * kCharacter;  // " measured"
constexpr int64_t kLeastLength = 10;               // a part is always seen

class Bars {
 public:
  Bars(const Result& result, const std::vector<ShownRow>& rows)
      : result_(result), rows_(rows) {
    for (const ShownRow& row : rows) {
      most_ns_ = std::max({most_ns_, row.parts.total_ns,
                           MeasuredOf(row).value_or(LatencyParts{}).total_ns});
    }
  }

  std::string Svg() {
    int64_t y = 60;
    std::string bars;
    for (const ShownRow& row : rows_) y = AddRow(row, y, &bars);
    return fmt::format(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"bars-title "
        "bars-desc\" viewBox=\"0 0 {} {}\">\n<title id=\"bars-title\">Where "
        "the time goes</title>\n<desc id=\"bars-desc\">One bar for each row of "
        "the table, from left to right the time on the device, on the network "
        "and on the server. The table of rows below has the same "
        "data.</desc>\n{}</svg>\n",
        Px(kWidth), Px(y), bars);
  }

 private:
  std::optional<LatencyParts> MeasuredOf(const ShownRow& row) const {
    if (result_.measured.empty()) return std::nullopt;
    return MeasuredParts(row, result_.measured[row.row.cut]);
  }

  int64_t Length(int64_t ns) const {
    if (most_ns_ == 0) return 0;
    const auto length =
        static_cast<int64_t>(Int128{ns} * (kRight - kLeft) / most_ns_);
    return std::max(length, kLeastLength);
  }

  // The total, and where a bar leaves room behind it the parts, which are hard
  // to see in a short one.
  static std::string LabelText(const LatencyParts& latency, int64_t room) {
    std::string parts;
    for (const auto& [name, ns] : NamedParts(latency)) {
      if (ns == 0) continue;
      parts += fmt::format("{}{} {}", parts.empty() ? " = " : " + ", name,
                           FormatDuration(ns));
    }
    std::string total = FormatDuration(latency.total_ns);
    const auto characters = std::ssize(total) + std::ssize(parts);
    if (parts.find('+') == std::string::npos) return total;
    return characters * kCharacter > room ? total : total + parts;
  }

  void AddBar(const LatencyParts& latency, int64_t y, int64_t height,
              std::string* svg) const {
    int64_t x = kLeft;
    for (const auto& [name, ns] : NamedParts(latency)) {
      if (ns == 0) continue;
      const int64_t length = Length(ns);
      fmt::format_to(std::back_inserter(*svg),
                     "<rect class=\"part {}\" x=\"{}\" y=\"{}\" width=\"{}\" "
                     "height=\"{}\"><title>{} {}</title></rect>",
                     name, Px(x), Px(y), Px(length), Px(height), name,
                     FormatDuration(ns));
      x += length;
    }
    fmt::format_to(std::back_inserter(*svg),
                   "<text class=\"label\" x=\"{}\" y=\"{}\">{}{}</text>\n",
                   Px(x + 60), Px(y + height / 2 + 45),
                   LabelText(latency, kWidth - x - 60 - kMeasuredText),
                   height == kBarHeight ? "" : " measured");
  }

  // The y of the next row.
  int64_t AddRow(const ShownRow& row, int64_t y, std::string* svg) const {
    fmt::format_to(std::back_inserter(*svg),
                   "<text class=\"label\" text-anchor=\"end\" x=\"{}\" "
                   "y=\"{}\">cut {} at {}</text>",
                   Px(kLeft - 80), Px(y + kBarHeight / 2 + 45), row.row.cut,
                   FormatKbps(row.shown_kbps));
    AddBar(row.parts, y, kBarHeight, svg);
    y += kBarHeight;
    if (const std::optional<LatencyParts> measured = MeasuredOf(row)) {
      AddBar(*measured, y + 20, kMeasuredHeight, svg);
      y += 20 + kMeasuredHeight;
    }
    return y + kGap;
  }

  const Result& result_;
  const std::vector<ShownRow>& rows_;
  int64_t most_ns_ = 0;
};

}  // namespace

std::string TimeBars(const Result& result, const std::vector<ShownRow>& rows) {
  return Bars(result, rows).Svg();
}

}  // namespace dnncut
