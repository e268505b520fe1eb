// SPDX-License-Identifier: Apache-2.0
//
// The comparison for a terminal: what changed in the settings, in latency by
// range and at round bandwidths, in the cuts, in the layers' sides, and for the
// server. A section without a change is left out or says so in a line.
#include <fmt/format.h>

#include <iterator>

#include "compiler/base/unit_text.h"
#include "compiler/problem/cut_words.h"
#include "compiler/problem/side.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/diff_words.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

// More runs of layers than these are counted, not listed.
constexpr size_t kTextRuns = 6;

std::string ResultText(std::string_view label, const StoredResult& result) {
  const TableFile& table = result.table;
  return Printable(fmt::format("{:<7} {}: {}, {}, {}", label, result.path,
                               table.model_file,
                               FormatPlural(table.layers, "layer"),
                               FormatPlural(std::ssize(table.cuts), "cut"))) +
         "\n";
}

std::string SettingsText(const ResultDiff& diff) {
  std::string text;
  for (const SettingDiff& setting : diff.settings) {
    text += fmt::format("        {}: {} -> {}\n", Printable(setting.name),
                        Printable(setting.before), Printable(setting.after));
  }
  return text.empty() ? "" : fmt::format("\nModel and settings\n{}", text);
}

std::string RangesText(const ResultDiff& diff) {
  const std::vector<Column> columns = {
      {"uplink from", Align::kRight}, {"to", Align::kRight},
      {"latency", Align::kLeft},      {"at most", Align::kRight},
      {"at", Align::kRight},          {"old ms", Align::kRight},
      {"new ms", Align::kRight}};
  std::vector<std::vector<std::string>> cells;
  for (const DiffRange& range : diff.ranges) {
    cells.push_back({FormatKbps(range.range.min_kbps),
                     FormatKbps(range.range.max_kbps),
                     std::string(KindName(range.kind))});
    if (range.kind == ChangeKind::kSame) continue;
    for (const std::string& cell :
         {ChangeText(range.most.ratio), FormatKbps(range.most.kbps),
          FormatMs(range.most.old_ns, 3), FormatMs(range.most.new_ns, 3)}) {
      cells.back().push_back(cell);
    }
  }
  return fmt::format("\n{}", TextTable(columns, cells));
}

std::string PointsText(const ResultDiff& diff) {
  const std::vector<Column> columns = {
      {"at", Align::kRight},      {"old cut", Align::kRight},
      {"new cut", Align::kRight}, {"old ms", Align::kRight},
      {"new ms", Align::kRight},  {"change", Align::kRight}};
  std::vector<std::vector<std::string>> cells;
  for (const DiffPoint& point : diff.points) {
    cells.push_back({FormatKbps(point.kbps), fmt::format("{}", point.old_cut),
                     fmt::format("{}", point.new_cut),
                     FormatMs(point.old_ns, 3), FormatMs(point.new_ns, 3),
                     ChangeText(point.ratio)});
  }
  return fmt::format("\n{}", TextTable(columns, cells));
}

std::string CutRangesText(const ResultDiff& diff) {
  const std::vector<Column> columns = {
      {"old cut", Align::kRight},   {"new cut", Align::kRight},
      {"from, old", Align::kRight}, {"new", Align::kRight},
      {"change", Align::kRight},    {"to, old", Align::kRight},
      {"new", Align::kRight},       {"upload", Align::kLeft}};
  std::vector<std::vector<std::string>> cells;
  for (const CutUse& use : diff.cuts) {
    for (const CutUseLine& line : CutUseLines(use)) {
      cells.push_back({line.old_cut, line.new_cut, line.old_from, line.new_from,
                       line.change, line.old_to, line.new_to,
                       Printable(SentNamesText(use))});
    }
  }
  return fmt::format("\n{}", TextTable(columns, cells));
}

std::string MovedText(const ResultDiff& diff, const MovedLayers& moved) {
  std::string text =
      fmt::format("        {} (cut {} of old, cut {} of new)\n",
                  RangeText(moved.range), moved.old_cut, moved.new_cut);
  const Problem& problem = diff.after.problem();
  for (const Side side : kSides) {
    const std::vector<int>& layers = moved.to[side];
    if (layers.empty()) continue;
    text += fmt::format("          to the {}: {}\n", SideName(side),
                        Printable(LayerRuns(problem, layers, kTextRuns)));
  }
  return text;
}

std::string LayerDiffText(const ResultDiff& diff) {
  if (!diff.layers) {
    return fmt::format("\nlayers  {}\n", Printable(NoLayersText(diff)));
  }
  const LayerMatch& match = diff.layers->match;
  std::string text;
  const auto add = [&](std::string_view what, const StoredResult& of,
                       const std::vector<int>& layers) {
    if (layers.empty()) return;
    text += fmt::format("        {} {}: {}\n",
                        FormatPlural(std::ssize(layers), "layer"), what,
                        Printable(LayerRuns(of.problem(), layers, kTextRuns)));
  };
  add("added", diff.after, match.added);
  add("removed", diff.before, match.removed);
  if (!text.empty()) text = fmt::format("\nOther layers\n{}", text);
  if (diff.layers->moved.empty()) return text;
  text += "\nLayers that changed side\n";
  for (const MovedLayers& moved : diff.layers->moved) {
    text += MovedText(diff, moved);
  }
  return text;
}

std::string ServerText(const ResultDiff& diff) {
  return fmt::format(
      "\nserver  {}\n        {}\n        {}\n",
      Printable(CompatibleText("new table and old server", diff.forward)),
      Printable(CompatibleText("old table and new server", diff.backward)),
      RolloutAdvice(diff.forward, diff.backward));
}

std::string ChecksText(const CheckReport& checks) {
  std::string text;
  for (const CheckItem& item : checks.items) {
    if (item.status == CheckStatus::kSkipped) continue;
    text += fmt::format("{:<7} {}: {}\n", StatusName(item.status),
                        Printable(item.name), Printable(item.message));
  }
  return text.empty() ? "" : fmt::format("\n{}", text);
}

}  // namespace

std::string DiffText(const ResultDiff& diff, const CheckReport& checks) {
  std::string text =
      ResultText("old", diff.before) + ResultText("new", diff.after) +
      fmt::format("range   {} to {}\n\n", FormatKbps(diff.range.min_kbps),
                  FormatKbps(diff.range.max_kbps));
  if (IsSame(diff)) {
    text += Heading("no difference") + "\n";
  } else {
    text += Heading(LatencyVerdict(diff)) + "\n";
    text += RangesText(diff) + PointsText(diff) + CutRangesText(diff) +
            LayerDiffText(diff) + SettingsText(diff);
  }
  return text + ServerText(diff) + ChecksText(checks);
}

}  // namespace dnncut
