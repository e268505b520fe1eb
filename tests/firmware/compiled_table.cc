// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/compiled_table.h"

#include <stdexcept>

#include "backends/firmware/firmware_table.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/block_graph.h"
#include "compiler/table/slowdown_cuts.h"

namespace dnncut {
namespace {

// As much of a result as the firmware table is made from.
FirmwareTable FirmwareTableOf(const Problem& problem, const CutTable& table,
                              const SlowdownRange& slowdown, int64_t dwell_ms) {
  SourceModel model;
  model.sha256 = std::string(64, '7');
  Graph graph;
  graph.tensors.resize(problem.tensors.size());
  graph.layers.resize(problem.layers.size());
  Result result;
  result.model = &model;
  result.graph = &graph;
  result.problem = &problem;
  result.table = &table;
  result.firmware.slowdown = slowdown;
  result.firmware.dwell_ms = dwell_ms;
  return MakeFirmwareTable(result);
}

}  // namespace

CompiledTable::CompiledTable(const Problem& problem,
                             const SlowdownRange& slowdown, int64_t dwell_ms)
    : table_(BuildCutTable(problem, MakeBlockGraph(problem))) {
  AddSlowdownCuts(problem, slowdown, &table_);
  const FirmwareTable firmware =
      FirmwareTableOf(problem, table_, slowdown, dwell_ms);
  MakeConstants(firmware);
  blob_ = FirmwareBlob(firmware);
}

void CompiledTable::MakeConstants(const FirmwareTable& table) {
  for (const FirmwareRow& row : table.rows) {
    rows_.push_back({row.min_kbps, row.down_kbps, row.up_kbps, row.cut});
  }
  for (const FirmwareCut& cut : table.cuts) {
    cuts_.push_back({cut.fixed_ns, cut.server_ns, cut.link_bytes,
                     cut.device_layers, cut.pays_rtt ? DNNCUT_PAYS_RTT : 0});
  }
  constants_.rows = rows_.data();
  constants_.cuts = cuts_.data();
  constants_.row_count = static_cast<uint16_t>(rows_.size());
  constants_.cut_count = static_cast<uint16_t>(cuts_.size());
  constants_.fallback = table.fallback;
  constants_.min_kbps = table.min_kbps;
  constants_.max_kbps = table.max_kbps;
  constants_.min_slowdown_permille = table.min_slowdown_permille;
  constants_.max_slowdown_permille = table.max_slowdown_permille;
  constants_.dwell_ms = table.dwell_ms;
  constants_.model_id = table.model_id;
  constants_.interface_hash = table.interface_hash;
}

dnncut_blob OpenBlob(const std::string& bytes) {
  dnncut_blob blob = {};
  const int status = dnncut_blob_open(
      &blob, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (status != DNNCUT_OK) {
    throw std::logic_error("a blob of ours is refused: " +
                           std::to_string(status));
  }
  return blob;
}

}  // namespace dnncut
