// SPDX-License-Identifier: Apache-2.0
#include "backends/result/setting_text.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(SettingText, MachinesSayThatTheyAreRefined) {
  const MachineLabel board = {"board", "refined"};
  EXPECT_EQ(MachineText(board, std::nullopt), "board");
  EXPECT_EQ(MachineText(board, 1), "board, refined");
  EXPECT_EQ(MachineText(board, 2.5), "board, refined, slowdown 2.5");
}

TEST(SettingText, LinksNameWhatComesBack) {
  Problem problem;
  problem.range = {64, 10'000'000};
  problem.rtt_ns = 5'000'000;
  const std::string up = "uplink 64 kbit/s to 10 Gbit/s, round trip 5 ms";
  EXPECT_EQ(LinkText(problem), up + ", downlink as uplink");
  problem.downlink = {Downlink::Kind::kFree};
  EXPECT_EQ(LinkText(problem), up + ", downlink free");
  problem.downlink = {Downlink::Kind::kFixed, 5000};
  EXPECT_EQ(LinkText(problem), up + ", downlink 5 Mbit/s");
  problem.result = Side::kServer;
  EXPECT_EQ(LinkText(problem), up + ", results wanted on the server");
}

}  // namespace
}  // namespace dnncut
