// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/shown_rows.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "compiler/base/unit_text.h"

namespace dnncut {

std::vector<Column> ShownRowColumns(Align layers, std::string_view unit,
                                    bool has_band) {
  std::vector<Column> columns = {
      {"cut", Align::kRight},
      {"uplink from", Align::kRight},
      {"to", Align::kRight},
      {"on device", layers},
      {"device ms", Align::kRight},
      {fmt::format("network{}", unit), Align::kRight},
      {fmt::format("server{}", unit), Align::kRight},
      {fmt::format("total{}", unit), Align::kRight},
      {"at", Align::kRight}};
  if (has_band) columns.insert(columns.end() - 1, {"band", Align::kRight});
  return columns;
}

std::vector<std::string> ShownRowCells(const ShownRow& row, std::string layers,
                                       int decimals, bool has_band) {
  const auto ms = [decimals](int64_t ns) {
    return ns == 0 ? std::string("-") : FormatMs(ns, decimals);
  };
  std::vector<std::string> cells = {
      fmt::format("{}", row.row.cut), FormatKbps(row.row.min_kbps),
      FormatKbps(row.row.max_kbps),   std::move(layers),
      ms(row.parts.ns.device),        ms(row.parts.network_ns),
      ms(row.parts.ns.server),        ms(row.parts.total_ns),
      FormatKbps(row.shown_kbps)};
  if (has_band) cells.insert(cells.end() - 1, BandMsText(row.band));
  return cells;
}

nlohmann::ordered_json ShownRowsJson(const std::vector<ShownRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ShownRow& row : rows) {
    list.push_back({{"min_kbps", row.row.min_kbps},
                    {"max_kbps", row.row.max_kbps},
                    {"cut", row.row.cut},
                    {"shown_kbps", row.shown_kbps},
                    {"device_ns", row.parts.ns.device},
                    {"network_ns", row.parts.network_ns},
                    {"server_ns", row.parts.ns.server},
                    {"latency_ns", row.parts.total_ns}});
    AddBand(row.band, &list.back());
  }
  return list;
}

}  // namespace dnncut
