// SPDX-License-Identifier: Apache-2.0
//
// One of the two results that `dnncut diff` compares, and whether they can be
// compared at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/problem_file.h"
#include "backends/result/table_file.h"

namespace dnncut {

struct ComparedResult {
  std::string path;  // as the user named it
  TableFile table;
  std::optional<ProblemFile> problem_file;  // nullopt: none with the table
};

// `path` is a result folder, or a table. The problem.json beside a table is
// its own only when it still has the name that compile gave it. Throws Error.
ComparedResult LoadCompared(const std::string& path);

// Layers are known by their names; of several with one name the first, second,
// ... belong together.
struct LayerMatch {
  std::vector<std::optional<int>> old_of_new;  // by number in the new problem
  std::vector<int> added;                      // numbers in the new problem
  std::vector<int> removed;                    // in the old one
};

// Both have a problem.
LayerMatch MatchLayers(const ComparedResult& before,
                       const ComparedResult& after);

// A retrained or somewhat changed model may be compared with what it was; a
// model with other inputs or outputs (E811), or with fewer than half of the
// layers (E812), is another one. Throws Error; E813 when the tables have no
// bandwidth in common.
void RequireComparable(const ComparedResult& before,
                       const ComparedResult& after);

}  // namespace dnncut
