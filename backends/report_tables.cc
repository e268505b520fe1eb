// SPDX-License-Identifier: Apache-2.0
#include "backends/report_tables.h"

#include <fmt/format.h>

#include <iterator>
#include <map>

#include "backends/halves.h"
#include "backends/report_text.h"
#include "compiler/cut.h"
#include "compiler/dtype.h"
#include "compiler/unit_text.h"

namespace dnncut {
namespace {

// More tensors than these are counted, not listed.
constexpr size_t kMostTensors = 400;

std::string LayersText(const CutCosts& costs) {
  if (costs.server_layers == 0) return "all on the device";
  if (costs.device_layers == 0) return "all on the server";
  return fmt::format("{} device, {} server", costs.device_layers,
                     costs.server_layers);
}

std::string MsOrNone(const std::optional<int64_t>& ns, int decimals) {
  return ns ? FormatMs(*ns, decimals) : "not measured";
}

// "1, 2, 5".
std::string CutList(const std::vector<int>& cuts) {
  return fmt::format("{}", fmt::join(cuts, ", "));
}

bool IsNumber(std::string_view cell) {
  return !cell.empty() &&
         (cell[0] == '-' || (cell[0] >= '0' && cell[0] <= '9'));
}

}  // namespace

std::string HtmlTable(std::string_view id, std::string_view caption,
                      const std::vector<std::string>& headings,
                      const std::string& body) {
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
      "aria-labelledby=\"{0}\">\n<table>\n<caption id=\"{0}\">{1}</caption>\n"
      "<thead><tr>",
      id, caption);
  for (const std::string& heading : headings) {
    html += fmt::format("<th scope=\"col\">{}</th>", heading);
  }
  return html + "</tr></thead>\n<tbody>\n" + body +
         "</tbody>\n</table>\n</div>\n";
}

std::string HtmlRow(std::string_view heading,
                    const std::vector<std::string>& cells,
                    std::string_view attributes) {
  std::string html =
      fmt::format("<tr{}><th scope=\"row\">{}</th>", attributes, heading);
  for (const std::string& cell : cells) {
    html += fmt::format("<td{}>{}</td>",
                        IsNumber(cell) ? " class=\"number\"" : "", cell);
  }
  return html + "</tr>\n";
}

std::string RowsTable(const Result& result, const std::vector<ShownRow>& rows) {
  const int decimals = ShownDecimals(rows);
  std::vector<std::string> headings = {
      "cut",         "uplink from", "to",        "layers", "device, ms",
      "network, ms", "server, ms",  "total, ms", "at"};
  if (!result.measured.empty()) {
    headings.insert(headings.end(),
                    {"device measured, ms", "server measured, ms"});
  }
  std::string body;
  for (const ShownRow& row : rows) {
    std::vector<std::string> cells = {
        FormatKbps(row.row.min_kbps),
        FormatKbps(row.row.max_kbps),
        LayersText(result.table->cuts[row.row.cut].costs),
        FormatMs(row.parts.device_ns, decimals),
        FormatMs(row.parts.network_ns, decimals),
        FormatMs(row.parts.server_ns, decimals),
        FormatMs(row.parts.total_ns, decimals),
        FormatKbps(row.shown_kbps)};
    if (!result.measured.empty()) {
      const MeasuredTimes& times = result.measured[row.row.cut];
      cells.push_back(MsOrNone(times.device_ns, decimals));
      cells.push_back(MsOrNone(times.server_ns, decimals));
    }
    body += HtmlRow(fmt::format("{}", row.row.cut), cells,
                    fmt::format(" data-cut=\"{}\"", row.row.cut));
  }
  return HtmlTable("rows", "Which cut is best, and where its time goes",
                   headings, body);
}

std::string CutsTable(const Result& result, std::optional<int> only_cut) {
  const HalfMaker maker(*result.model, *result.graph);
  std::string body;
  const auto file = [&](int cut, Side side) {
    const auto half = HalfFile(result, cut, side, only_cut);
    return half ? fmt::format("<code>{}</code>", *half) : std::string("none");
  };
  for (int c = 0; std::cmp_less(c, result.table->cuts.size()); ++c) {
    const TableCut& cut = result.table->cuts[c];
    body += HtmlRow(fmt::format("{}", c),
                    {FormatBytes(cut.costs.upload_bytes),
                     FormatBytes(cut.costs.download_bytes),
                     FormatSize(maker.WeightBytes(cut.cut, Side::kDevice)),
                     FormatSize(maker.WeightBytes(cut.cut, Side::kServer)),
                     file(c, Side::kDevice), file(c, Side::kServer)},
                    fmt::format(" data-cut=\"{}\"", c));
  }
  return HtmlTable("cuts", "What each cut sends and stores",
                   {"cut", "sends", "gets back", "device weights",
                    "server weights", "device half", "server half"},
                   body);
}

std::string TensorsTable(const Result& result) {
  std::map<TensorId, std::vector<int>> cuts_of;
  for (size_t c = 0; c < result.table->cuts.size(); ++c) {
    for (const TensorId tensor : result.table->cuts[c].costs.uploaded) {
      cuts_of[tensor].push_back(static_cast<int>(c));
    }
  }
  if (cuts_of.empty()) return "<p>Nothing is sent in any cut.</p>\n";
  std::string body;
  size_t listed = 0;
  for (const auto& [id, cuts] : cuts_of) {
    if (++listed > kMostTensors) break;
    const Tensor& tensor = result.graph->tensors[id];
    const char* what = id < result.graph->input_count ? "model input"
                       : tensor.is_result             ? "result"
                                                      : "between layers";
    body += HtmlRow(
        HtmlName(tensor.name),
        {Html(FormatType(DTypeName(tensor.type.dtype), tensor.type.shape)),
         FormatBytes(tensor.bytes.value_or(0)), what, CutList(cuts)});
  }
  std::string html =
      HtmlTable("tensors", "Tensors that the device sends to the server",
                {"tensor", "type", "bytes", "what", "in cuts"}, body);
  if (cuts_of.size() > kMostTensors) {
    html += fmt::format(
        "<p>and {} more, which are in <code>table.json</code>.</p>\n",
        cuts_of.size() - kMostTensors);
  }
  return html;
}

}  // namespace dnncut
