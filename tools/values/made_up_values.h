// SPDX-License-Identifier: Apache-2.0
//
// Values for models that are run without any.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/model/dtype.h"
#include "tools/values/value.h"

namespace dnncut {

// The same for the same arguments, on every machine. Floating point: k/512 with
// k in -1000 .. 1000, which float16 holds exactly, for bfloat16 k/128 with k in
// -250 .. 250. Integers and bools: 0 or 1. Others (below a byte, 8-bit floats,
// complex): zero bytes. `dtype` must have a fixed size.
Value MadeUpTensor(DType dtype, const std::vector<int64_t>& shape, int64_t seed,
                   int64_t position);

}  // namespace dnncut
