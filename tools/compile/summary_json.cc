// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "backends/result/table_json.h"
#include "tools/compile/summary.h"

namespace dnncut {
namespace {

nlohmann::ordered_json GainJson(const std::optional<Gain>& gain) {
  if (!gain) return nullptr;
  return {{"least", gain->least},
          {"most", gain->most},
          {"most_kbps", gain->most_kbps}};
}

}  // namespace

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
  }
  return list;
}

nlohmann::ordered_json SummaryJson(const CompileResult& result,
                                   const Summary& summary, const RunInfo& run) {
  nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
  for (const Warning& warning : run.warnings) {
    warnings.push_back({{"id", warning.id}, {"text", warning.text}});
  }
  return {{"schema", "dnncut.compile/1"},
          {"output", run.output},
          {"device_measured", result.machines.device.measured},
          {"server_measured", result.machines.server.measured},
          {"do_not_split", summary.do_not_split},
          {"gain_over_device", GainJson(summary.over.device)},
          {"gain_over_server", GainJson(summary.over.server)},
          {"weight_bytes", summary.weight_bytes},
          {"exact_cuts", result.exact.cuts.size()},
          {"rows", ShownRowsJson(summary.rows)},
          {"warnings", warnings},
          {"seconds", run.seconds},
          {"table", nlohmann::ordered_json::parse(
                        TableJson(BackendResult(result), run.only_cut))}};
}

}  // namespace dnncut
