// SPDX-License-Identifier: Apache-2.0
//
// The bandwidth that stands for a range of them.
#pragma once

#include <cstdint>

namespace dnncut {

// The bandwidth at which a row is shown: the geometric middle of its ends, cut
// to two digits when that is still inside.
int64_t MiddleKbps(int64_t min_kbps, int64_t max_kbps);

}  // namespace dnncut
