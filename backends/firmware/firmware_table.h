// SPDX-License-Identifier: Apache-2.0
//
// The cut table as firmware has it (docs/table_format.md). MakeFirmwareTable
// makes it from a result; its numbers fit their types and the sums that
// firmware forms with them. It is written as constants for a C compiler and as
// a blob for updates over the air.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/result/result.h"

namespace dnncut {

struct FirmwareRow {
  uint32_t min_kbps = 0;
  uint32_t down_kbps = 0;  // the cut may be kept from here
  uint32_t up_kbps = 0;    // to here
  uint16_t cut = 0;

  bool operator==(const FirmwareRow&) const = default;
};

struct FirmwareCut {
  uint64_t fixed_ns = 0;  // device, crossing, a fixed downlink
  uint64_t server_ns = 0;
  uint64_t link_bytes = 0;
  uint32_t device_layers = 0;
  bool pays_rtt = false;

  bool operator==(const FirmwareCut&) const = default;
};

inline constexpr uint16_t kFirmwareNoCut = 0xFFFF;

struct FirmwareTable {
  uint32_t model_id = 0;  // the first 8 digits of its SHA-256
  uint32_t interface_hash = 0;
  uint16_t fallback = kFirmwareNoCut;  // the device-only cut
  uint32_t min_kbps = 0;
  uint32_t max_kbps = 0;
  uint32_t min_slowdown_permille = 0;
  uint32_t max_slowdown_permille = 0;
  uint32_t rtt_us = 0;  // that the rows are for, rounded up
  uint32_t dwell_ms = 0;
  std::vector<FirmwareRow> rows;
  std::vector<FirmwareCut> cuts;  // by number

  bool operator==(const FirmwareTable&) const = default;
};

// Throws Error E612 when the table has more rows or cuts than firmware can
// count, or times and sizes with which its sums could overflow.
FirmwareTable MakeFirmwareTable(const Result& result);

int64_t FirmwareBlobBytes(const FirmwareTable& table);

// dnncut_table.bin.
std::string FirmwareBlob(const FirmwareTable& table);

}  // namespace dnncut
