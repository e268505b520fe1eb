// SPDX-License-Identifier: Apache-2.0
//
// The small parts of the command line: globs, groups, tables of text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/base/utf8.h"
#include "tools/compile/machine_costs.h"
#include "tools/compile/placement.h"
#include "tools/text/markdown_page.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

TEST(GlobTest, StarsAndQuestionMarks) {
  EXPECT_TRUE(MatchesGlob("", ""));
  EXPECT_TRUE(MatchesGlob("*", ""));
  EXPECT_TRUE(MatchesGlob("conv*", "conv1"));
  EXPECT_TRUE(MatchesGlob("*conv", "my/conv"));
  EXPECT_TRUE(MatchesGlob("*a*b*", "xxaxxbxx"));
  EXPECT_TRUE(MatchesGlob("a?c", "abc"));
  EXPECT_TRUE(MatchesGlob("w[0]", "w[0]"));
  EXPECT_TRUE(MatchesGlob("a*bc", "abcbc"));
  EXPECT_FALSE(MatchesGlob("w[0]", "w0"));
  EXPECT_FALSE(MatchesGlob("a?c", "ac"));
  EXPECT_FALSE(MatchesGlob("conv", "conv1"));
  EXPECT_FALSE(MatchesGlob("*b", "abc"));
  EXPECT_FALSE(MatchesGlob("", "a"));
}

TEST(GlobTest, ManyStarsEndInTime) {
  std::string glob;
  for (int i = 0; i < 200; ++i) glob += "*a";
  EXPECT_FALSE(MatchesGlob(glob + "b", std::string(5000, 'a')));
}

// x -> first -> y -> second -> z
Graph TwoLayers() {
  Graph graph;
  graph.input_count = 1;
  graph.tensors.resize(3);
  graph.tensors[0].name = "x";
  graph.tensors[1].name = "y";
  graph.tensors[2].name = "z";
  graph.layers.resize(2);
  graph.layers[0].name = "first";
  graph.layers[0].outputs = {1};
  graph.layers[1].name = "second";
  graph.layers[1].outputs = {2};
  return graph;
}

TEST(PlacementTest, PinsByLayerAndByTensor) {
  const Placement placement = PinLayers(TwoLayers(), {{"fir*"}, {"z"}});
  EXPECT_THAT(placement.pins,
              testing::ElementsAre(Side::kDevice, Side::kServer));
}

TEST(PlacementTest, MistakesAreNamed) {
  try {
    PinLayers(TwoLayers(), {{"secnd"}, {}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E120");
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'second'?"));
  }
  try {
    PinLayers(TwoLayers(), {{"*"}, {"second"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E121");
    EXPECT_THAT(error.what(), testing::HasSubstr("'second'"));
  }
  // An input is no layer's output.
  EXPECT_THROW(PinLayers(TwoLayers(), {{"x"}, {}}), Error);
}

TEST(GroupsTest, BothSidesGroupsHold) {
  MachineCosts device;
  MachineCosts server;
  EXPECT_TRUE(CombineGroups({device, server}, 3).empty());
  device.groups = {7, 7, std::nullopt, std::nullopt, 9, std::nullopt};
  server.groups = {std::nullopt, 1, 1, std::nullopt, std::nullopt, 4};
  const auto groups = CombineGroups({device, server}, 6);
  EXPECT_EQ(groups[0], groups[1]);
  EXPECT_EQ(groups[1], groups[2]);
  EXPECT_TRUE(groups[0].has_value());
  // A group of one is none.
  EXPECT_FALSE(groups[3] || groups[4] || groups[5]);
}

TEST(GroupsTest, LongChainsOfGroupsBecomeOne) {
  MachineCosts device;
  MachineCosts server;
  constexpr int kLayers = 1000;
  for (int i = 0; i < kLayers; ++i) {
    device.groups.push_back(i / 2);
    server.groups.push_back((i + 1) / 2);
  }
  const auto groups = CombineGroups({device, server}, kLayers);
  for (const auto& group : groups) EXPECT_EQ(group, groups[0]);
}

TEST(CostsTest, CrossingsOfBothSidesAddUp) {
  MachineCosts device;
  MachineCosts server;
  device.ns = {1, 2};
  server.ns = {3, 4};
  device.cross_ns = {10, 0, 5};
  server.cross_ns = {1, 0, 0};
  const CostTable costs = CombineCosts({device, server}, TwoLayers());
  EXPECT_THAT(costs.ns.device, testing::ElementsAre(1, 2));
  EXPECT_THAT(costs.ns.server, testing::ElementsAre(3, 4));
  EXPECT_THAT(costs.cross_ns, testing::ElementsAre(11, 0, 5));
}

TEST(TextTableTest, AlignsAndLeavesNoTrailingSpaces) {
  EXPECT_EQ(TextTable({{"name", Align::kLeft}, {"n", Align::kRight}},
                      {{"a", "1"}, {"longer", "10"}, {"short"}}),
            "name     n\n"
            "a        1\n"
            "longer  10\n"
            "short\n");
}

TEST(TextTableTest, WidthsAreThoseOfATerminal) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("größe"), 5);
  EXPECT_EQ(DisplayWidth("畳み込み"), 8);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("\U0001F600"), 2);
  EXPECT_EQ(DisplayWidth("\u0915\u093f"), 1);
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2);
  EXPECT_EQ(DisplayWidth("\xe7"), 1);
}

TEST(TerminalTest, ControlCharactersAreSpeltOut) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc\x7f"), "a\\x1b[31mb\\x0ac\\x7f");
  EXPECT_EQ(Printable("größe"), "größe");
  EXPECT_EQ(Printable("\u65e5\U0001f600"), "\u65e5\U0001f600");
  // U+009B is ESC [ to a terminal; the others are no UTF-8: cut off, too long
  // an encoding, half of a pair, beyond the last character.
  EXPECT_EQ(Printable("\xc2\x9b."), "\\xc2\\x9b.");
  EXPECT_EQ(Printable("\xff\xe2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(Printable("\xc1\xbf\xe0\x9f\xbf"), "\\xc1\\xbf\\xe0\\x9f\\xbf");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

// A name must not turn the text around it, or hide a part of itself.
TEST(TerminalTest, WhatTurnsTheDirectionOfTextIsSpeltOut) {
  for (const char32_t c : {0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d,
                           0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x061c,
                           0x200b, 0x2028, 0xfeff, 0x3164, 0xe0001, 0xe0002}) {
    std::string name = "a";
    AppendUtf8(c, &name);
    const std::string printable = Printable(name);
    EXPECT_EQ(printable.substr(0, 3), "a\\x") << static_cast<uint32_t>(c);
    for (const char byte : printable) EXPECT_GT(byte, ' ');
  }
  EXPECT_EQ(Printable("\u202e"), "\\xe2\\x80\\xae");
  EXPECT_EQ(EscapeMarkdown("\u202e"), "&#92;xe2&#92;x80&#92;xae");
  EXPECT_EQ(Printable("\u05d0\u0627"), "\u05d0\u0627");  // letters stay
  EXPECT_EQ(Printable("\u2764\ufe0f"), "\u2764\ufe0f");  // an emoji's form
}

TEST(DidYouMeanTest, NearNamesOnly) {
  EXPECT_EQ(DidYouMean("compil", {"inspect", "compile"}),
            "; did you mean 'compile'?");
  EXPECT_EQ(DidYouMean("T4", {"a10", "t4"}), "; did you mean 't4'?");
  EXPECT_EQ(DidYouMean("banana", {"inspect", "compile"}), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
  EXPECT_EQ(DidYouMean("x", {"y"}), "");
  EXPECT_EQ(DidYouMean(std::string(1'000'000, 'a'), {"b"}), "");
}

}  // namespace
}  // namespace dnncut
