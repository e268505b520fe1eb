// SPDX-License-Identifier: Apache-2.0
#include "backends/report_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "backends/report_text.h"
#include "compiler/checked_math.h"
#include "compiler/unit_text.h"

namespace dnncut {
namespace {

// In tenths of a pixel.
constexpr int64_t kWidth = 7600;
constexpr int64_t kLeft = 1750;
constexpr int64_t kRight = 6200;  // the total stands behind it
constexpr int64_t kBarHeight = 220;
constexpr int64_t kMeasuredHeight = 120;
constexpr int64_t kGap = 140;

constexpr int64_t kMostRatio = 12;

struct Times {
  int64_t device_ns = 0;
  int64_t network_ns = 0;
  int64_t server_ns = 0;

  int64_t Total() const { return device_ns + network_ns + server_ns; }
};

class Bars {
 public:
  Bars(const Result& result, const std::vector<ShownRow>& rows)
      : result_(result), rows_(rows), one_scale_(BarsHaveOneScale(rows)) {
    for (const ShownRow& row : rows) {
      most_ns_ = std::max({most_ns_, row.parts.total_ns,
                           MeasuredOf(row).value_or(Times{}).Total()});
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
  std::optional<Times> MeasuredOf(const ShownRow& row) const {
    if (result_.measured.empty()) return std::nullopt;
    const MeasuredTimes& times = result_.measured[row.row.cut];
    if (!times.device_ns && !times.server_ns) return std::nullopt;
    return Times{times.device_ns.value_or(row.parts.device_ns),
                 row.parts.network_ns,
                 times.server_ns.value_or(row.parts.server_ns)};
  }

  int64_t Length(int64_t ns, int64_t total_ns) const {
    const int64_t all = one_scale_ ? most_ns_ : total_ns;
    if (all == 0) return 0;
    return static_cast<int64_t>(Int128{ns} * (kRight - kLeft) / all);
  }

  void AddBar(const Times& times, int64_t y, int64_t height,
              std::string* svg) const {
    struct Part {
      const char* name;
      int64_t ns;
    };
    const std::array<Part, 3> parts = {{{"device", times.device_ns},
                                        {"network", times.network_ns},
                                        {"server", times.server_ns}}};
    int64_t x = kLeft;
    for (const Part& part : parts) {
      if (part.ns == 0) continue;
      const int64_t length = Length(part.ns, times.Total());
      fmt::format_to(std::back_inserter(*svg),
                     "<rect class=\"part {}\" x=\"{}\" y=\"{}\" width=\"{}\" "
                     "height=\"{}\"><title>{} {}</title></rect>",
                     part.name, Px(x), Px(y), Px(std::max<int64_t>(length, 5)),
                     Px(height), part.name, FormatDuration(part.ns));
      x += length;
    }
    fmt::format_to(std::back_inserter(*svg),
                   "<text class=\"label\" x=\"{}\" y=\"{}\">{}{}</text>\n",
                   Px(x + 60), Px(y + height / 2 + 45),
                   FormatDuration(times.Total()),
                   height == kBarHeight ? "" : " measured");
  }

  // The y of the next row.
  int64_t AddRow(const ShownRow& row, int64_t y, std::string* svg) const {
    fmt::format_to(std::back_inserter(*svg),
                   "<text class=\"label\" text-anchor=\"end\" x=\"{}\" "
                   "y=\"{}\">cut {} at {}</text>",
                   Px(kLeft - 80), Px(y + kBarHeight / 2 + 45), row.row.cut,
                   FormatKbps(row.shown_kbps));
    AddBar({row.parts.device_ns, row.parts.network_ns, row.parts.server_ns}, y,
           kBarHeight, svg);
    y += kBarHeight;
    if (const std::optional<Times> measured = MeasuredOf(row)) {
      AddBar(*measured, y + 20, kMeasuredHeight, svg);
      y += 20 + kMeasuredHeight;
    }
    return y + kGap;
  }

  const Result& result_;
  const std::vector<ShownRow>& rows_;
  bool one_scale_ = false;
  int64_t most_ns_ = 0;
};

}  // namespace

bool BarsHaveOneScale(const std::vector<ShownRow>& rows) {
  int64_t least = INT64_MAX;
  int64_t most = 0;
  for (const ShownRow& row : rows) {
    least = std::min(least, row.parts.total_ns);
    most = std::max(most, row.parts.total_ns);
  }
  return most / kMostRatio <= least;
}

std::string TimeBars(const Result& result, const std::vector<ShownRow>& rows) {
  return Bars(result, rows).Svg();
}

}  // namespace dnncut
