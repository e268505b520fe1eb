// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/blob_check.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <vector>

#include "compiler/base/checked_math.h"
#include "dnncut_lookup.h"
#include "tests/firmware/reference.h"
#include "tests/firmware/table_bytes.h"

namespace dnncut {
namespace {

void Require(bool holds, const char* what, int64_t number = 0) {
  if (holds) return;
  std::fprintf(stderr, "%s (%lld)\n", what, static_cast<long long>(number));
  std::abort();
}

// Little-endian numbers anywhere in the bytes.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint64_t At(uint64_t offset, int bytes) const {
    Require(offset + bytes <= size_, "the second reader reads outside");
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | data_[offset + i];
    return value;
  }
  const uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

 private:
  const uint8_t* data_;
  uint64_t size_;
};

struct Table {
  std::vector<dnncut_row> rows;
  std::vector<dnncut_cut> cuts;
  dnncut_table table = {};
};

dnncut_row RowAt(const Bytes& bytes, uint64_t offset) {
  return {static_cast<uint32_t>(bytes.At(offset, 4)),
          static_cast<uint32_t>(bytes.At(offset + 4, 4)),
          static_cast<uint32_t>(bytes.At(offset + 8, 4)),
          static_cast<uint16_t>(bytes.At(offset + 12, 2))};
}

dnncut_cut CutAt(const Bytes& bytes, uint64_t offset) {
  return {bytes.At(offset, 8), bytes.At(offset + 8, 8),
          bytes.At(offset + 16, 8),
          static_cast<uint32_t>(bytes.At(offset + 24, 4)),
          static_cast<uint32_t>(bytes.At(offset + 28, 4))};
}

void ReadTable(const Bytes& bytes, Table* out) {
  dnncut_table& table = out->table;
  table.row_count = static_cast<uint16_t>(bytes.At(24, 2));
  table.cut_count = static_cast<uint16_t>(bytes.At(28, 2));
  table.fallback = static_cast<uint16_t>(bytes.At(30, 2));
  table.min_kbps = static_cast<uint32_t>(bytes.At(32, 4));
  table.max_kbps = static_cast<uint32_t>(bytes.At(36, 4));
  table.min_slowdown_permille = static_cast<uint32_t>(bytes.At(40, 4));
  table.max_slowdown_permille = static_cast<uint32_t>(bytes.At(44, 4));
  table.dwell_ms = static_cast<uint32_t>(bytes.At(52, 4));
  uint64_t at = bytes.At(20, 2);
  for (int i = 0; i < table.row_count; ++i, at += bytes.At(22, 2)) {
    out->rows.push_back(RowAt(bytes, at));
  }
  for (int i = 0; i < table.cut_count; ++i, at += bytes.At(26, 2)) {
    out->cuts.push_back(CutAt(bytes, at));
  }
  table.rows = out->rows.data();
  table.cuts = out->cuts.data();
}

bool HasParts(const Bytes& bytes) {
  const uint64_t header = bytes.At(20, 2), row = bytes.At(22, 2),
                 rows = bytes.At(24, 2), cut = bytes.At(26, 2),
                 cuts = bytes.At(28, 2);
  return header >= 64 && row >= 16 && cut >= 32 &&
         header + row * rows + cut * cuts + 4 <= bytes.At(8, 4);
}

bool IsOrdered(const dnncut_table& table) {
  for (int i = 0; i < table.row_count; ++i) {
    const dnncut_row& row = table.rows[i];
    const bool last = i + 1 == table.row_count;
    const int64_t end =
        last ? table.max_kbps : int64_t{table.rows[i + 1].min_kbps} - 1;
    if (row.min_kbps > end || row.down_kbps < table.min_kbps ||
        row.down_kbps > row.min_kbps || row.up_kbps < end ||
        row.up_kbps > table.max_kbps || row.cut >= table.cut_count) {
      return false;
    }
  }
  return table.rows[0].min_kbps == table.min_kbps;
}

bool IsSane(const dnncut_table& table) {
  return table.row_count >= 1 && table.cut_count >= 1 &&
         (table.fallback < table.cut_count || table.fallback == 0xFFFF) &&
         table.min_kbps >= 1 && table.min_kbps <= table.max_kbps &&
         table.max_kbps <= 1'000'000'000 && table.min_slowdown_permille >= 1 &&
         table.min_slowdown_permille <= table.max_slowdown_permille;
}

// Whether docs/table_format.md takes the bytes for a table.
bool ReadBlob(const Bytes& bytes, Table* table) {
  if (bytes.size() < 116 || bytes.At(0, 4) != 0x54434E44 ||
      bytes.At(4, 2) != 1) {
    return false;
  }
  const uint64_t total = bytes.At(8, 4);
  if (total < 116 || total > bytes.size()) return false;
  if (dnncut_crc32(bytes.data(), static_cast<uint32_t>(total - 4)) !=
      bytes.At(total - 4, 4)) {
    return false;
  }
  if (!HasParts(bytes)) return false;
  ReadTable(bytes, table);
  return IsSane(table->table) && IsOrdered(table->table);
}

// Whether dnncut would have written the cuts.
bool CanBeAddedUp(const dnncut_table& table) {
  for (int i = 0; i < table.cut_count; ++i) {
    const dnncut_cut& cut = table.cuts[i];
    const Int128 bracket = Int128{1000} * cut.fixed_ns +
                           Int128{1'000'000} * 0xFFFFFFFF +
                           Int128{table.max_slowdown_permille} * cut.server_ns;
    if (bracket > std::numeric_limits<uint64_t>::max() ||
        cut.link_bytes >> 62 != 0) {
      return false;
    }
  }
  return true;
}

void CheckAnswers(const dnncut_blob& blob, const dnncut_table& table) {
  const bool exact = CanBeAddedUp(table);
  const uint32_t numbers[] = {0,
                              1,
                              table.min_kbps,
                              table.max_kbps,
                              table.rows[table.row_count / 2].min_kbps,
                              table.rows[table.row_count / 2].up_kbps + 1,
                              1000,
                              0xFFFFFFFF};
  // A dwell of 24 days and more may seem not to have passed.
  const bool clock_is_wide_enough = table.dwell_ms < 1u << 31;
  dnncut_state state = {};
  ReferenceStepper stepper(table);
  int64_t now_ms = 0;
  for (size_t i = 0; i < std::size(numbers); ++i) {
    const uint32_t kbps = numbers[i];
    const uint32_t other = numbers[std::size(numbers) - 1 - i];
    Require(dnncut_blob_cut_for_kbps(&blob, kbps) == ReferenceCut(table, kbps),
            "cut_for_kbps", kbps);
    now_ms += i % 2 == 0 ? table.dwell_ms : 10;
    const uint16_t step =
        dnncut_blob_step(&blob, &state, kbps, static_cast<uint32_t>(now_ms));
    Require(step == stepper.Step(kbps, now_ms) || !clock_is_wide_enough, "step",
            kbps);
    const uint16_t best = dnncut_blob_best(&blob, kbps, other, other);
    Require(best < table.cut_count || best == 0xFFFF, "best", kbps);
    Require(!exact || best == ReferenceBest(table, kbps, other, other), "best",
            kbps);
  }
}

}  // namespace

int CheckBlob(const uint8_t* data, size_t size) {
  dnncut_blob blob = {};
  const int status = dnncut_blob_open(&blob, data, size);
  Table table;
  const bool good = ReadBlob(Bytes(data, size), &table);
  Require((status == DNNCUT_OK) == good, "the readers disagree", status);
  if (status == DNNCUT_OK) CheckAnswers(blob, table.table);
  return status;
}

void RepairBlob(uint8_t* data, size_t size) {
  if (size < 16) return;
  put32(&data[8], static_cast<uint32_t>(size));
  put_crc(data, static_cast<uint32_t>(size));
}

}  // namespace dnncut
