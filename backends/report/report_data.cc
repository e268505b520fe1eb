// SPDX-License-Identifier: Apache-2.0
#include "backends/report/report_data.h"

#include <fmt/format.h>

#include "backends/report/report_graph.h"
#include "backends/report/report_text.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/cut.h"

namespace dnncut {
namespace {

// More tensors than these are counted, not named.
constexpr size_t kMostNames = 3;
constexpr size_t kMostCharacters = 60;

std::string Digits(int64_t value) { return fmt::format("{}", value); }

Json NamesJson(const Result& result, const CutCosts& costs) {
  Json names = Json::array();
  for (const TensorId tensor : costs.uploaded) {
    if (names.size() == kMostNames) break;
    names.push_back(
        VisibleName(result.graph->tensors[tensor].name, kMostCharacters));
  }
  return names;
}

// One letter for each group: d (device), s (server) or b (both).
std::string SideLetters(const LayerGroups& groups, size_t cut, Side result) {
  std::string letters;
  for (const LayerGroup& group : groups.groups) {
    letters += GroupSide(group, cut, result).front();
  }
  return letters;
}

Json CutJson(const Result& result, const LayerGroups& groups, size_t id) {
  const CutCosts& costs = result.table->cuts[id].costs;
  Json crossing = Json::array();
  for (size_t e = 0; e < groups.edges.size(); ++e) {
    if (groups.edges[e].crosses[id]) crossing.push_back(e);
  }
  return {{"device_layers", costs.layers.device},
          {"server_layers", costs.layers.server},
          {"device_ns", Digits(costs.ns.device)},
          {"server_ns", Digits(costs.ns.server)},
          {"fixed_ns", Digits(costs.FixedNs())},
          {"link_bytes", Digits(costs.LinkBytes(result.problem->downlink))},
          {"upload", FormatBytes(costs.upload_bytes)},
          {"download", FormatBytes(costs.download_bytes)},
          {"tensors", costs.uploaded.size()},
          {"names", NamesJson(result, costs)},
          {"sides", SideLetters(groups, id, result.problem->result)},
          {"crossing", crossing}};
}

}  // namespace

Json ReportData(const Result& result, const LayerGroups& groups, int decimals) {
  const CutTable& table = *result.table;
  Json cuts = Json::array();
  // Only the cuts that have a row.
  const size_t count = groups.groups.front().on_device.size();
  for (size_t id = 0; id < count; ++id) {
    cuts.push_back(CutJson(result, groups, id));
  }
  Json rows = Json::array();
  for (const TableRow& row : table.rows) {
    rows.push_back({row.min_kbps, row.max_kbps, row.cut});
  }
  return {{"decimals", decimals},
          {"edges", groups.edges.size()},
          {"cuts", cuts},
          {"rows", rows}};
}

}  // namespace dnncut
