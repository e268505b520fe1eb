// SPDX-License-Identifier: Apache-2.0
//
// Whether two results can be compared at all, and which layers are the same.
#pragma once

#include <optional>
#include <vector>

#include "tools/result/stored_result.h"

namespace dnncut {

// Layers are known by their names; of several with one name the first, second,
// ... belong together. Those that only compute sizes are in none of it.
struct LayerMatch {
  std::vector<std::optional<int>> old_of_new;  // by number in the new problem
  int common = 0;                              // how many of these are known
  std::vector<int> added;                      // numbers in the new problem
  std::vector<int> removed;                    // in the old one
};

// Both have a problem.
LayerMatch MatchLayers(const StoredResult& before, const StoredResult& after);

// A retrained or somewhat changed model may be compared with what it was; a
// model with other inputs or outputs (E811), or with fewer than half of the
// layers (E812), is another one. Throws Error; E813 when the tables have no
// bandwidth in common.
void RequireComparable(const StoredResult& before, const StoredResult& after);

}  // namespace dnncut
