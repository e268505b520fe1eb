// SPDX-License-Identifier: Apache-2.0
#include "backends/result/verdict.h"

#include <gtest/gtest.h>

#include "tests/testing.h"

namespace dnncut {
namespace {

// A layer of 2^53 + 1 ns on the device, and cuts that take 2^53 and 2^53 - 1:
// as doubles, both are as fast as that.
TEST(Gain, IsComparedExactly) {
  constexpr int64_t kWhole = int64_t{1} << 53;
  Problem problem;
  problem.range = {1, 2};
  problem.layers = {MakeLayer("a", kWhole + 1, 1)};
  CutTable table;
  table.cuts = {{{}, {.layers = {.server = 1}, .ns = {.server = kWhole}}},
                {{}, {.layers = {.server = 1}, .ns = {.server = kWhole - 1}}}};
  table.rows = {{1, 1, 0}, {2, 2, 1}};
  const std::optional<Gain> gain = GainOver(problem, table, Side::kDevice);
  ASSERT_TRUE(gain);
  EXPECT_EQ(gain->most_kbps, 2);
}

TEST(Gain, IsNoneOverNoTime) {
  Problem problem;
  problem.range = {1, 2};
  problem.layers = {MakeLayer("a", 5, 0)};
  CutTable table;
  table.cuts = {{{}, {.layers = {.server = 1}}}};
  table.rows = {{1, 2, 0}};
  const std::optional<Gain> gain = GainOver(problem, table, Side::kDevice);
  EXPECT_EQ(GainText("device", gain), "none over device-only");
}

TEST(Gain, IsSaidWithThreeDigits) {
  EXPECT_EQ(GainText("device", Gain{1, 9.994, 5000}),
            "1.00x to 9.99x over device-only (most at 5 Mbit/s)");
  EXPECT_EQ(GainText("server", Gain{9.996, 99.96, 64}),
            "10.0x to 100x over server-only (most at 64 kbit/s)");
  EXPECT_EQ(GainText("server", Gain{2488.25, 12800000.01, 64}),
            "2490x to 12800000x over server-only (most at 64 kbit/s)");
}

// A table that kept one split only: it is used everywhere, but pays where it is
// faster than either side alone.
TEST(Verdict, JudgesTheCutsThatAreKept) {
  Problem problem;
  problem.range = {1, 100};
  problem.layers = {MakeLayer("a", 100'000'000, 50'000'000),
                    MakeLayer("b", 900'000'000, 100'000'000)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 5000),
                     MakeTensor("t", 0, {1}, 1000)};
  CutTable kept;
  const Cut split = {Side::kDevice, Side::kServer};
  kept.cuts = {{split, CountCosts(problem, split)}};
  kept.rows = {{1, 100, 0}};
  // 200 ms + 8 s / W against 1 s on the device: from 10 kbit/s. On the server
  // 150 ms + 40 s / W: slower everywhere.
  EXPECT_EQ(VerdictText(problem, kept, kept),
            "split: it pays from 10 kbit/s to 100 kbit/s");
  problem.layers[1].ns.device = 0;
  EXPECT_EQ(VerdictText(problem, kept, kept),
            "the cuts that are kept do not pay: one side alone is faster at "
            "every bandwidth");
}

TEST(MemoryWords, NameBothSides) {
  EXPECT_EQ(MemoryText({{0, 5}, {2048, 1024}}),
            "device 5 B, server 3.0 KiB (2.0 KiB of weights)");
}

TEST(Cause, IsAFlagOrTheSearch) {
  EXPECT_EQ(CauseOf({"buckets", 0.1, 5}), "--buckets");
  EXPECT_EQ(CauseOf({"search", 0.1, 5}), "the limit of the search");
}

}  // namespace
}  // namespace dnncut
