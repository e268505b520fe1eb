// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/median.h"

#include <algorithm>

namespace dnncut {

int64_t MedianNs(std::vector<int64_t> ns) {
  std::sort(ns.begin(), ns.end());
  const size_t middle = ns.size() / 2;
  if (ns.size() % 2 == 1) return ns[middle];
  return ns[middle - 1] + (ns[middle] - ns[middle - 1]) / 2;
}

}  // namespace dnncut
