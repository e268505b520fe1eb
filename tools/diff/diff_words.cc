// SPDX-License-Identifier: Apache-2.0
//
// The words that all forms of a comparison share. A change that is too small to
// show is still never written as 0: people take "0 %" to mean the same.
#include "tools/diff/diff_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/cut_words.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

// More tensors than these are counted, not listed.
constexpr size_t kShownTensors = 3;

// "+9.29 %", of a bandwidth by another.
std::string BandwidthChangeText(int64_t before, int64_t after) {
  return ChangeText({after, before});
}

// "10.000 ms -> 10.526 ms at 3 Mbit/s".
std::string PointText(const DiffPoint& point) {
  return fmt::format("{} ms -> {} ms at {}", FormatMs(point.old_ns, 3),
                     FormatMs(point.new_ns, 3), FormatKbps(point.kbps));
}

}  // namespace

std::string ChangeText(const CostRatio& ratio) {
  if (ratio.cost == ratio.base) return "0 %";
  if (ratio.base == 0) return "from 0";
  const double percent = ratio.Excess() * 100;
  if (std::abs(percent) < 0.005) {
    return percent < 0 ? "under -0.01 %" : "under +0.01 %";
  }
  return fmt::format("{:+.2f} %", percent);
}

std::string_view KindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kSame:
      return "same";
    case ChangeKind::kFaster:
      return "faster";
    case ChangeKind::kSlower:
      break;
  }
  return "slower";
}

std::string LatencyVerdict(const ResultDiff& diff) {
  const CostRatio same;
  const auto by = [](std::string_view word, const DiffPoint& point) {
    if (point.ratio.base == 0) {
      return fmt::format("{} where it took no time ({})", word,
                         PointText(point));
    }
    std::string change = ChangeText(point.ratio);
    const size_t sign = change.find_first_of("+-");
    if (sign != std::string::npos) change.erase(sign, 1);
    return fmt::format("{} by at most {} ({})", word, change, PointText(point));
  };
  const bool slower = same < diff.worst.ratio;
  const bool faster = diff.best.ratio < same;
  if (slower && faster) {
    return by("slower", diff.worst) + ", " + by("faster", diff.best);
  }
  if (slower) return by("slower", diff.worst) + ", nowhere faster";
  if (faster) return by("faster", diff.best) + ", nowhere slower";
  return "the same latency at every bandwidth";
}

std::string SentNamesText(const CutUse& use) {
  const size_t count = use.sends.size();
  const std::string text =
      SentText(count, ShownOf(count, kShownTensors),
               [&](size_t i) { return fmt::format("'{}'", use.sends[i]); });
  if (count > 0 || use.all_on_device) return text;
  return text + ", but the server runs layers";
}

std::vector<CutUseLine> CutUseLines(const CutUse& use) {
  std::vector<CutUseLine> lines;
  const size_t count = std::max(use.old_ranges.size(), use.new_ranges.size());
  const auto from = [](const std::vector<BandwidthRange>& ranges, size_t i) {
    return i < ranges.size() ? FormatKbps(ranges[i].min_kbps) : "-";
  };
  const auto to = [](const std::vector<BandwidthRange>& ranges, size_t i) {
    return i < ranges.size() ? FormatKbps(ranges[i].max_kbps) : "-";
  };
  for (size_t i = 0; i < count; ++i) {
    CutUseLine line = {NumberOrDash(use.old_cut),
                       NumberOrDash(use.new_cut),
                       from(use.old_ranges, i),
                       from(use.new_ranges, i),
                       "",
                       to(use.old_ranges, i),
                       to(use.new_ranges, i)};
    if (i < use.old_ranges.size() && i < use.new_ranges.size()) {
      const int64_t before = use.old_ranges[i].min_kbps;
      const int64_t after = use.new_ranges[i].min_kbps;
      if (before != after) line.change = BandwidthChangeText(before, after);
    } else {
      line.change = i < use.old_ranges.size() ? "gone" : "new";
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string NoLayersText(const ResultDiff& diff) {
  return fmt::format(
      "not compared: there is no problem.json with {}",
      diff.before.problem_file ? diff.after.path : diff.before.path);
}

std::string CompatibleText(std::string_view what,
                           const ServerCompatibility& compatibility) {
  const std::string_view fit =
      compatibility.compatible == Compatible::kYes  ? "fit"
      : compatibility.compatible == Compatible::kNo ? "do not fit"
                                                    : "may not fit";
  return fmt::format("{} {} together: {}", what, fit, compatibility.reason);
}

}  // namespace dnncut
