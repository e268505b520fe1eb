// SPDX-License-Identifier: Apache-2.0
//
// Why ends of rows are enough: on one row the value is always + falling / W,
// which never rises with W. So it is largest at the lowest bandwidth of each
// row, and the bandwidths of a row where it is small enough are all those from
// some first one on, which is a division. Everything is compared as integers:
// W * value against W * limit, or across two bandwidths by the other's W.
#include "tools/check/budget_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut_words.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

// An error lists this many ranges of bandwidths; more are counted.
constexpr size_t kShownRanges = 3;

// One value of a metric, at a bandwidth.
struct CutValue {
  MetricLine line;
  int64_t kbps = 0;
  int cut = 0;
};

// Both scaled values are below 2^94 and bandwidths below 2^30: fits.
bool operator<(const CutValue& a, const CutValue& b) {
  return a.line.At(a.kbps) * b.kbps < b.line.At(b.kbps) * a.kbps;
}

std::string_view AdviceOn(const Metric& metric, const TableFile& table) {
  return table.firmware.slowdown && !metric.slowdown_advice.empty()
             ? metric.slowdown_advice
             : metric.advice;
}

MetricLine LineOf(const TableFile& table, const Metric& metric, int cut) {
  return metric.line(table.cuts[cut], table.downlink);
}

// The largest value on `range`, at the lowest bandwidth that has it.
CutValue WorstOn(const BandwidthRange& range, const TableFile& table,
                 const Metric& metric) {
  std::optional<CutValue> worst;
  for (const TableRow& row : table.rows) {
    if (row.max_kbps < range.min_kbps || row.min_kbps > range.max_kbps) {
      continue;
    }
    const CutValue value = {LineOf(table, metric, row.cut),
                            std::max(row.min_kbps, range.min_kbps), row.cut};
    if (!worst || *worst < value) worst = value;
  }
  return *worst;
}

// The smallest value of the table, at the lowest bandwidth that has it. Of a
// row that is at one of its ends, as the value does not rise.
CutValue BestOf(const TableFile& table, const Metric& metric) {
  std::optional<CutValue> best;
  for (const TableRow& row : table.rows) {
    const MetricLine line = LineOf(table, metric, row.cut);
    const int64_t kbps = line.falling == 0 ? row.min_kbps : row.max_kbps;
    const CutValue value = {line, kbps, row.cut};
    if (!best || value < *best) best = value;
  }
  return *best;
}

std::vector<BandwidthRange> WhereItHolds(const TableFile& table,
                                         const Metric& metric, int64_t limit) {
  std::vector<BandwidthRange> ranges;
  for (const TableRow& row : table.rows) {
    const MetricLine line = LineOf(table, metric, row.cut);
    const KbpsInterval holds =
        WhereAtMost(Int128{line.always} - limit, -line.falling,
                    {row.min_kbps, row.max_kbps});
    if (holds.empty()) continue;
    if (!ranges.empty() && ranges.back().max_kbps + 1 == holds.from) {
      ranges.back().max_kbps = holds.to;
    } else {
      ranges.push_back({holds.from, holds.to});
    }
  }
  return ranges;
}

std::string PartText(const BandwidthRange& range, const BandwidthRange& all) {
  if (range.min_kbps == range.max_kbps) return RangeText(range);
  if (range.max_kbps == all.max_kbps) {
    return fmt::format("from {}", FormatKbps(range.min_kbps));
  }
  if (range.min_kbps == all.min_kbps) {
    return fmt::format("up to {}", FormatKbps(range.max_kbps));
  }
  return RangeText(range);
}

int64_t Clamp(Int128 value) {
  return static_cast<int64_t>(
      std::min<Int128>(value, std::numeric_limits<int64_t>::max()));
}

bool IsAbove(const CutValue& value, int64_t limit) {
  return value.line.At(value.kbps) > Int128{limit} * value.kbps;
}

// Rounded half up, as latencies in table.json, but a value above the limit
// never down to it.
int64_t Rounded(const CutValue& value, int64_t limit) {
  const int64_t rounded =
      Clamp(DivideRounded(value.line.At(value.kbps), value.kbps));
  return IsAbove(value, limit) ? std::max(rounded, limit + 1) : rounded;
}

// A breach must show: with all digits where fewer would look like the limit.
std::string ValueText(int64_t value, const Budget& budget) {
  const MetricUnit unit = budget.metric->unit;
  const std::string text = FormatMetric(unit, value);
  const bool looks_equal =
      value > budget.limit && text == FormatMetric(unit, budget.limit);
  return looks_equal ? FormatExactly(unit, value) : text;
}

// What would help.
std::string HoldsText(const Budget& budget, const TableFile& table) {
  const std::vector<BandwidthRange> ranges =
      WhereItHolds(table, *budget.metric, budget.limit);
  if (ranges.empty()) {
    const CutValue best = BestOf(table, *budget.metric);
    return fmt::format(
        "holds at no bandwidth of the table: the smallest is {} at {}, cut {}; "
        "{}",
        ValueText(Rounded(best, budget.limit), budget), FormatKbps(best.kbps),
        best.cut, AdviceOn(*budget.metric, table));
  }
  std::string text = "holds ";
  const size_t shown = std::min(ranges.size(), kShownRanges);
  for (size_t i = 0; i < shown; ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ",
                        PartText(ranges[i], table.range));
  }
  if (ranges.size() > shown) {
    text += fmt::format(" and in {} more ranges", ranges.size() - shown);
  }
  return text;
}

// "11.2 ms (14.0 %) above"; rounded up, so that it is never nothing.
std::string AboveText(const Budget& budget, Int128 scaled, int64_t kbps) {
  const Int128 limit = Int128{budget.limit} * kbps;
  const Int128 above = scaled - limit;
  std::string text =
      FormatMetric(budget.metric->unit, Clamp((above + kbps - 1) / kbps));
  // Less would be 0.0 %.
  if (limit > 0 && above >= limit / 1000) {
    text += fmt::format(" ({:.1f} %)", 100 * static_cast<double>(above) /
                                           static_cast<double>(limit));
  }
  return text + " above";
}

// "at 1 Mbit/s, the worst of 1 Mbit/s to 10 Mbit/s".
std::string WorstText(const CutValue& value, const BandwidthRange& range,
                      const BandwidthRange& all) {
  std::string at = fmt::format("at {}", FormatKbps(value.kbps));
  if (range.min_kbps == range.max_kbps) return at;
  if (range == all) return at + ", the worst";
  return fmt::format("{}, the worst of {}", at,
                     FormatKbpsRange(range.min_kbps, range.max_kbps));
}

void Measure(int64_t value, const Budget& budget, CheckItem* item) {
  const MetricUnit unit = budget.metric->unit;
  item->measured = {value, std::string(UnitName(unit)),
                    ValueText(value, budget)};
}

void CheckByBandwidth(const Budget& budget, const TableFile& table,
                      CheckItem* item) {
  const BandwidthRange range = budget.at.value_or(table.range);
  const std::string what = budget.given + ": the bandwidth";
  RequireInRange(what, range.min_kbps, table.range);
  RequireInRange(what, range.max_kbps, table.range);
  const CutValue worst = WorstOn(range, table, *budget.metric);
  Measure(Rounded(worst, budget.limit), budget, item);
  item->kbps = worst.kbps;
  item->cut = worst.cut;
  item->message = fmt::format(
      "{} {}: cut {}, {}", item->measured->text,
      WorstText(worst, range, table.range), worst.cut,
      budget.metric->parts(table, table.cuts[worst.cut], worst.kbps));
  if (!IsAbove(worst, budget.limit)) return;
  item->status = CheckStatus::kFailed;
  item->message += fmt::format(
      "; {}; {}", AboveText(budget, worst.line.At(worst.kbps), worst.kbps),
      HoldsText(budget, table));
}

void CheckWhole(const Budget& budget, const TableFile& table,
                const std::string& folder, CheckItem* item) {
  const int64_t value = budget.metric->value(table, folder);
  Measure(value, budget, item);
  item->message = budget.metric->text ? budget.metric->text(table, value)
                                      : item->measured->text;
  if (value <= budget.limit) return;
  item->status = CheckStatus::kFailed;
  item->message += fmt::format("; {}; {}", AboveText(budget, value, 1),
                               AdviceOn(*budget.metric, table));
}

}  // namespace

CheckItem CheckBudget(const Budget& budget, const TableFile& table,
                      const std::string& folder) {
  CheckItem item;
  item.rule = fmt::format("budget-{}", budget.metric->name);
  item.rule_text = fmt::format("A budget limits {}", budget.metric->what);
  item.name = budget.name;
  item.identity = budget.target;
  item.limit = {budget.limit, std::string(UnitName(budget.metric->unit)),
                FormatMetric(budget.metric->unit, budget.limit)};
  if (HasBandwidth(*budget.metric)) {
    CheckByBandwidth(budget, table, &item);
  } else {
    try {
      CheckWhole(budget, table, folder, &item);
    } catch (const Error& error) {
      SetError(error, CheckStatus::kError, &item);
    }
  }
  return item;
}

}  // namespace dnncut
