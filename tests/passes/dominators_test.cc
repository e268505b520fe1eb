// SPDX-License-Identifier: Apache-2.0
#include "passes/dominators.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing.h"

namespace dnncut {
namespace {

TEST(DominatorsTest, DiamondAndTail) {
  //  0 ─ 1 ─ 2 ─┐
  //      └── 3 ─┴─ 4 ─ 5     6 (reads nothing)
  const std::vector<std::vector<int>> predecessors = {{},     {0}, {1}, {1},
                                                      {2, 3}, {4}, {}};
  EXPECT_EQ(ImmediateDominators(predecessors),
            (std::vector<int>{0, 0, 1, 1, 1, 4, 0}));
}

// Nodes from which `node` can no longer be reached without them, by trying.
bool Dominates(const std::vector<std::vector<int>>& predecessors, int dominator,
               int node) {
  const int count = static_cast<int>(predecessors.size());
  std::vector<bool> reached(count);
  for (int i = 0; i < count; ++i) {
    reached[i] = i == 0 || predecessors[i].empty();
    for (int p : predecessors[i]) {
      if (reached[p]) reached[i] = true;
    }
    if (i == dominator) reached[i] = false;
  }
  return !reached[node];
}

TEST(DominatorsTest, AgreesWithRemovingEachNode) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const int count = 2 + random.Below(30);
    std::vector<std::vector<int>> predecessors(count);
    for (int node = 1; node < count; ++node) {
      for (int p = 0; p < node; ++p) {
        if (random.Chance(2, node + 1)) predecessors[node].push_back(p);
      }
    }
    const std::vector<int> dominators = ImmediateDominators(predecessors);
    for (int node = 1; node < count; ++node) {
      int last = 0;
      for (int other = 1; other < node; ++other) {
        if (Dominates(predecessors, other, node)) last = other;
      }
      ASSERT_EQ(dominators[node], last) << "node " << node;
    }
  }
}

}  // namespace
}  // namespace dnncut
