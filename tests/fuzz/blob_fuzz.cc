// SPDX-License-Identifier: Apache-2.0
//
// The firmware's blob, read by the C reader and by a second one that is written
// for clarity (tests/firmware/blob_check.h).
#include "tests/firmware/blob_check.h"
#include "tests/firmware/sample_table.h"
#include "tests/firmware/table_bytes.h"
#include "tests/fuzz/fuzzing.h"

namespace dnncut {
namespace {

std::string BlobOf(const dnncut_table& table, const blob_layout& layout) {
  std::string blob(blob_size(&table, &layout), '\0');
  write_blob(&table, &layout, reinterpret_cast<uint8_t*>(blob.data()));
  return blob;
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  const blob_layout crowded = {0, 64, 16, 32, 300};
  return {BlobOf(sample_table, plain_layout),
          BlobOf(sample_table, later_layout),
          BlobOf(extreme_table, plain_layout), BlobOf(extreme_table, crowded)};
}

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dnncut::CheckBlob(data, size);
  return 0;
}

// Makes the CRC right in three of four cases: no fuzzer would guess it.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 4 != 0) dnncut::RepairBlob(data, size);
  return size;
}

}  // extern "C"
