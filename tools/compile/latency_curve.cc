// SPDX-License-Identifier: Apache-2.0
//
// Everything is counted in integers, so that the same table gives the same
// picture everywhere.
#include "tools/compile/latency_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/base/log2.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

constexpr int kRows = 5;
constexpr int kColumns = 66;

// The smallest value in low .. high whose logarithm is at least `log`, or high.
int64_t SmallestWithLog(int64_t log, int64_t low, int64_t high) {
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (Log2Fixed(middle) < log) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Maps low .. high to 0 .. steps, by logarithm.
struct Axis {
  int64_t low = 1;
  int64_t high = 1;
  int steps = 1;

  int64_t Log() const {
    return std::max<int64_t>(1, Log2Fixed(high) - Log2Fixed(low));
  }
  // The nearest step; outside 0 .. steps for a value outside low .. high.
  int64_t StepOf(int64_t value) const {
    const Int128 twice =
        Int128{Log2Fixed(value) - Log2Fixed(low)} * 2 * steps + Log();
    const Int128 step = twice / (Int128{Log()} * 2);
    return static_cast<int64_t>(twice < 0 ? step - 1 : step);
  }
  int64_t ValueAt(int64_t step) const {
    const auto log = static_cast<int64_t>(Int128{Log()} * step / steps);
    return SmallestWithLog(Log2Fixed(low) + log, low, high);
  }
};

class Curve {
 public:
  Curve(const Problem& problem, const CutTable& table)
      : problem_(problem),
        table_(table),
        lines_(kRows, std::string(kColumns, ' ')) {
    across_ = {problem.range.min_kbps, problem.range.max_kbps, kColumns - 1};
    up_ = {TableNs(across_.high), TableNs(across_.low), kRows - 1};
  }

  std::string Draw() {
    if (across_.low == across_.high || up_.low == up_.high) return "";
    DrawAlone(Side::kServer, 's');
    DrawAlone(Side::kDevice, 'd');
    for (int column = 0; column < kColumns; ++column) {
      Mark(column, TableNs(across_.ValueAt(column)), '*');
    }
    return Text();
  }

 private:
  // At least 1, which has a logarithm.
  int64_t LatencyOf(const CutCosts& costs, int64_t kbps) const {
    return std::max<int64_t>(1, LatencyNs(costs, problem_.downlink, kbps));
  }

  int64_t TableNs(int64_t kbps) const {
    return LatencyOf(table_.cuts[FindRow(table_, kbps).cut].costs, kbps);
  }

  void Mark(int column, int64_t ns, char mark) {
    const int64_t step = up_.StepOf(ns);
    if (step < 0 || step >= kRows) return;
    lines_[kRows - 1 - step][column] = mark;
  }

  // A place alone is never faster than the table, but may be slower than
  // anything that is drawn.
  void DrawAlone(Side side, char mark) {
    const std::optional<CutCosts> costs = CostsAlone(problem_, side);
    if (!costs) return;
    for (int column = 0; column < kColumns; ++column) {
      Mark(column, LatencyOf(*costs, across_.ValueAt(column)), mark);
    }
    is_drawn_ += mark;
  }

  std::string Text() const {
    std::vector<std::string> labels(kRows);
    size_t width = 0;
    for (int row = 0; row < kRows; ++row) {
      if (row % 2 == 0) {
        labels[row] = FormatDuration(up_.ValueAt(kRows - 1 - row));
      }
      width = std::max(width, labels[row].size());
    }
    std::string text;
    const auto add = [&](std::string_view label, char edge,
                         std::string_view marks) {
      std::string line = fmt::format("{:>{}} {}{}", label, width, edge, marks);
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    };
    for (int row = 0; row < kRows; ++row) add(labels[row], '|', lines_[row]);
    add("", '+', AxisLine());
    add("", ' ', CutsLine());
    add("", ' ', BandwidthsLine());
    return text + LegendLine(width);
  }

  std::string AxisLine() const {
    std::string line(kColumns, '-');
    for (size_t r = 1; r < table_.rows.size(); ++r) {
      line[across_.StepOf(table_.rows[r].min_kbps)] = '^';
    }
    return line;
  }

  // "cut 0" in the middle of its columns, or only "0", or nothing.
  std::string CutsLine() const {
    std::string line(kColumns, ' ');
    for (const TableRow& row : table_.rows) {
      const int64_t first = across_.StepOf(row.min_kbps);
      const int64_t last = across_.StepOf(row.max_kbps);
      for (const std::string& text :
           {fmt::format("cut {}", row.cut), fmt::format("{}", row.cut)}) {
        const int64_t room = last - first - 1;
        if (room < std::ssize(text)) continue;
        line.replace(first + 1 + (room - std::ssize(text)) / 2, text.size(),
                     text);
        break;
      }
    }
    return line;
  }

  // Both ends, and of the powers of ten between them what there is room for.
  std::string BandwidthsLine() const {
    std::string line = FormatKbps(across_.low);
    const std::string high = FormatKbps(across_.high);
    constexpr size_t kGap = 3;
    for (int64_t kbps = 1; kbps < across_.high; kbps *= 10) {
      if (kbps <= across_.low) continue;
      const std::string label = FormatKbps(kbps);
      const auto column = static_cast<size_t>(across_.StepOf(kbps));
      const size_t start = column - std::min(column, label.size() / 2);
      if (start < line.size() + kGap ||
          start + label.size() + kGap + high.size() > kColumns) {
        continue;
      }
      line.append(start - line.size(), ' ');
      line += label;
    }
    line.append(kColumns - high.size() - line.size(), ' ');
    return line + high;
  }

  std::string LegendLine(size_t width) const {
    std::string text = "* this table";
    if (is_drawn_.find('d') != std::string::npos) text += "   d device only";
    if (is_drawn_.find('s') != std::string::npos) text += "   s server only";
    return fmt::format("{:>{}}  {}\n", "", width, text);
  }

  const Problem& problem_;
  const CutTable& table_;
  Axis across_;
  Axis up_;
  std::vector<std::string> lines_;  // from the top
  std::string is_drawn_;            // marks
};

}  // namespace

std::string LatencyCurve(const Problem& problem, const CutTable& table) {
  return Curve(problem, table).Draw();
}

}  // namespace dnncut
