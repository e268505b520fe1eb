// SPDX-License-Identifier: Apache-2.0
#include "tools/refine_report.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/terminal.h"
#include "tools/text_table.h"
#include "tools/units.h"

namespace dnncut {
namespace {

std::string CutName(const RefinedCut& cut) {
  std::string name = cut.id ? fmt::format("{}", *cut.id) : "-";
  if (cut.held_out) name += " (held out)";
  return name;
}

// Before, after and measured, in ms.
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

std::string CutsText(const RefineResult& result) {
  const std::vector<Column> columns = {{"cut", Align::kLeft},
                                       {"on device", Align::kRight},
                                       {"uploads", Align::kRight},
                                       {"device before", Align::kRight},
                                       {"after ms", Align::kRight},
                                       {"measured", Align::kRight},
                                       {"server before", Align::kRight},
                                       {"after ms", Align::kRight},
                                       {"measured", Align::kRight}};
  std::vector<std::vector<std::string>> rows;
  for (const RefinedCut& cut : result.cuts) {
    std::vector<std::string> cells = {
        CutName(cut),
        fmt::format("{}/{}", cut.device_layers,
                    cut.device_layers + cut.server_layers),
        FormatBytes(cut.upload_bytes)};
    AddTimes(cut.device, &cells);
    AddTimes(cut.server, &cells);
    rows.push_back(std::move(cells));
  }
  return TextTable(columns, rows);
}

std::string Percent(double fraction) {
  return fmt::format("{:.1f} %", fraction * 100);
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
                    Percent(errors.before), Percent(errors.scaled),
                    Percent(errors.after)});
  };
  add("fitted cuts", result.fitted);
  add("held-out cut", result.held_out);
  return TextTable(columns, rows);
}

std::string RowsText(const CutTable& table) {
  std::vector<std::vector<std::string>> rows;
  for (const TableRow& row : table.rows) {
    const CutCosts& costs = table.cuts[row.cut].costs;
    rows.push_back({fmt::format("{}", row.cut), FormatKbps(row.min_kbps),
                    FormatKbps(row.max_kbps),
                    fmt::format("{}/{}", costs.device_layers,
                                costs.device_layers + costs.server_layers)});
  }
  return TextTable({{"cut", Align::kRight},
                    {"uplink from", Align::kRight},
                    {"to", Align::kRight},
                    {"on device", Align::kRight}},
                   rows);
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
  json["held_out"] = cut.held_out;
  json["device_layers"] = cut.device_layers;
  json["server_layers"] = cut.server_layers;
  json["upload_bytes"] = cut.upload_bytes;
  json["device"] = HalfJson(cut.device);
  json["server"] = HalfJson(cut.server);
  return json;
}

nlohmann::ordered_json ErrorsJson(const RefineErrors& errors) {
  return {{"halves", errors.halves},
          {"before", errors.before},
          {"one_factor", errors.scaled},
          {"after", errors.after}};
}

}  // namespace

std::string RefineText(const RefineResult& result) {
  std::string text = CutsText(result) + "\n" + ErrorsText(result) + "\n" +
                     RowsText(result.table) + "\n";
  text += fmt::format("rounds  {}{}\n", result.rounds,
                      result.converged ? ", every cut is measured" : "");
  text += fmt::format("output  {}\n", Printable(result.output));
  return text;
}

nlohmann::ordered_json RefineJson(const RefineResult& result) {
  nlohmann::ordered_json cuts = nlohmann::ordered_json::array();
  for (const RefinedCut& cut : result.cuts) cuts.push_back(CutJson(cut));
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const TableRow& row : result.table.rows) {
    rows.push_back({{"min_kbps", row.min_kbps},
                    {"max_kbps", row.max_kbps},
                    {"cut", row.cut}});
  }
  return {{"schema", "dnncut.refinement/1"},
          {"output", result.output},
          {"rounds", result.rounds},
          {"converged", result.converged},
          {"cuts", cuts},
          {"mape",
           {{"fitted", ErrorsJson(result.fitted)},
            {"held_out", ErrorsJson(result.held_out)}}},
          {"rows", rows}};
}

}  // namespace dnncut
