// SPDX-License-Identifier: Apache-2.0
#include "backends/report/report_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "backends/report/report_graph.h"
#include "backends/report/report_text.h"
#include "compiler/model/size_basis.h"
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
  Json inputs = Json::array();
  const std::vector<TensorId> sent_inputs = SentInputs(result);
  for (size_t i = 0; i < sent_inputs.size(); ++i) {
    if (std::ranges::binary_search(costs.uploaded, sent_inputs[i])) {
      inputs.push_back(i);
    }
  }
  return {{"device_layers", costs.layers.device},
          {"needs_network", NeedsNetwork(result.table->cuts[id])},
          {"inputs", inputs},
          {"server_layers", costs.layers.server},
          {"device_ns", Digits(costs.ns.device)},
          {"server_ns", Digits(costs.ns.server)},
          {"fixed_ns", Digits(costs.FixedNs())},
          {"link_bytes", Digits(costs.LinkBytes(result.problem->downlink))},
          {"upload_bytes", Digits(costs.upload_bytes)},
          {"upload", FormatBytes(costs.upload_bytes, costs.upload_basis)},
          {"download", FormatBytes(costs.download_bytes, costs.download_basis)},
          {"tensors", costs.uploaded.size()},
          {"names", NamesJson(result, costs)},
          {"sides", SideLetters(groups, id, result.problem->result)},
          {"crossing", crossing}};
}

}  // namespace

std::vector<TensorId> SentInputs(const Result& result) {
  std::set<TensorId> inputs;
  for (const TableCut& cut : result.table->cuts) {
    for (const TensorId tensor : cut.costs.uploaded) {
      if (tensor < result.graph->input_count) inputs.insert(tensor);
    }
  }
  return {inputs.begin(), inputs.end()};
}

Json ReportData(const Result& result, const LayerGroups& groups, int decimals) {
  const CutTable& table = *result.table;
  Json cuts = Json::array();
  for (size_t id = 0; id < table.cuts.size(); ++id) {
    cuts.push_back(CutJson(result, groups, id));
  }
  Json rows = Json::array();
  for (const TableRow& row : table.rows) {
    rows.push_back({row.min_kbps, row.max_kbps, row.cut});
  }
  Json inputs = Json::array();
  for (const TensorId input : SentInputs(result)) {
    inputs.push_back(Digits(result.problem->tensors[input].bytes.value()));
  }
  return {{"decimals", decimals},
          {"edges", groups.edges.size()},
          {"exact", !table.approximation.has_value()},
          {"rtt_ns", Digits(result.problem->rtt_ns)},
          {"inputs", inputs},
          {"cuts", cuts},
          {"rows", rows}};
}

}  // namespace dnncut
