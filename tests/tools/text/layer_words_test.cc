// SPDX-License-Identifier: Apache-2.0
#include "tools/text/layer_words.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(LayerWords, LayersInRuns) {
  Problem problem;
  for (int i = 0; i < 9; ++i) {
    problem.layers.push_back({.name = fmt::format("l{}", i)});
  }
  EXPECT_EQ(LayerRuns(problem, {0, 1, 2, 4, 5, 7}, 9),
            "'l0' .. 'l2' (3 layers), 'l4', 'l5', 'l7'");
  EXPECT_EQ(LayerRuns(problem, {0, 2, 4, 6, 7}, 2),
            "'l0', 'l2', 3 layers more");
  EXPECT_EQ(LayerRuns(problem, {0, 2, 4}, 2), "'l0', 'l2', 1 layer more");
}

}  // namespace
}  // namespace dnncut
