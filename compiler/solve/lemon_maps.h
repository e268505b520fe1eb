// SPDX-License-Identifier: Apache-2.0
//
// LEMON 1.3.1 knows scalar types by name; to map a node or an arc to anything
// else it takes an array map that C++20's allocators no longer support. After
// this header it takes its vector map for numbers of 128 bits, nodes and arcs.
#pragma once

#include <lemon/bits/default_map.h>

#include <type_traits>

#include "compiler/base/checked_math.h"

namespace lemon {

template <typename Graph, typename Item, typename Value>
requires std::is_class_v<Value> || std::is_same_v<Value, dnncut::Int128>
struct DefaultMapSelector<Graph, Item, Value> {
  typedef VectorMap<Graph, Item, Value> Map;
};

}  // namespace lemon
