// SPDX-License-Identifier: Apache-2.0
//
// LEMON 1.3.1 has a list of scalar types. For values of any other type it
// stores a map in a way that C++20's allocators no longer support. This header
// adds 128-bit integers, nodes and arcs to the list; include it before maps of
// these are used.
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
