// SPDX-License-Identifier: Apache-2.0
//
// Draws latency against bandwidth: the table's curve, its thresholds, and
// everything on one side for comparison.
//
// The curves are computed as the table is: their points are exact values at
// integer bandwidths, first and last included, and in between a fixed part of
// the bandwidth apart, so their number grows only with its logarithm. The
// latency axis is chosen to hold the whole curve; a baseline that leaves it far
// behind is cut off at the top. Labels of thresholds are put, from left to
// right, into the lowest lane in which they overlap none; where no lane is
// free, the label is left out and its line stays.
#include "backends/report/report_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "backends/report/report_axis.h"
#include "backends/report/report_text.h"
#include "compiler/base/interrupt.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// In tenths of a pixel.
constexpr int64_t kChartWidth = 7600;
constexpr int64_t kChartLeft = 640;
constexpr int64_t kChartRight = 7500;
constexpr int64_t kPlotHeight = 2900;
constexpr int64_t kLaneHeight = 150;
constexpr int64_t kStripHeight = 200;
constexpr int64_t kBelow = 520;
constexpr int64_t kLabelCharacter = 66;  // a wide one at the size of labels
constexpr size_t kMostLanes = 6;
// Baselines are cut off at so many times the highest latency of the curve.
constexpr int64_t kMostAbove = 30;
constexpr int64_t kDash = 100;
// From one point of a curve to the next, the bandwidth grows by 1/kStepParts.
constexpr int64_t kStepParts = 24;

// The latency at the shown bandwidth, with measured times for the halves that
// were measured; nullopt when none was.
std::optional<int64_t> MeasuredTotalNs(const Result& result,
                                       const ShownRow& row) {
  if (result.measured.empty()) return std::nullopt;
  const auto parts = MeasuredParts(row, result.measured[row.row.cut]);
  if (!parts) return std::nullopt;
  return parts->total_ns;
}

// A class of the style sheet.
std::string_view ClassName(CutKind kind) {
  switch (kind) {
    case CutKind::kDeviceOnly:
      return "device";
    case CutKind::kServerOnly:
      return "server";
    case CutKind::kSplit:
      break;
  }
  return "split";
}

class Chart {
 public:
  Chart(const Result& result, const std::vector<ShownRow>& rows)
      : result_(result),
        problem_(*result.problem),
        rows_(rows),
        x_(problem_.range.min_kbps, problem_.range.max_kbps, 4, kChartLeft,
           kChartRight),
        labels_(PlaceLabels()),
        top_(100 + lanes_ * kLaneHeight + kStripHeight),
        bottom_(top_ + kPlotHeight),
        alone_{CostsAlone(problem_, Side::kDevice),
               CostsAlone(problem_, Side::kServer)},
        y_(MakeLatencyAxis()) {}

  std::string Svg() {
    Add("<svg id=\"latency-chart\" class=\"chart\" role=\"img\" "
        "aria-labelledby=\"latency-title latency-desc\" viewBox=\"0 0 {} {}\" "
        "data-left=\"{}\" data-right=\"{}\" data-top=\"{}\" data-bottom=\"{}\" "
        "data-log=\"{}\" data-from=\"{}\" data-to=\"{}\">\n",
        Px(kChartWidth), Px(bottom_ + kBelow), Px(kChartLeft), Px(kChartRight),
        Px(top_), Px(bottom_), x_.is_log() ? 1 : 0, x_.least(), x_.most());
    Add("<title id=\"latency-title\">Latency against bandwidth</title>\n"
        "<desc id=\"latency-desc\">The table's latency falls from {} at {} to "
        "{} at {}. The table of rows below has the same data.</desc>\n",
        FormatDuration(At(rows_.front().row, rows_.front().row.min_kbps)),
        FormatKbps(problem_.range.min_kbps),
        FormatDuration(At(rows_.back().row, rows_.back().row.max_kbps)),
        FormatKbps(problem_.range.max_kbps));
    Add("<clipPath id=\"plot\"><rect x=\"{}\" y=\"{}\" width=\"{}\" "
        "height=\"{}\"/></clipPath>\n",
        Px(kChartLeft), Px(top_), Px(kChartRight - kChartLeft),
        Px(kPlotHeight));
    AddTicks();
    AddStrip();
    AddThresholds();
    Add("<g clip-path=\"url(#plot)\">\n");
    AddCurves();
    Add("</g>\n");
    AddMeasured();
    Add("<line id=\"latency-now\" class=\"now\" y1=\"{}\" y2=\"{}\" "
        "hidden=\"\"/>\n</svg>\n",
        Px(top_), Px(bottom_));
    return std::move(svg_);
  }

 private:
  struct Label {
    int64_t x = 0;  // of its middle
    int64_t lane = 0;
    std::string text;  // empty: there was no room
  };

  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format,
                   std::forward<Args>(args)...);
  }

  int64_t At(const TableRow& row, int64_t kbps) const {
    return LatencyNs(result_.table->cuts[row.cut].costs, problem_.downlink,
                     kbps);
  }

  static int64_t HalfWidth(std::string_view text) {
    return static_cast<int64_t>(text.size()) * kLabelCharacter / 2;
  }

  // Where the middle of a label at `x` stands, so that the picture does not end
  // before the label.
  static int64_t Inside(int64_t x, std::string_view text) {
    return std::clamp(x, HalfWidth(text), kChartWidth - HalfWidth(text));
  }

  // A label for each threshold, in the lowest lane where it overlaps none.
  std::vector<Label> PlaceLabels() {
    std::vector<Label> labels;
    std::vector<int64_t> lane_ends;
    for (size_t i = 1; i < rows_.size(); ++i) {
      Label label;
      label.x = x_.At(rows_[i].row.min_kbps);
      label.text = FormatKbps(rows_[i].row.min_kbps);
      const int64_t half = HalfWidth(label.text);
      const int64_t middle = Inside(label.x, label.text);
      size_t lane = 0;
      while (lane < lane_ends.size() && lane_ends[lane] > middle - half) {
        ++lane;
      }
      if (lane == kMostLanes) {
        label.text.clear();
      } else {
        if (lane == lane_ends.size()) lane_ends.push_back(0);
        lane_ends[lane] = middle + half + kLabelCharacter;
      }
      label.lane = static_cast<int64_t>(lane);
      labels.push_back(label);
    }
    lanes_ = static_cast<int64_t>(lane_ends.size());
    return labels;
  }

  Axis MakeLatencyAxis() const {
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (const ShownRow& row : rows_) {
      least = std::min(least, At(row.row, row.row.max_kbps));
      most = std::max(most, At(row.row, row.row.min_kbps));
    }
    const int64_t cut_off = Scale(most);
    for (const Side side : kSides) {
      const std::optional<CutCosts>& baseline = alone_[side];
      if (!baseline) continue;
      const auto at = [&](int64_t kbps) {
        return LatencyNs(*baseline, problem_.downlink, kbps);
      };
      least = std::min(least, at(problem_.range.max_kbps));
      most = std::max(most, std::min(cut_off, at(problem_.range.min_kbps)));
    }
    // With room for what is added below.
    least = std::clamp<int64_t>(least, 1, INT64_MAX / 2);
    most = std::clamp(most, least, INT64_MAX / 2);
    const int64_t room = std::max<int64_t>(most / 12, 1);
    return most / least >= 8
               ? Axis(least - least / 8, most + room, 2, bottom_, top_)
               : Axis(0, most + room, 2, bottom_, top_);
  }

  static int64_t Scale(int64_t ns) {
    return ns > INT64_MAX / kMostAbove ? INT64_MAX / 4 : ns * kMostAbove;
  }

  void AddTicks() {
    for (const int64_t tick : x_.Ticks()) {
      const std::string text = FormatKbps(tick);
      const int64_t x = x_.At(tick);
      Add("<path class=\"grid\" d=\"M{} {}V{}\"/><text class=\"tick\" "
          "text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>\n",
          Px(x), Px(top_), Px(bottom_), Px(Inside(x, text)), Px(bottom_ + 170),
          text);
    }
    for (const int64_t tick : y_.Ticks()) {
      Add("<path class=\"grid\" d=\"M{0} {1}H{2}\"/><text class=\"tick\" "
          "text-anchor=\"end\" x=\"{3}\" y=\"{4}\">{5}</text>\n",
          Px(kChartLeft), Px(y_.At(tick)), Px(kChartRight), Px(kChartLeft - 60),
          Px(y_.At(tick) + 40), FormatDuration(tick));
    }
    Add("<text class=\"label\" text-anchor=\"middle\" x=\"{}\" "
        "y=\"{}\">uplink bandwidth{}</text>\n",
        Px((kChartLeft + kChartRight) / 2), Px(bottom_ + 400),
        x_.is_log() ? " (logarithmic)" : "");
  }

  // A band above the plot that shows which cut is used where.
  void AddStrip() {
    const int64_t top = top_ - kStripHeight;
    for (const ShownRow& row : rows_) {
      const int64_t from = x_.At(row.row.min_kbps);
      const int64_t to = x_.At(row.row.max_kbps);
      const std::string_view where =
          ClassName(KindOf(result_.table->cuts[row.row.cut].costs));
      Add("<g><title>cut {}: {} to {}</title><rect class=\"band {}\" "
          "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
          row.row.cut, FormatKbps(row.row.min_kbps),
          FormatKbps(row.row.max_kbps), where, Px(from), Px(top),
          Px(std::max<int64_t>(to - from, 5)), Px(kStripHeight - 40));
      const std::string number = fmt::format("{}", row.row.cut);
      for (const std::string& text : {fmt::format("cut {}: {}", number, where),
                                      "cut " + number, number}) {
        const int64_t width =
            static_cast<int64_t>(text.size()) * kLabelCharacter;
        if (width > to - from) continue;
        Add("<text class=\"band-label\" text-anchor=\"middle\" x=\"{}\" "
            "y=\"{}\">{}</text>",
            Px((from + to) / 2), Px(top + 120), text);
        break;
      }
      Add("</g>\n");
    }
  }

  void AddThresholds() {
    const int64_t strip = top_ - kStripHeight;
    const auto y_of = [strip](const Label& label) {
      return strip - 50 - label.lane * kLaneHeight;
    };
    for (const Label& label : labels_) {
      Add("<path class=\"threshold\" d=\"M{} {}V{}\"/>\n", Px(label.x),
          Px(label.text.empty() ? strip : y_of(label) + 20), Px(bottom_));
    }
    for (const Label& label : labels_) {
      if (label.text.empty()) continue;
      Add("<text class=\"threshold-label\" text-anchor=\"middle\" x=\"{}\" "
          "y=\"{}\">{}</text>\n",
          Px(Inside(label.x, label.text)), Px(y_of(label)), label.text);
    }
  }

  // The points of a curve over from .. to, exact at both ends. For a single
  // bandwidth it is a short dash, so that it can be seen.
  std::string Points(const CutCosts& costs, int64_t from, int64_t to) const {
    ThrowIfInterrupted();
    std::string points;
    if (from == to) {
      const int64_t x = x_.At(from);
      const int64_t y = y_.At(LatencyNs(costs, problem_.downlink, from));
      return fmt::format("{} {} {} {}", Px(x - kDash), Px(y), Px(x + kDash),
                         Px(y));
    }
    for (int64_t kbps = from;;
         kbps += std::max<int64_t>(kbps / kStepParts, 1)) {
      kbps = std::min(kbps, to);
      const int64_t ns = LatencyNs(costs, problem_.downlink, kbps);
      fmt::format_to(std::back_inserter(points), "{} {} ", Px(x_.At(kbps)),
                     Px(y_.At(ns)));
      if (kbps == to) break;
    }
    points.pop_back();
    return points;
  }

  void AddBaseline(Side side) {
    const std::optional<CutCosts>& costs = alone_[side];
    if (!costs) return;
    Add("<polyline class=\"baseline {0}\" points=\"{1}\"><title>everything on "
        "the {0}</title></polyline>\n",
        SideName(side),
        Points(*costs, problem_.range.min_kbps, problem_.range.max_kbps));
  }

  void AddCurves() {
    for (const Side side : kSides) AddBaseline(side);
    if (result_.exact != nullptr) {
      for (const TableRow& row : result_.exact->rows) {
        Add("<polyline class=\"exact\" points=\"{}\"><title>the exact table"
            "</title></polyline>\n",
            Points(result_.exact->cuts[row.cut].costs, row.min_kbps,
                   row.max_kbps));
      }
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      const TableRow& row = rows_[i].row;
      // The curve goes on to the start of the next row, so that there is no gap
      // between the two.
      const int64_t to =
          i + 1 < rows_.size() ? rows_[i + 1].row.min_kbps : row.max_kbps;
      Add("<polyline class=\"curve\" points=\"{}\"><title>cut {}: {} to {}"
          "</title></polyline>\n",
          Points(result_.table->cuts[row.cut].costs, row.min_kbps, to), row.cut,
          FormatKbps(row.min_kbps), FormatKbps(row.max_kbps));
    }
  }

  void AddMeasured() {
    for (const ShownRow& row : rows_) {
      const std::optional<int64_t> ns = MeasuredTotalNs(result_, row);
      if (!ns) continue;
      Add("<path class=\"measured\" d=\"M{} {}l5 5l-5 5l-5 -5z\"><title>cut "
          "{} measured: {} at {}</title></path>\n",
          Px(x_.At(row.shown_kbps)), Px(y_.At(*ns) - 50), row.row.cut,
          FormatDuration(*ns), FormatKbps(row.shown_kbps));
    }
  }

  const Result& result_;
  const Problem& problem_;
  const std::vector<ShownRow>& rows_;
  int64_t lanes_ = 0;  // of labels; PlaceLabels counts them
  Axis x_;
  std::vector<Label> labels_;
  int64_t top_ = 0;  // of the plot
  int64_t bottom_ = 0;
  PerSide<std::optional<CutCosts>> alone_;  // everything on one side
  Axis y_;
  std::string svg_;
};

}  // namespace

std::string LatencyChart(const Result& result,
                         const std::vector<ShownRow>& rows) {
  return Chart(result, rows).Svg();
}

}  // namespace dnncut
