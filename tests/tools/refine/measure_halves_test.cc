// SPDX-License-Identifier: Apache-2.0
#include "tools/refine/measure_halves.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(IsSettled, NeedsThreeProcessesOfWhichTheBestTwoAgree) {
  EXPECT_FALSE(IsSettled({}));
  EXPECT_FALSE(IsSettled({1000, 1000}));
  EXPECT_TRUE(IsSettled({1000, 1000, 1000}));
  EXPECT_TRUE(IsSettled({1020, 5000, 1000}));
  EXPECT_FALSE(IsSettled({1021, 5000, 1000}));
  // Slow ones that agree prove nothing while one was faster.
  EXPECT_FALSE(IsSettled({2000, 2000, 2000, 1000}));
  EXPECT_TRUE(IsSettled({2000, 2000, 2000, 1000, 1010}));
  EXPECT_FALSE(IsSettled({800, 700, 600, 500, 400, 300, 200, 100}));
}

TEST(WarnOfUnsettled, SaysHowManyHalves) {
  Warnings warnings;
  WarnOfUnsettled(0, &warnings);
  EXPECT_TRUE(warnings.empty());
  WarnOfUnsettled(1, &warnings);
  WarnOfUnsettled(2, &warnings);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].id, "W741");
  EXPECT_EQ(warnings[0].text.rfind("1 half took", 0), 0u);
  EXPECT_EQ(warnings[1].text.rfind("2 halves took", 0), 0u);
}

}  // namespace
}  // namespace dnncut
