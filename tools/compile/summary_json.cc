// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "backends/result/table_json.h"
#include "compiler/files/json_text.h"
#include "tools/compile/shown_rows.h"
#include "tools/compile/summary.h"

namespace dnncut {
namespace {

nlohmann::ordered_json GainJson(const std::optional<Gain>& gain) {
  if (!gain) return nullptr;
  return {{"least", gain->least},
          {"most", gain->most},
          {"most_kbps", gain->most_kbps}};
}

nlohmann::ordered_json EndsJson(const AnswerBand::Ends& ends) {
  return {{"device_to_kbps", OrNull(ends.device_to_kbps)},
          {"server_from_kbps", OrNull(ends.server_from_kbps)}};
}

nlohmann::ordered_json BandJson(const CompileResult& result) {
  if (!result.band) return nullptr;
  return {{"device", EndsJson(result.band->for_device)},
          {"server", EndsJson(result.band->for_server)},
          {"may_split", result.band->may_split}};
}

}  // namespace

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
          {"band", BandJson(result)},
          {"gain_over_device", GainJson(summary.over.device)},
          {"gain_over_server", GainJson(summary.over.server)},
          {"weight_bytes", summary.weight_bytes},
          {"exact_cuts", result.exact.cuts.size()},
          {"rows", ShownRowsJson(summary.rows)},
          {"notes", summary.notes},
          {"warnings", warnings},
          {"seconds", run.seconds},
          {"table", TableJson(BackendResult(result))}};
}

}  // namespace dnncut
