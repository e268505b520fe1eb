// SPDX-License-Identifier: Apache-2.0
//
// The C reader on any bytes, compared with a second reader of the same format
// that is written for clarity. For the fuzzer and the mutation test, which look
// for accesses outside of the bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dnncut {

// What dnncut_blob_open says of the bytes. Aborts with a message when that, or
// an answer of the opened blob, is not what it should be.
int CheckBlob(const uint8_t* data, size_t size);

// Makes total_bytes and the CRC right, if there is room for them.
void RepairBlob(uint8_t* data, size_t size);

}  // namespace dnncut
