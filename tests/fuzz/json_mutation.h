// SPDX-License-Identifier: Apache-2.0
//
// Mutations for fuzz targets that read JSON.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dnncut {

// For LLVMFuzzerCustomMutator. Mostly changes a value of the JSON text:
// numbers become extreme ones, types others, members and elements go, come
// twice or come from elsewhere. Now and then changes bytes, which also is what
// happens to text that is no JSON.
size_t MutateJson(uint8_t* data, size_t size, size_t max_size,
                  unsigned int seed);

}  // namespace dnncut
