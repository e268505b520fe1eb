// SPDX-License-Identifier: Apache-2.0
#include "tools/check/firmware_check.h"

#include <fmt/format.h>

#include <utility>

#include "backends/halves/interface_hash.h"

namespace dnncut {
namespace {

bool IsSameRow(const FirmwareRow& firmware, const TableRow& row) {
  return std::cmp_equal(firmware.min_kbps, row.min_kbps) &&
         std::cmp_equal(firmware.cut, row.cut);
}

bool IsSameCut(const FirmwareCut& firmware, const TableFile::Cut& cut,
               const Downlink& downlink) {
  const CutCosts& costs = cut.costs;
  return std::cmp_equal(firmware.fixed_ns,
                        costs.FixedNs() - costs.ns.server - costs.rtt_ns) &&
         std::cmp_equal(firmware.server_ns, costs.ns.server) &&
         std::cmp_equal(firmware.link_bytes, costs.LinkBytes(downlink)) &&
         std::cmp_equal(firmware.device_layers, costs.layers.device);
}

}  // namespace

std::string FirmwareDifference(const FirmwareTable& firmware,
                               const TableFile& table) {
  if (HashText(firmware.model_id) != table.model_sha256.substr(0, 8)) {
    return "another model";
  }
  if (table.interface &&
      HashText(firmware.interface_hash) != *table.interface) {
    return "another interface to the server";
  }
  if (!std::cmp_equal(firmware.min_kbps, table.range.min_kbps) ||
      !std::cmp_equal(firmware.max_kbps, table.range.max_kbps)) {
    return "another range of bandwidths";
  }
  if (firmware.rows.size() != table.rows.size() ||
      firmware.cuts.size() != table.cuts.size()) {
    return "another number of rows or cuts";
  }
  for (size_t i = 0; i < table.rows.size(); ++i) {
    if (!IsSameRow(firmware.rows[i], table.rows[i])) {
      return fmt::format("another row {}", i);
    }
  }
  for (size_t i = 0; i < table.cuts.size(); ++i) {
    if (!IsSameCut(firmware.cuts[i], table.cuts[i], table.downlink)) {
      return fmt::format("other costs of cut {}", i);
    }
  }
  return "";
}

}  // namespace dnncut
