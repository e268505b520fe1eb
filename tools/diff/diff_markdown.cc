// SPDX-License-Identifier: Apache-2.0
//
// The comparison as Markdown for a pull request. Sections are added in the
// order of their weight until the page is full, as hosts cut longer comments
// off; text from files is escaped and shortened, so that a name cannot add
// markup.
#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "compiler/base/unit_text.h"
#include "compiler/problem/cut_words.h"
#include "compiler/problem/side.h"
#include "tools/ci/markdown_report.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/diff_words.h"
#include "tools/text/layer_words.h"
#include "tools/text/markdown_page.h"

namespace dnncut {
namespace {

// More runs of layers than these are counted, not listed.
constexpr size_t kMarkdownRuns = 20;

constexpr size_t kLongestText = 600;

constexpr std::string_view kCutOff =
    "\n*More differs than fits here; `dnncut diff --json` has all of it.*\n";

std::string Text(std::string_view text) {
  return ShortMarkdown(text, kLongestText);
}

// A section that is folded away; nothing when it has no lines.
void AddLines(std::string_view title, const std::vector<std::string>& lines,
              MarkdownPage* page) {
  if (lines.empty()) return;
  page->Add("\n");
  page->AddFolded(title, [&] {
    for (const std::string& line : lines) page->Add(line);
  });
}

// What nobody asked for has none.
std::string IconText(CheckStatus status) {
  if (status == CheckStatus::kSkipped) return "";
  return fmt::format("{} ", StatusIcon(status));
}

std::string RangeRow(const DiffRange& range) {
  std::string row =
      fmt::format("| {} | {} | {} |", FormatKbps(range.range.min_kbps),
                  FormatKbps(range.range.max_kbps), KindName(range.kind));
  if (range.kind == ChangeKind::kSame) return row + " | | | |\n";
  return row + fmt::format(
                   " {} | {} | {} | {} |\n", ChangeText(range.most.ratio),
                   FormatKbps(range.most.kbps), FormatMs(range.most.old_ns, 3),
                   FormatMs(range.most.new_ns, 3));
}

void AddRanges(const ResultDiff& diff, MarkdownPage* page) {
  page->Add(
      "\n| uplink from | to | latency | at most | at | old ms | new ms |\n"
      "|--:|--:|---|--:|--:|--:|--:|\n");
  for (const DiffRange& range : diff.ranges) page->Add(RangeRow(range));
}

void AddPoints(const ResultDiff& diff, MarkdownPage* page) {
  std::vector<std::string> lines = {
      "| at | old cut | new cut | old ms | new ms | change |\n"
      "|--:|--:|--:|--:|--:|--:|\n"};
  for (const DiffPoint& point : diff.points) {
    lines.push_back(
        fmt::format("| {} | {} | {} | {} | {} | {} |\n", FormatKbps(point.kbps),
                    point.old_cut, point.new_cut, FormatMs(point.old_ns, 3),
                    FormatMs(point.new_ns, 3), ChangeText(point.ratio)));
  }
  AddLines("Latency by bandwidth", lines, page);
}

void AddCuts(const ResultDiff& diff, MarkdownPage* page) {
  std::vector<std::string> lines = {
      "| sends | old cut | new cut | from, old | new | change | to, old | new "
      "|\n|---|--:|--:|--:|--:|--:|--:|--:|\n"};
  int64_t moved = 0;
  for (const CutUse& use : diff.cuts) {
    if (HasMoved(use)) ++moved;
    for (const CutUseLine& line : CutUseLines(use)) {
      lines.push_back(fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n",
                                  Text(SentNamesText(use)), line.old_cut,
                                  line.new_cut, line.old_from, line.new_from,
                                  line.change, line.old_to, line.new_to));
    }
  }
  AddLines(moved == 0
               ? "Cuts, all used where they were"
               : fmt::format("Cuts, {} used elsewhere than before", moved),
           lines, page);
}

void AddLayers(const ResultDiff& diff, MarkdownPage* page) {
  if (!diff.layers) {
    page->Add(fmt::format("\nLayers: {}\n", Text(NoLayersText(diff))));
    return;
  }
  const LayerMatch& match = diff.layers->match;
  std::vector<std::string> lines;
  const auto add = [&](std::string_view what, const StoredResult& of,
                       const std::vector<int>& layers) {
    if (layers.empty()) return;
    lines.push_back(
        fmt::format("{}: {}\n", what,
                    Text(LayerRuns(of.problem(), layers, kMarkdownRuns))));
  };
  add("- added", diff.after, match.added);
  add("- removed", diff.before, match.removed);
  AddLines("Other layers", lines, page);
  lines.clear();
  for (const MovedLayers& moved : diff.layers->moved) {
    lines.push_back(fmt::format("- {}, cut {} of old, cut {} of new\n",
                                RangeText(moved.range), moved.old_cut,
                                moved.new_cut));
    for (const Side side : kSides) {
      add(fmt::format("  - to the {}", SideName(side)), diff.after,
          moved.to[side]);
    }
  }
  AddLines("Layers that changed side", lines, page);
}

void AddSettings(const ResultDiff& diff, MarkdownPage* page) {
  std::vector<std::string> lines;
  for (const SettingDiff& setting : diff.settings) {
    if (lines.empty()) lines.emplace_back("| | old | new |\n|---|---|---|\n");
    lines.push_back(fmt::format("| {} | {} | {} |\n", Text(setting.name),
                                Text(setting.before), Text(setting.after)));
  }
  AddLines("Model and settings", lines, page);
}

}  // namespace

std::string DiffMarkdown(const ResultDiff& diff, const CheckReport& checks,
                         size_t max_bytes) {
  MarkdownPage page(max_bytes, kCutOff);
  page.Add(fmt::format("### dnncut diff: {}\n\n", Text(checks.title)));
  if (IsSame(diff)) page.Add("**No difference.**\n\n");
  for (const CheckItem& item : checks.items) {
    page.Add(fmt::format("- {}{}: {}\n", IconText(item.status), Text(item.name),
                         Text(item.message)));
  }
  page.Add(fmt::format(
      "- {}\n- To roll out: {}.\n",
      Text(CompatibleText("old table and new server", diff.backward)),
      RolloutAdvice(diff.forward, diff.backward)));
  if (IsSame(diff)) return page.Finish();
  AddRanges(diff, &page);
  AddPoints(diff, &page);
  AddCuts(diff, &page);
  AddLayers(diff, &page);
  AddSettings(diff, &page);
  return page.Finish();
}

}  // namespace dnncut
