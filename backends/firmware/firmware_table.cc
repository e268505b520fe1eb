// SPDX-License-Identifier: Apache-2.0
//
// Makes the firmware's table from a result, and from it the bytes of
// dnncut_table.bin.
//
// Firmware adds up in fixed widths and does not check for overflow, so this is
// checked here, when the table is made: numbers of rows and cuts fit 16 bits,
// the round trip 32 bits (rounded up, so that the network is never taken to be
// faster than it is), and the sums that firmware adds up cannot overflow for
// any bandwidth, round trip and slowdown that it may be given.
// RequireNoOverflow has the calculation. The bytes are written one by one,
// lowest first, so they are the same on every machine; the CRC at the end is
// over all before it.
#include "backends/firmware/firmware_table.h"

#include <limits>
#include <string_view>

#include "backends/firmware/dnncut_lookup.h"
#include "backends/halves/crc32.h"
#include "backends/halves/interface_hash.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/model/source_model.h"

namespace dnncut {
namespace {

constexpr uint32_t kMax32 = std::numeric_limits<uint32_t>::max();

void RequireCountable(size_t count, std::string_view what) {
  if (count < kFirmwareNoCut) return;
  Fail(ExitCode::kBadInput, "E612",
       "the table has {} {}, and firmware counts to {}; make it smaller with "
       "--max-cuts or a narrower range of bandwidths",
       count, what, kFirmwareNoCut - 1);
}

// What dnncut_best adds up for a cut is
//
//   W * (1000 * fixed_ns + 1,000,000 * rtt_us + slowdown * server_ns)
//     + 4,000,000,000 * (2 * link_bytes)
//
// The bracket must fit 64 bits for any round trip of 32 bits and any slowdown
// of the range; with W below 2^30 and 2 * link_bytes below 2^63, the sum then
// fits the 96 bits that it is added up in.
void RequireNoOverflow(const FirmwareCut& cut, int64_t max_permille, int id) {
  const unsigned __int128 bracket =
      static_cast<unsigned __int128>(1000) * cut.fixed_ns +
      static_cast<unsigned __int128>(1'000'000) * kMax32 +
      static_cast<unsigned __int128>(max_permille) * cut.server_ns;
  if (bracket <= std::numeric_limits<uint64_t>::max() &&
      cut.link_bytes < uint64_t{1} << 62) {
    return;
  }
  Fail(ExitCode::kBadInput, "E612",
       "cut {} takes {} ns and up to {} times {} ns on the server and sends {} "
       "bytes: more than firmware can add up in 64 bits",
       id, cut.fixed_ns, static_cast<double>(max_permille) / 1000,
       cut.server_ns, cut.link_bytes);
}

// Rounded up. A round trip time from the command line always fits; one that was
// read from a table may not.
uint32_t RoundTripUs(int64_t rtt_ns) {
  const int64_t us = rtt_ns / 1000 + (rtt_ns % 1000 > 0);
  if (us > kMax32) {
    Fail(ExitCode::kBadInput, "E612",
         "the round trip takes {} us, and firmware counts to {}; compile with "
         "a lower --rtt",
         us, kMax32);
  }
  return static_cast<uint32_t>(us);
}

FirmwareCut MakeCut(const TableCut& of, const Downlink& downlink) {
  const CutCosts& costs = of.costs;
  FirmwareCut cut;
  cut.fixed_ns = CheckedAdd(
      CheckedAdd(costs.ns.device, costs.cross_ns, "what a cut takes"),
      costs.download_ns, "what a cut takes");
  cut.server_ns = costs.ns.server;
  cut.link_bytes = costs.LinkBytes(downlink);
  cut.device_layers = static_cast<uint32_t>(costs.layers.device);
  cut.pays_rtt = NeedsNetwork(of);
  return cut;
}

// The cut that needs no network: without a layer on the server and, where the
// results are wanted there, without results.
uint16_t FallbackOf(const std::vector<TableCut>& cuts) {
  for (size_t id = 0; id < cuts.size(); ++id) {
    if (!NeedsNetwork(cuts[id])) return static_cast<uint16_t>(id);
  }
  return kFirmwareNoCut;
}

class LittleEndian {
 public:
  void Add16(uint64_t value) { Add(value, 2); }
  void Add32(uint64_t value) { Add(value, 4); }
  void Add64(uint64_t value) { Add(value, 8); }
  std::string& bytes() { return bytes_; }

 private:
  void Add(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      bytes_ += static_cast<char>(value >> (8 * i) & 0xFF);
    }
  }

  std::string bytes_;
};

void AddHeader(const FirmwareTable& table, LittleEndian* out) {
  out->Add32(DNNCUT_MAGIC);
  out->Add16(DNNCUT_FORMAT_MAJOR);
  out->Add16(0);  // minor
  out->Add32(FirmwareBlobBytes(table));
  out->Add32(table.model_id);
  out->Add32(table.interface_hash);
  out->Add16(DNNCUT_HEADER_BYTES);
  out->Add16(DNNCUT_ROW_BYTES);
  out->Add16(table.rows.size());
  out->Add16(DNNCUT_CUT_BYTES);
  out->Add16(table.cuts.size());
  out->Add16(table.fallback);
  out->Add32(table.min_kbps);
  out->Add32(table.max_kbps);
  out->Add32(table.min_slowdown_permille);
  out->Add32(table.max_slowdown_permille);
  out->Add32(table.rtt_us);
  out->Add32(table.dwell_ms);
  out->Add64(0);  // reserved
}

}  // namespace

FirmwareTable MakeFirmwareTable(const Result& result) {
  const CutTable& cuts = *result.table;
  const Problem& problem = *result.problem;
  RequireCountable(cuts.rows.size(), "rows");
  RequireCountable(cuts.cuts.size(), "cuts");
  FirmwareTable table;
  table.model_id = static_cast<uint32_t>(
      std::stoul(result.model->sha256.substr(0, 8), nullptr, 16));
  table.interface_hash = InterfaceHash(*result.graph, cuts);
  table.fallback = FallbackOf(cuts.cuts);
  table.min_kbps = static_cast<uint32_t>(problem.range.min_kbps);
  table.max_kbps = static_cast<uint32_t>(problem.range.max_kbps);
  const SlowdownRange slowdown =
      result.firmware.slowdown.value_or(SlowdownRange());
  table.min_slowdown_permille = static_cast<uint32_t>(slowdown.min_permille);
  table.max_slowdown_permille = static_cast<uint32_t>(slowdown.max_permille);
  table.rtt_us = RoundTripUs(problem.rtt_ns);
  table.dwell_ms = static_cast<uint32_t>(result.firmware.dwell_ms);
  const Hysteresis hysteresis =
      MakeHysteresis(cuts, problem.downlink, result.firmware.hysteresis);
  for (size_t i = 0; i < cuts.rows.size(); ++i) {
    const BandwidthRange& stay = hysteresis.stay[i];
    table.rows.push_back({static_cast<uint32_t>(cuts.rows[i].min_kbps),
                          static_cast<uint32_t>(stay.min_kbps),
                          static_cast<uint32_t>(stay.max_kbps),
                          static_cast<uint16_t>(cuts.rows[i].cut)});
  }
  for (const TableCut& cut : cuts.cuts) {
    table.cuts.push_back(MakeCut(cut, problem.downlink));
    RequireNoOverflow(table.cuts.back(), slowdown.max_permille,
                      static_cast<int>(table.cuts.size()) - 1);
  }
  return table;
}

int64_t FirmwareBlobBytes(const FirmwareTable& table) {
  return DNNCUT_HEADER_BYTES + DNNCUT_ROW_BYTES * std::ssize(table.rows) +
         DNNCUT_CUT_BYTES * std::ssize(table.cuts) + DNNCUT_CRC_BYTES;
}

std::string FirmwareBlob(const FirmwareTable& table) {
  LittleEndian out;
  AddHeader(table, &out);
  for (const FirmwareRow& row : table.rows) {
    out.Add32(row.min_kbps);
    out.Add32(row.down_kbps);
    out.Add32(row.up_kbps);
    out.Add16(row.cut);
    out.Add16(0);  // reserved
  }
  for (const FirmwareCut& cut : table.cuts) {
    out.Add64(cut.fixed_ns);
    out.Add64(cut.server_ns);
    out.Add64(cut.link_bytes);
    out.Add32(cut.device_layers);
    out.Add32(cut.pays_rtt ? DNNCUT_PAYS_RTT : 0u);
  }
  out.Add32(Crc32(out.bytes()));
  return std::move(out.bytes());
}

}  // namespace dnncut
