// SPDX-License-Identifier: Apache-2.0
//
// The tables of the report: rows, cuts, and tensors that are sent.
//
// All are written by HtmlTable, which opens and closes every element, so a
// table is well formed whatever its cells are. Cells are HTML: names from the
// model pass through HtmlName first. Of the tensors only the first kMostTensors
// are listed, with a note that says how many more there are; the page stays
// readable also for models that send thousands.
#include "backends/report/report_tables.h"

#include <fmt/format.h>

#include <map>

#include "backends/halves/weight_counter.h"
#include "backends/report/report_text.h"
#include "backends/result/verdict.h"
#include "compiler/base/interrupt.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/dtype.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/cut_words.h"

namespace dnncut {
namespace {

// More tensors than these are counted, not listed.
constexpr size_t kMostTensors = 400;

std::string LayersBySide(const CutCosts& costs) {
  if (KindOf(costs) != CutKind::kSplit) return WhereText(costs);
  return fmt::format("{} device, {} server", costs.layers.device,
                     costs.layers.server);
}

}  // namespace

HtmlTable::HtmlTable(std::string_view id, std::string_view caption,
                     std::vector<HtmlColumn> columns)
    : columns_(std::move(columns)) {
  html_ = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
      "aria-labelledby=\"{0}\">\n<table>\n<caption id=\"{0}\">{1}</caption>\n"
      "<thead><tr>",
      id, caption);
  for (const HtmlColumn& column : columns_) {
    html_ += fmt::format("<th scope=\"col\"{}>{}</th>",
                         column.is_number ? " class=\"number\"" : "",
                         column.heading);
  }
  html_ += "</tr></thead>\n<tbody>\n";
}

void HtmlTable::AddRow(const std::vector<std::string>& cells) {
  html_ += "<tr>";
  AddCells(cells);
}

void HtmlTable::AddCutRow(int cut, const std::vector<std::string>& cells) {
  html_ += fmt::format("<tr data-cut=\"{}\">", cut);
  AddCells(cells);
}

std::string HtmlTable::Finish() {
  return std::move(html_) + "</tbody>\n</table>\n</div>\n";
}

void HtmlTable::AddCells(const std::vector<std::string>& cells) {
  ThrowIfInterrupted();
  for (size_t i = 0; i < cells.size(); ++i) {
    // Where the page is narrow, the style sheet shows each row as a list, with
    // the headings from data-label.
    const std::string attributes = fmt::format(
        "{} data-label=\"{}\"",
        columns_[i].is_number ? " class=\"number\"" : "", columns_[i].heading);
    html_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", attributes,
                                  cells[i])
                    : fmt::format("<td{}>{}</td>", attributes, cells[i]);
  }
  html_ += "</tr>\n";
}

std::string RowsTable(const Result& result, const std::vector<ShownRow>& rows) {
  const int decimals = ShownDecimals(rows);
  const auto ms = [decimals](int64_t ns) {
    return ns == 0 ? std::string("0") : FormatMs(ns, decimals);
  };
  std::vector<HtmlColumn> columns = {
      {"cut", true},       {"uplink from", true}, {"to", true},
      {"layers"},          {"device ms", true},   {"network ms", true},
      {"server ms", true}, {"total ms", true},    {"at", true}};
  const bool has_band = HasBand(rows);
  if (has_band) columns.insert(columns.end() - 1, {"band ms", true});
  if (!result.measured.empty()) {
    columns.push_back({"device ms, measured", true});
    columns.push_back({"server ms, measured", true});
  }
  if (result.robustness) {
    columns.push_back({fmt::format(
        "if {} % off", FormatExact(result.robustness->permille, 10, 1))});
  }
  HtmlTable table("rows", "Which cut is best, and where its time goes",
                  columns);
  size_t number = 0;
  for (const ShownRow& row : rows) {
    std::vector<std::string> cells = {
        fmt::format("{}", row.row.cut),
        FormatKbps(row.row.min_kbps),
        FormatKbps(row.row.max_kbps),
        LayersBySide(result.table->cuts[row.row.cut].costs),
        ms(row.parts.ns.device),
        ms(row.parts.network_ns),
        ms(row.parts.ns.server),
        ms(row.parts.total_ns),
        FormatKbps(row.shown_kbps)};
    if (has_band) cells.insert(cells.end() - 1, BandMsText(row.band));
    if (!result.measured.empty()) {
      for (const Side side : kSides) {
        const auto& ns = result.measured[row.row.cut][side];
        cells.push_back(ns ? ms(*ns) : "not measured");
      }
    }
    if (result.robustness) {
      cells.push_back(WorstText(result.robustness->rows[number++]));
    }
    table.AddCutRow(row.row.cut, cells);
  }
  return table.Finish();
}

std::string CutsTable(const Result& result) {
  const std::vector<PerSide<int64_t>> weight_bytes =
      WeightBytes(*result.model, *result.graph, *result.table);
  const auto file = [&](int cut, Side side) {
    if (!HasHalves(result, cut)) return std::string("not written");
    const auto half = HalfFile(result, cut, side);
    return half ? fmt::format("<code>{}</code>", *half) : std::string("none");
  };
  HtmlTable table("cuts", "What each cut sends and stores",
                  {{"cut", true},
                   {"upload", true},
                   {"download", true},
                   {"device weights", true},
                   {"server weights", true},
                   {"device memory", true},
                   {"server memory", true},
                   {"device half"},
                   {"server half"}});
  const auto memory = [&](int cut, Side side) {
    if (result.memory.empty()) return std::string("not known");
    return FormatSize(result.memory.at(cut)[side].Total());
  };
  for (int c = 0; std::cmp_less(c, result.table->cuts.size()); ++c) {
    const TableCut& cut = result.table->cuts[c];
    table.AddCutRow(
        c,
        {fmt::format("{}", c),
         FormatBytes(cut.costs.upload_bytes, cut.costs.upload_basis),
         FormatBytes(cut.costs.download_bytes, cut.costs.download_basis),
         FormatSize(weight_bytes[c].device), FormatSize(weight_bytes[c].server),
         memory(c, Side::kDevice), memory(c, Side::kServer),
         file(c, Side::kDevice), file(c, Side::kServer)});
  }
  return table.Finish();
}

std::string TensorsTable(const Result& result) {
  std::map<TensorId, std::vector<int>> cuts_of;
  for (size_t c = 0; c < result.table->cuts.size(); ++c) {
    for (const TensorId tensor : result.table->cuts[c].costs.uploaded) {
      cuts_of[tensor].push_back(static_cast<int>(c));
    }
  }
  if (cuts_of.empty()) return "<p>Nothing is sent in any cut.</p>\n";
  HtmlTable table(
      "tensors", "Tensors that the device sends to the server",
      {{"tensor"}, {"type"}, {"bytes", true}, {"what"}, {"in cuts"}});
  size_t listed = 0;
  for (const auto& [id, cuts] : cuts_of) {
    if (++listed > kMostTensors) break;
    const Tensor& tensor = result.graph->tensors[id];
    const char* what = id < result.graph->input_count ? "model input"
                       : tensor.is_result             ? "result"
                                                      : "between layers";
    table.AddRow(
        {HtmlName(tensor.name),
         Html(FormatType(DTypeName(tensor.type.dtype), tensor.type.shape)),
         FormatSentBytes(tensor.bytes.value_or(0), tensor.decoded_bytes,
                         tensor.size_basis),
         what, fmt::format("{}", fmt::join(cuts, ", "))});
  }
  std::string html = table.Finish();
  if (cuts_of.size() > kMostTensors) {
    html += fmt::format(
        "<p>and {} more, which are in <code>table.json</code>.</p>\n",
        cuts_of.size() - kMostTensors);
  }
  return html;
}

}  // namespace dnncut
