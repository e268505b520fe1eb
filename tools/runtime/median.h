// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace dnncut {

// Of times in nanoseconds, at least one; of an even number the mean of the two
// in the middle, rounded down.
int64_t MedianNs(std::vector<int64_t> ns);

}  // namespace dnncut
