// SPDX-License-Identifier: Apache-2.0
//
// How many elements a result gets at most, where that says more than the bounds
// of its dims: of a tensor that is reshaped to [n, -1], n and the other dim can
// each be large, but not both at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frontends/shapes/type_engine.h"

namespace dnncut {

// INT64_MAX when nothing says it. The node's operator is no function's.
int64_t MostElements(const NodeRun& run, size_t output);

}  // namespace dnncut
