// SPDX-License-Identifier: Apache-2.0
//
// The self test on the host, and that the numbers it compares with on all other
// machines are right: found here without the reader.
#include <gtest/gtest.h>

#include "tests/firmware/reference.h"
#include "tests/firmware/sample_table.h"
#include "tests/firmware/self_test.h"

void self_test_failed(const char* check, uint32_t line) {
  ADD_FAILURE() << "self_test.c:" << line << ": " << check;
}

namespace dnncut {
namespace {

uint32_t DigestOf(const dnncut_table& table) {
  walk w = {1, 0, 0, 0, 0xFFF00000u};
  int64_t now_ms = w.now_ms;
  uint32_t digest = 2166136261u;
  ReferenceStepper stepper(table);
  for (uint32_t i = 0; i < WALK_STEPS; ++i) {
    const uint32_t before_ms = w.now_ms;
    walk_on(&w);
    now_ms += static_cast<uint32_t>(w.now_ms - before_ms);
    digest = digest_add(digest, ReferenceCut(table, w.kbps));
    digest = digest_add(digest, stepper.Step(w.kbps, now_ms));
    digest = digest_add(
        digest, ReferenceBest(table, w.kbps, w.rtt_us, w.slowdown_permille));
  }
  EXPECT_GT(now_ms, int64_t{1} << 32) << "the clock did not wrap around";
  return digest;
}

TEST(FirmwareSelfTest, Passes) { EXPECT_EQ(self_test(), 0u); }

TEST(FirmwareSelfTest, ComparesWithTheRightAnswers) {
  EXPECT_EQ(DigestOf(sample_table), SAMPLE_DIGEST);
  EXPECT_EQ(DigestOf(extreme_table), EXTREME_DIGEST);
}

}  // namespace
}  // namespace dnncut
