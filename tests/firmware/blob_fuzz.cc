// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on the blob reader, built with -DDNNCUT_FUZZ=ON and clang:
//
//   cmake -S . -B build/fuzz -DDNNCUT_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++-16
//   cmake --build build/fuzz --target blob_fuzz
//   build/fuzz/tests/firmware/blob_fuzz -max_total_time=300
#include <cstddef>
#include <cstdint>

#include "tests/firmware/blob_check.h"
#include "tests/firmware/sample_table.h"
#include "tests/firmware/table_bytes.h"

extern "C" {

size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dnncut::CheckBlob(data, size);
  return 0;
}

// Starts from tables of ours, and makes the CRC right in three of four cases:
// no fuzzer would guess it.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  const dnncut_table& table = seed % 2 == 0 ? sample_table : extreme_table;
  const blob_layout& layout = seed % 3 == 0 ? later_layout : plain_layout;
  if (size < 16 && blob_size(&table, &layout) <= max_size) {
    write_blob(&table, &layout, data);
    size = blob_size(&table, &layout);
  }
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed / 8 % 4 != 0) dnncut::RepairBlob(data, size);
  return size;
}

}  // extern "C"
