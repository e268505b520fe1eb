// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cut_words.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

CutCosts Layers(int device, int server) {
  CutCosts costs;
  costs.layers.device = device;
  costs.layers.server = server;
  return costs;
}

TEST(CutWords, WhereLayersRun) {
  EXPECT_EQ(WhereText(Layers(5, 0)), "all on the device");
  EXPECT_EQ(WhereText(Layers(0, 5)), "all on the server");
  EXPECT_EQ(WhereText(Layers(2, 3)), "2 of 5 layers on the device");
  EXPECT_EQ(DeviceShareText(Layers(0, 5)), "0 of 5 layers on the device");
}

TEST(CutWords, WhatIsSent) {
  const auto letter = [](size_t i) { return std::string(1, "abc"[i]); };
  EXPECT_EQ(SentText(0, 2, letter), "nothing");
  EXPECT_EQ(SentText(2, 2, letter), "a, b");
  EXPECT_EQ(SentText(3, 2, letter), "a, b and 1 more");
}

TEST(CutWords, Ranges) {
  EXPECT_EQ(RangeText({64, 5000}), "from 64 kbit/s to 5 Mbit/s");
  EXPECT_EQ(RangeText({3000, 3000}), "at 3 Mbit/s");
}

}  // namespace
}  // namespace dnncut
