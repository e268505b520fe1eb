// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace dnncut {

// Is each element greater than the one before it?
template <typename T>
bool IsAscending(const std::vector<T>& list) {
  return std::adjacent_find(list.begin(), list.end(),
                            std::greater_equal<T>()) == list.end();
}

}  // namespace dnncut
