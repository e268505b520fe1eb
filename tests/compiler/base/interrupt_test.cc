// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

namespace dnncut {
namespace {

constexpr int64_t kShortNs = 1000;

// Returns whether time came up before so many seconds had gone.
bool ComesUp(int seconds) {
  for (int i = 0; i < 1000 * seconds; ++i) {
    if (WasInterrupted()) return true;
    usleep(1000);
  }
  return false;
}

TEST(TimeLimit, EndsWorkThatAsks) {
  LimitTime(kShortNs);
  ASSERT_TRUE(ComesUp(60));
  try {
    ThrowIfInterrupted();
    ADD_FAILURE() << "the time is up";
  } catch (const TimeIsUp& time) {
    EXPECT_EQ(time.message,
              "this takes longer than 1 us; --limit time=DURATION allows more");
  }
  LimitTime(std::nullopt);
}

TEST(TimeLimit, AnotherReplacesIt) {
  LimitTime(kShortNs);
  ASSERT_TRUE(ComesUp(60));
  LimitTime(int64_t{3'600'000'000'000});
  EXPECT_FALSE(ComesUp(1));
  EXPECT_NO_THROW(ThrowIfInterrupted());
  LimitTime(std::nullopt);
}

TEST(TimeLimit, NoneIsNone) {
  LimitTime(kShortNs);
  ASSERT_TRUE(ComesUp(60));
  LimitTime(std::nullopt);
  // Longer than a process has whose time was up.
  EXPECT_FALSE(ComesUp(2));
}

TEST(TimeLimitDeathTest, EndsWorkThatNeverAsks) {
  const auto hang = [] {
    LimitTime(kShortNs);
    for (;;) pause();
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(3),
              "dnncut: error\\[E142\\]: this takes longer than 1 us; --limit "
              "time=DURATION allows more\n");
}

volatile std::sig_atomic_t alarms = 0;

TEST(TimeLimit, LeavesTheClockOfACaller) {
  struct sigaction own = {};
  struct sigaction old = {};
  own.sa_handler = [](int) { alarms = alarms + 1; };
  ASSERT_EQ(sigaction(SIGALRM, &own, &old), 0);
  LimitTime(kShortNs);
  EXPECT_FALSE(ComesUp(1));
  std::raise(SIGALRM);
  EXPECT_EQ(alarms, 1);
  ASSERT_EQ(sigaction(SIGALRM, &old, nullptr), 0);
}

}  // namespace
}  // namespace dnncut
