// SPDX-License-Identifier: Apache-2.0
#include "backends/firmware/firmware_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "backends/firmware/dnncut_lookup.h"
#include "compiler/base/error.h"
#include "compiler/files/read_file.h"

namespace dnncut {
namespace {

std::string_view WhyRefused(int status) {
  switch (status) {
    case DNNCUT_E_SHORT:
      return "is shorter than any firmware table; copy it again";
    case DNNCUT_E_MAGIC:
      return "is no firmware table; give the dnncut_table.bin of a result";
    case DNNCUT_E_VERSION:
      return "has another format version than 1; use the dnncut that wrote it";
    case DNNCUT_E_LENGTH:
      return "is truncated; copy it again";
    case DNNCUT_E_CRC:
      return "is damaged: its checksum is wrong; copy it again";
    case DNNCUT_E_LAYOUT:
      return "has sizes, counts or ranges that cannot be; compile it again";
    default:
      return "has rows that are not in order; compile it again";
  }
}

// The position of a word of the header that firmware does not need.
// dnncut_lookup.h has no name for it, because MISRA's rule 2.5 forbids unused
// macros.
constexpr int kAtRttUs = DNNCUT_AT_MAX_SLOWDOWN + 1;

// The whole header, also the words for which dnncut_lookup.h has no functions.
FirmwareTable HeaderOf(const dnncut_blob& blob) {
  FirmwareTable table;
  table.model_id = dnncut_blob_model_id(&blob);
  table.interface_hash = dnncut_blob_interface_hash(&blob);
  table.fallback = dnncut_blob_fallback(&blob);
  table.min_kbps = blob.header[DNNCUT_AT_MIN_KBPS];
  table.max_kbps = blob.header[DNNCUT_AT_MAX_KBPS];
  table.min_slowdown_permille = blob.header[DNNCUT_AT_MIN_SLOWDOWN];
  table.max_slowdown_permille = blob.header[DNNCUT_AT_MAX_SLOWDOWN];
  table.rtt_us = blob.header[kAtRttUs];
  table.dwell_ms = blob.header[DNNCUT_AT_DWELL_MS];
  return table;
}

}  // namespace

bool LooksLikeFirmwareTable(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  if (path.ends_with(".bin")) return true;
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> start = {};
  file.read(start.data(), start.size());
  uint32_t magic = 0;
  dnncut_load_words(&magic, 1, reinterpret_cast<const uint8_t*>(start.data()));
  return file && magic == DNNCUT_MAGIC;
}

FirmwareTable ReadFirmwareTable(const std::string& path) {
  const std::string bytes = ReadFile(path, {.name = "a firmware table",
                                            .max_bytes = int64_t{16} << 20,
                                            .too_large = "E613"});
  dnncut_blob blob;
  const int status = dnncut_blob_open(
      &blob, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (status != DNNCUT_OK) {
    Fail(ExitCode::kBadInput, "E613", "{}: {}", path, WhyRefused(status));
  }
  FirmwareTable table = HeaderOf(blob);
  for (uint32_t i = 0; i < dnncut_blob_row_count(&blob); ++i) {
    dnncut_row row;
    dnncut_blob_row(&blob, i, &row);
    table.rows.push_back({row.min_kbps, row.down_kbps, row.up_kbps, row.cut});
  }
  for (uint32_t i = 0; i < dnncut_blob_cut_count(&blob); ++i) {
    dnncut_cut cut;
    dnncut_blob_cut(&blob, i, &cut);
    table.cuts.push_back({cut.fixed_ns, cut.server_ns, cut.link_bytes,
                          cut.device_layers,
                          (cut.flags & DNNCUT_PAYS_RTT) != 0});
  }
  return table;
}

const FirmwareRow& FindRow(const FirmwareTable& table, int64_t kbps) {
  const auto after = std::upper_bound(
      table.rows.begin(), table.rows.end(), kbps,
      [](int64_t at, const FirmwareRow& row) { return at < row.min_kbps; });
  return *std::prev(after);
}

}  // namespace dnncut
