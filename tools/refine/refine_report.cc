// SPDX-License-Identifier: Apache-2.0
//
// What refine found, as text: per cut what was expected before, what the fit
// says and what was measured; then how large the errors are, and how the table
// has changed.
#include "tools/refine/refine_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "backends/result/latency_parts.h"
#include "backends/result/setting_text.h"
#include "backends/result/table_json.h"
#include "compiler/base/unit_text.h"
#include "tools/compile/shown_rows.h"
#include "tools/text/layer_words.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

std::string CutName(const RefinedCut& cut) {
  if (cut.held_out) return NumberOrDash(cut.id) + " (held out)";
  return cut.was && !cut.id ? "- (gone)" : NumberOrDash(cut.id);
}

// Before, after and measured.
void AddTimes(const std::optional<HalfComparison>& half,
              std::vector<std::string>* cells) {
  if (!half) {
    cells->insert(cells->end(), 3, "-");
    return;
  }
  for (const int64_t ns :
       {half->before_ns, half->after_ns, half->measured_ns}) {
    cells->push_back(FormatMs(ns, 3));
  }
}

void AddColumns(std::string_view side, std::vector<Column>* columns) {
  for (const std::string_view what : {"before", "after", "measured"}) {
    columns->push_back({fmt::format("{} {} ms", side, what), Align::kRight});
  }
}

std::string CutTimesText(const RefineResult& result) {
  std::vector<Column> columns = {{"cut", Align::kLeft},
                                 {"was", Align::kRight},
                                 {"on device", Align::kRight},
                                 {"uploads", Align::kRight}};
  for (const Side side : kSides) {
    if (result.as[side]) AddColumns(SideName(side), &columns);
  }
  std::vector<std::vector<std::string>> rows;
  for (const RefinedCut& cut : result.cuts) {
    std::vector<std::string> cells = {CutName(cut), NumberOrDash(cut.was),
                                      LayerShareText(cut.layers),
                                      FormatBytes(cut.upload_bytes)};
    for (const Side side : kSides) {
      if (result.as[side]) AddTimes(cut.halves[side], &cells);
    }
    rows.push_back(std::move(cells));
  }
  return TextTable(columns, rows);
}

std::string ErrorsText(const RefineResult& result) {
  const std::vector<Column> columns = {{"mean error", Align::kLeft},
                                       {"before", Align::kRight},
                                       {"one factor", Align::kRight},
                                       {"after", Align::kRight}};
  std::vector<std::vector<std::string>> rows;
  const auto add = [&rows](const char* name, const RefineErrors& errors) {
    if (errors.halves == 0) return;
    rows.push_back({fmt::format("{}, {}", name,
                                FormatPlural(errors.halves, "half", "halves")),
                    FormatPercent(errors.before), FormatPercent(errors.scaled),
                    FormatPercent(errors.after)});
  };
  add("fitted cuts", result.fitted);
  add("held-out cut", result.held_out);
  return TextTable(columns, rows);
}

std::string NewRowsText(const RefineResult& result) {
  std::vector<std::vector<std::string>> cells;
  const std::vector<ShownRow> rows =
      ShowRows(result.table, result.before.downlink, result.machines);
  const bool has_band = HasBand(rows);
  for (const ShownRow& row : rows) {
    const CutCosts& costs = result.table.cuts[row.row.cut].costs;
    cells.push_back(
        ShownRowCells(row, LayerShareText(costs.layers), 3, has_band));
  }
  return TextTable(ShownRowColumns(Align::kRight, " ms", has_band), cells);
}

// The cuts of the table before that are in the new one no more.
std::vector<int> GoneCuts(const RefineResult& result) {
  std::vector<int> gone;
  for (const RefinedCut& cut : result.cuts) {
    if (cut.was && !cut.id) gone.push_back(*cut.was);
  }
  std::sort(gone.begin(), gone.end());
  return gone;
}

std::string TableChangeText(const RefineResult& result) {
  const std::vector<int> gone = GoneCuts(result);
  std::string text = fmt::format(
      "{} before, {} now", FormatPlural(std::ssize(result.before.cuts), "cut"),
      FormatPlural(std::ssize(result.table.cuts), "cut"));
  if (!gone.empty()) {
    text += fmt::format("; gone: {}", fmt::join(gone, ", "));
  }
  return text;
}

nlohmann::ordered_json HalfJson(const std::optional<HalfComparison>& half) {
  if (!half) return nullptr;
  return {{"before_ns", half->before_ns},
          {"one_factor_ns", half->scaled_ns},
          {"after_ns", half->after_ns},
          {"measured_ns", half->measured_ns}};
}

nlohmann::ordered_json CutJson(const RefinedCut& cut) {
  nlohmann::ordered_json json = {{"id", nullptr}};
  if (cut.id) json["id"] = *cut.id;
  json["was"] = nullptr;
  if (cut.was) json["was"] = *cut.was;
  json["held_out"] = cut.held_out;
  json["device_layers"] = cut.layers.device;
  json["server_layers"] = cut.layers.server;
  json["upload_bytes"] = cut.upload_bytes;
  for (const Side side : kSides) {
    json[std::string(SideName(side))] = HalfJson(cut.halves[side]);
  }
  return json;
}

nlohmann::ordered_json ErrorsJson(const RefineErrors& errors) {
  return {{"halves", errors.halves},
          {"before", errors.before},
          {"one_factor", errors.scaled},
          {"after", errors.after}};
}

constexpr std::string_view kLegend =
    "before: the table as it was; one factor: all of a side's layers times "
    "the\n"
    "same number; after: as fitted. Held out: measured, but not fitted to.\n";

}  // namespace

std::string RefineText(const RefineResult& result) {
  std::string text =
      fmt::format("{}\n{}{}\n{}\n", CutTimesText(result), ErrorsText(result),
                  kLegend, NewRowsText(result));
  text += fmt::format("table   {}\n", TableChangeText(result));
  for (const Side side : kSides) {
    text += fmt::format(
        "{}  {}\n", SideName(side),
        Printable(MachineText(result.machines[side], result.refined[side])));
  }
  text += fmt::format("rounds  {}{}\n", result.rounds,
                      result.converged ? ", every cut is measured" : "");
  text += fmt::format("output  {}\n", Printable(result.output));
  return text;
}

nlohmann::ordered_json RefineJson(const RefineResult& result) {
  nlohmann::ordered_json cuts = nlohmann::ordered_json::array();
  for (const RefinedCut& cut : result.cuts) cuts.push_back(CutJson(cut));
  return {{"schema", "dnncut.refinement/1"},
          {"output", result.output},
          {"refined", RefinedJson(result.refined)},
          {"rounds", result.rounds},
          {"converged", result.converged},
          {"cuts", cuts},
          {"mape",
           {{"fitted", ErrorsJson(result.fitted)},
            {"held_out", ErrorsJson(result.held_out)}}},
          {"cuts_before", result.before.cuts.size()},
          {"cuts_now", result.table.cuts.size()},
          {"gone", GoneCuts(result)},
          {"rows", ShownRowsJson(ShowRows(result.table, result.before.downlink,
                                          result.machines))}};
}

}  // namespace dnncut
