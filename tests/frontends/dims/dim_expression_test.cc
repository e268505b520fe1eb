// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/dim_expression.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace dnncut {
namespace {

// "12", "-1 is no size", "open", "name".
std::string Computed(const std::string& text) {
  const std::map<std::string, int64_t> values = {
      {"a", 7}, {"b", 2}, {"far", INT64_MAX}, {"zero", 0}, {"past_len.1", 16}};
  const ComputedDim dim =
      ComputeDim(text, [&](const std::string& name) -> std::optional<int64_t> {
        const auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
      });
  switch (dim.kind) {
    case ComputedDim::Kind::kName:
      return "name";
    case ComputedDim::Kind::kOpen:
      return "open";
    case ComputedDim::Kind::kSize:
      return fmt::to_string(dim.size);
    case ComputedDim::Kind::kNoSize:
      return dim.value + " is no size";
  }
  return "";
}

TEST(DimExpressionTest, SumsAndProducts) {
  EXPECT_EQ(Computed("a + b"), "9");
  EXPECT_EQ(Computed("a+b*3"), "13");
  EXPECT_EQ(Computed("(a + b) * 3 - 1"), "26");
  EXPECT_EQ(Computed("past_len.1 + 1"), "17");
  EXPECT_EQ(Computed("a - b - 1"), "4");
  EXPECT_EQ(Computed("-b + a"), "5");
  EXPECT_EQ(Computed("224"), "224");
}

TEST(DimExpressionTest, Divisions) {
  EXPECT_EQ(Computed("a // b"), "3");
  EXPECT_EQ(Computed("a % b"), "1");
  EXPECT_EQ(Computed("-a // b + 8"), "4");
  EXPECT_EQ(Computed("a / b * 4"), "14");
  EXPECT_EQ(Computed("floor(a/2) + ceil(a/2) + ceiling(b/2)"), "8");
  EXPECT_EQ(Computed("floor(a/b - 1/2)"), "3");
  EXPECT_EQ(Computed("((a - 1)//2) + 1"), "4");
  EXPECT_EQ(Computed("Max(1, a, b) + min(a, b)"), "9");
}

TEST(DimExpressionTest, WhatIsNoSize) {
  EXPECT_EQ(Computed("b - a"), "-5 is no size");
  EXPECT_EQ(Computed("a / b"), "7/2 is no size");
  EXPECT_EQ(Computed("a / zero"), "a division by 0 is no size");
  EXPECT_EQ(Computed("far * 2"), "too large is no size");
  EXPECT_EQ(Computed("far * far * far"), "too large is no size");
  EXPECT_EQ(Computed("99999999999999999999"), "too large is no size");
  EXPECT_EQ(Computed("far - far * 1"), "0");
}

TEST(DimExpressionTest, WhatIsOpen) {
  EXPECT_EQ(Computed("a + c"), "open");
  EXPECT_EQ(Computed("batch-size"), "open");
  EXPECT_EQ(Computed("c / zero"), "open");
}

TEST(DimExpressionTest, WhatIsANameLikeAnyOther) {
  for (const char* text :
       {"a", "batch size", "a +", "+ a", "(a", "a)", "(a b)", "sqrt(a)",
        "floor(a, b)", "min()", "3d", "a->b", "?", "", " ", "a + b c", "a & b",
        "unk__123", "a..b::0"}) {
    EXPECT_EQ(Computed(text), "name") << text;
  }
  EXPECT_EQ(Computed(std::string(30, '(') + "a" + std::string(30, ')') + "+1"),
            "8");
  EXPECT_EQ(Computed(std::string(50000, '(') + "a"), "name");
  EXPECT_EQ(Computed(std::string(50000, '-') + "a"), "name");
}

}  // namespace
}  // namespace dnncut
