// SPDX-License-Identifier: Apache-2.0
#include "backends/result/middle_kbps.h"

#include <gtest/gtest.h>

#include "compiler/problem/problem.h"

namespace dnncut {
namespace {

TEST(MiddleKbps, IsInside) {
  EXPECT_EQ(MiddleKbps(64, 10'000'000), 25'000);
  for (int64_t from = 1; from <= kLimitKbps; from = from * 5 + 3) {
    for (int64_t to = from; to <= kLimitKbps; to = to * 7 + 1) {
      const int64_t middle = MiddleKbps(from, to);
      EXPECT_GE(middle, from);
      EXPECT_LE(middle, to);
    }
  }
}

}  // namespace
}  // namespace dnncut
