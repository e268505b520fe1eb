// SPDX-License-Identifier: Apache-2.0
//
// 200,000 damaged blobs, the same on every run, each in a buffer of exactly its
// size. Built with sanitizers where the compiler has them, whatever the rest is
// built with. Half of the damages leave the CRC right, so that what comes after
// it is reached; the program fails when a kind of refusal never happens.
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "dnncut_lookup.h"
#include "tests/firmware/blob_check.h"
#include "tests/firmware/sample_table.h"
#include "tests/firmware/table_bytes.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr int kMutations = 200'000;
constexpr int kLeastOfEachStatus = 200;

using Blob = std::vector<uint8_t>;

Blob BlobOf(const dnncut_table& table, const blob_layout& layout) {
  Blob blob(blob_size(&table, &layout));
  write_blob(&table, &layout, blob.data());
  return blob;
}

std::vector<Blob> Seeds() {
  const blob_layout crowded = {0, 64, 16, 32, 300};
  return {BlobOf(sample_table, plain_layout),
          BlobOf(sample_table, later_layout),
          BlobOf(extreme_table, plain_layout), BlobOf(extreme_table, crowded)};
}

// A number that is at an edge of something.
uint32_t EdgeNumber(Random* random) {
  static const uint32_t kEdges[] = {
      0,          1,          2,   15,        16,         31,        32,
      63,         64,         116, 0xFF,      0xFFFE,     0xFFFF,    0x10000,
      0x7FFFFFFF, 0x80000000, 828, 999999999, 1000000000, 0xFFFFFFFF};
  return kEdges[random->Below(std::size(kEdges))] + random->Below(3) - 1;
}

void Resize(Random* random, Blob* blob) {
  const int size = static_cast<int>(blob->size());
  blob->resize(random->Chance(1, 2) ? random->Below(size + 1)
                                    : size + random->Below(40));
}

void Damage(Random* random, Blob* blob) {
  if (random->Chance(1, 12)) Resize(random, blob);
  if (blob->size() < 4) return;
  // Mostly header and rows, where it matters.
  const int range = random->Chance(3, 4) ? 112 : static_cast<int>(blob->size());
  const int at =
      random->Below(std::min<int>(range, static_cast<int>(blob->size()) - 3));
  uint8_t* const byte = &(*blob)[at];
  switch (random->Below(4)) {
    case 0:
      *byte ^= static_cast<uint8_t>(1 << random->Below(8));
      break;
    case 1:
      *byte = static_cast<uint8_t>(random->Below(256));
      break;
    case 2:
      put16(&(*blob)[at / 2 * 2], EdgeNumber(random));
      break;
    case 3:
      put32(&(*blob)[at / 4 * 4], EdgeNumber(random));
      break;
  }
}

int Run() {
  const std::vector<Blob> seeds = Seeds();
  Random random(20240229);
  std::map<int, int> counts;
  for (int i = 0; i < kMutations; ++i) {
    Blob blob = seeds[random.Below(static_cast<int>(seeds.size()))];
    for (int n = 1 + random.Below(4); n > 0; --n) Damage(&random, &blob);
    if (random.Chance(1, 2)) RepairBlob(blob.data(), blob.size());
    // An own allocation, so that what lies behind it is out of bounds.
    const Blob exact(blob.begin(), blob.end());
    ++counts[CheckBlob(exact.data(), exact.size())];
  }
  bool all_reached = true;
  for (int status = DNNCUT_OK; status <= DNNCUT_E_ORDER; ++status) {
    std::printf("status %d: %d\n", status, counts[status]);
    if (counts[status] < kLeastOfEachStatus) all_reached = false;
  }
  return all_reached ? 0 : 1;
}

}  // namespace
}  // namespace dnncut

int main() { return dnncut::Run(); }
