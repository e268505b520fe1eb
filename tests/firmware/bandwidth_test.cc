// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dnncut_bandwidth.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr uint32_t kNow = 0xFFFFFFF0;  // the clock is about to wrap around

dnncut_bandwidth NewLink(uint32_t max_age_ms = 0, uint32_t min_bytes = 0) {
  dnncut_bandwidth link;
  dnncut_bandwidth_init(&link, max_age_ms, min_bytes);
  return link;
}

// `bytes` at `kbps`.
void Transfer(dnncut_bandwidth* link, uint32_t bytes, uint32_t kbps,
              uint32_t now_ms = kNow) {
  dnncut_bandwidth_add(link, bytes,
                       static_cast<uint32_t>(uint64_t{8000} * bytes / kbps),
                       now_ms);
}

uint32_t Kbps(dnncut_bandwidth link) {
  return dnncut_bandwidth_kbps(&link, kNow);
}

TEST(FirmwareBandwidth, AllZeroBytesAreAFreshOne) {
  dnncut_bandwidth link = {};
  EXPECT_EQ(Kbps(link), 0u);
  Transfer(&link, 1, 8);
  EXPECT_EQ(Kbps(link), 8u);
}

TEST(FirmwareBandwidth, OneTransferIsTheBandwidthRoundedDown) {
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    dnncut_bandwidth link = NewLink();
    const auto bytes = static_cast<uint32_t>(random.Below(1 << 24));
    const auto us = static_cast<uint32_t>(1 + random.Below((1 << 24) - 1));
    if (bytes == 0) continue;
    dnncut_bandwidth_add(&link, bytes, us, kNow);
    const uint64_t exact = uint64_t{8000} * bytes / us;
    const uint64_t expected = std::clamp<uint64_t>(exact, 1, 0xFFFFFFFF);
    ASSERT_EQ(Kbps(link), expected) << bytes << " " << us;
  }
}

TEST(FirmwareBandwidth, DivisionIsExact) {
  EXPECT_EQ(dnncut_bandwidth_divide(uint64_t{7} << 32, 7), 0xFFFFFFFFu);
  EXPECT_EQ(dnncut_bandwidth_divide((uint64_t{7} << 32) - 1, 7), 0xFFFFFFFFu);
  Random random(2);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t dividend = random.Next() >> random.Below(64);
    const auto divisor =
        static_cast<uint32_t>(random.Next() >> (33 + random.Below(31)));
    if (divisor == 0) continue;
    ASSERT_EQ(dnncut_bandwidth_divide(dividend, divisor),
              std::min<uint64_t>(dividend / divisor, 0xFFFFFFFF))
        << dividend << " / " << divisor;
  }
}

// A large or long transfer counts less, but its bandwidth is the same.
TEST(FirmwareBandwidth, TakesTransfersOfAnySize) {
  Random random(3);
  for (int i = 0; i < 100'000; ++i) {
    dnncut_bandwidth link = NewLink();
    const auto bytes = static_cast<uint32_t>(random.Next() >> 32);
    const auto us = static_cast<uint32_t>(random.Next() >> 32);
    if (bytes == 0 || us == 0) continue;
    dnncut_bandwidth_add(&link, bytes, us, kNow);
    const double exact = 8000.0 * bytes / us;
    ASSERT_NEAR(Kbps(link), exact, 1 + exact / 100) << bytes << " " << us;
  }
}

TEST(FirmwareBandwidth, ExtremesSaturate) {
  for (const uint32_t bytes : {1u, 0xFFFFFFFFu}) {
    for (const uint32_t us : {1u, 0xFFFFFFFFu}) {
      dnncut_bandwidth link = NewLink();
      for (int i = 0; i < 1000; ++i) {
        dnncut_bandwidth_add(&link, bytes, us, kNow);
        ASSERT_LT(link.mean.bytes16, 1u << 31);
        ASSERT_LT(link.mean.us16, 1u << 31);
        ASSERT_GT(Kbps(link), 0u);
      }
      if (bytes != us) {
        EXPECT_EQ(Kbps(link), bytes > us ? 0xFFFFFFFFu : 1u);
      }
    }
  }
}

TEST(FirmwareBandwidth, StaysAtASteadyLinksBandwidth) {
  for (uint32_t kbps = 8; kbps < 100'000'000; kbps = kbps * 3 / 2) {
    dnncut_bandwidth link = NewLink();
    Random random(kbps);
    for (int i = 0; i < 500; ++i) {
      // A millisecond to a second.
      const int64_t us = int64_t{1000} * (1 + random.Below(1000));
      const auto bytes =
          static_cast<uint32_t>(std::max<int64_t>(1, us * kbps / 8000));
      Transfer(&link, bytes, kbps);
    }
    EXPECT_NEAR(Kbps(link), kbps, 1 + kbps / 100);
  }
}

// The same bandwidth from a second and a hundredth of it: weights are times.
TEST(FirmwareBandwidth, WeighsByTime) {
  dnncut_bandwidth link = NewLink();
  Transfer(&link, 1'250'000, 10'000);  // a second
  Transfer(&link, 18'000, 14'000);     // ten milliseconds
  EXPECT_NEAR(Kbps(link), 10'050, 10);
}

TEST(FirmwareBandwidth, FollowsAStepWithTheThirdTransfer) {
  for (const uint32_t before : {200u, 5'000u, 1'000'000u}) {
    for (const uint32_t after :
         {before / 100, before / 2, before * 2, before * 100}) {
      dnncut_bandwidth link = NewLink();
      for (int i = 0; i < 100; ++i) Transfer(&link, 200'000, before);
      for (int i = 0; i < 2; ++i) {
        Transfer(&link, 200'000, after);
        EXPECT_NEAR(Kbps(link), before, 1 + before / 100);
      }
      Transfer(&link, 200'000, after);
      EXPECT_NEAR(Kbps(link), after, 1 + after / 100);
    }
  }
}

// A step too small to be a change: the mean comes within 5 % in 20 transfers.
TEST(FirmwareBandwidth, FollowsASmallStep) {
  for (const uint32_t after : {7'000u, 14'000u}) {
    dnncut_bandwidth link = NewLink();
    for (int i = 0; i < 100; ++i) Transfer(&link, 200'000, 10'000);
    for (int i = 0; i < 20; ++i) Transfer(&link, 200'000, after);
    EXPECT_NEAR(Kbps(link), after, after / 20);
  }
}

TEST(FirmwareBandwidth, IgnoresSingleOutliers) {
  for (const uint32_t outlier : {10u, 10'000'000u}) {
    dnncut_bandwidth link = NewLink();
    Random random(outlier);
    for (int i = 0; i < 1000; ++i) {
      Transfer(&link, 200'000, i % 4 == 3 ? outlier : 10'000);
      ASSERT_NEAR(Kbps(link), 10'000, 100) << i;
    }
  }
}

// Every other transfer is odd: both kinds are the link.
TEST(FirmwareBandwidth, AMixedLinkComesToTheMeanOfBoth) {
  dnncut_bandwidth link = NewLink();
  for (int i = 0; i < 50; ++i) Transfer(&link, 200'000, 10'000);
  for (int i = 0; i < 50; ++i) {
    Transfer(&link, 200'000, 10'000);
    Transfer(&link, 200'000, 2'000);
  }
  EXPECT_GT(Kbps(link), 2'500u);
  EXPECT_LT(Kbps(link), 5'000u);  // 3333 over equal numbers of bytes
}

TEST(FirmwareBandwidth, IgnoresSmallTransfers) {
  dnncut_bandwidth link = NewLink(1000, 1024);
  Transfer(&link, 1023, 5, 0);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, 0), 0u);
  Transfer(&link, 1024, 5'000, 0);
  for (int i = 0; i < 100; ++i) Transfer(&link, 1023, 5, 999);
  EXPECT_NEAR(dnncut_bandwidth_kbps(&link, 1000), 5'000, 50);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, 1001), 0u) << "pings kept it alive";
}

// A clock of 10 ms shows 0 or 10,000 us; over time the sum is right.
TEST(FirmwareBandwidth, ACoarseClockIsRightInTheLongRun) {
  dnncut_bandwidth link = NewLink();
  int64_t time_us = 0;
  std::vector<double> estimates;
  for (int i = 0; i < 2000; ++i) {
    const int64_t before = time_us / 10'000;
    time_us += 3'700;  // 4,000 bytes: 8,649 kbit/s
    const auto ticks = static_cast<uint32_t>(time_us / 10'000 - before);
    dnncut_bandwidth_add(&link, 4'000, ticks * 10'000, kNow);
    if (i > 100) estimates.push_back(Kbps(link));
  }
  for (const double kbps : estimates) ASSERT_NEAR(kbps, 8'649, 865);
}

TEST(FirmwareBandwidth, ZeroMicrosecondsAloneAreUnknown) {
  dnncut_bandwidth link = NewLink();
  for (int i = 0; i < 10; ++i) {
    dnncut_bandwidth_add(&link, 0xFFFFFFFF, 0, kNow);
    EXPECT_EQ(Kbps(link), 0u);
  }
  EXPECT_EQ(link.pending_bytes, 0xFFFFFFFFu);
}

TEST(FirmwareBandwidth, ForgetsWhatIsTooOld) {
  dnncut_bandwidth link = NewLink(5000);
  Transfer(&link, 10'000, 10'000, kNow);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, kNow + 5000), 10'000u);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, kNow + 5001), 0u);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, kNow), 0u) << "it came back to life";
  // What was forgotten has no say in what is odd.
  Transfer(&link, 10'000, 500, kNow + 6000);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, kNow + 6000), 500u);
  Transfer(&link, 10'000, 80'000, kNow + 20'000);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, kNow + 20'000), 80'000u);
}

TEST(FirmwareBandwidth, AgeZeroIsForEver) {
  dnncut_bandwidth link = NewLink();
  Transfer(&link, 10'000, 10'000, 0);
  EXPECT_EQ(dnncut_bandwidth_kbps(&link, 0xFFFFFFFF), 10'000u);
}

TEST(FirmwareBandwidth, ForgetMeansUnknown) {
  dnncut_bandwidth link = NewLink(5000, 7);
  Transfer(&link, 10'000, 10'000);
  dnncut_bandwidth_forget(&link);
  EXPECT_EQ(Kbps(link), 0u);
  EXPECT_EQ(link.max_age_ms, 5000u);
  EXPECT_EQ(link.min_bytes, 7u);
}

// Noise of 18 % either way: the mean of eight or so scatters less.
TEST(FirmwareBandwidth, NoiseIsAveraged) {
  dnncut_bandwidth link = NewLink();
  Random random(9);
  for (int i = 0; i < 20; ++i) Transfer(&link, 200'000, 10'000);
  for (int i = 0; i < 5000; ++i) {
    Transfer(&link, 200'000,
             static_cast<uint32_t>(8'500 + random.Below(3'600)));
    ASSERT_NEAR(Kbps(link), 10'100, 1'500) << i;
  }
}

}  // namespace
}  // namespace dnncut
