// SPDX-License-Identifier: Apache-2.0
#include "tools/text/terminal.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(PrintableTest, WhatIsNotSeenIsEscaped) {
  EXPECT_EQ(Printable("caf\u00e9 \u2764\ufe0f"), "caf\u00e9 \u2764\ufe0f");
  EXPECT_EQ(Printable("a\x1b[1m"), "a\\x1b[1m");
  EXPECT_EQ(Printable("\xff"), "\\xff");
  // A control of C1, an override of the direction, a filler, a joiner, an
  // annotation, a selector of variants, Braille without dots.
  for (const char* hidden : {"\u009b", "\u202e", "\u3164", "\u034f", "\ufff9",
                             "\U000e0100", "\u2800"}) {
    EXPECT_TRUE(Printable(hidden).starts_with("\\x")) << hidden;
  }
}

TEST(PrintableTest, LongNamesAreCutInTheMiddle) {
  const std::string name = "first" + std::string(60'000, 'x') + "last";
  const std::string shown = Printable("tensor '" + name + "' has no size");
  EXPECT_LT(shown.size(), 500U);
  EXPECT_TRUE(shown.starts_with("tensor 'first"));
  EXPECT_TRUE(shown.ends_with("last' has no size"));
  EXPECT_NE(shown.find("bytes...]"), std::string::npos);

  std::string words;
  for (int i = 0; i < 30'000; ++i) words += "\u00e9 ";
  EXPECT_LT(Printable(words).size(), 9'000U);
  // Cut between characters: it is still what it was.
  EXPECT_TRUE(Printable(Printable(words)) == Printable(words));
}

}  // namespace
}  // namespace dnncut
