// SPDX-License-Identifier: Apache-2.0
#include "backends/report/report_text.h"

#include <gtest/gtest.h>

#include "backends/report/report_axis.h"
#include "compiler/base/log2.h"

namespace dnncut {
namespace {

TEST(ReportText, EscapesWhatHtmlMeans) {
  EXPECT_EQ(Html("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(Html("</script><!--"), "&lt;/script&gt;&lt;!--");
}

TEST(ReportText, ShowsWhatWouldNotBeSeen) {
  EXPECT_EQ(Html(std::string_view("a\0\n\x1b\x7f", 5)),
            "a\\u0000\\u000a\\u001b\\u007f");
  EXPECT_EQ(Html("a\u202e\u2028\u2066\u200b\ufeff"),
            "a\\u202e\\u2028\\u2066\\u200b\\ufeff");
  EXPECT_EQ(Html("\xc2\x85"), "\\u0085");
}

TEST(ReportText, ReplacesWhatIsNotUtf8) {
  constexpr std::string_view kReplaced = "\xef\xbf\xbd";
  const auto replaced = [&](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += kReplaced;
    return text;
  };
  EXPECT_EQ(Html("\xff"), replaced(1));
  EXPECT_EQ(Html("\xc0\xaf"), replaced(2));               // overlong '/'
  EXPECT_EQ(Html("\xed\xa0\x80"), replaced(3));           // a surrogate
  EXPECT_EQ(Html("\xf4\x90\x80\x80"), replaced(4));       // above U+10FFFF
  EXPECT_EQ(Html("\xe2\x82"), replaced(2));               // cut off
  EXPECT_EQ(Html("\xe2\x82\x3c"), replaced(2) + "&lt;");  // eats no '<'
  EXPECT_EQ(Html("\u00e9\u20ac\U0001f600"), "\u00e9\u20ac\U0001f600");
}

TEST(ReportText, IsolatesAndShortensNames) {
  EXPECT_EQ(HtmlName("<conv>"), "<bdi>&lt;conv&gt;</bdi>");
  EXPECT_EQ(HtmlName("abcdefghij", 6), "<bdi>ab\u2026hij</bdi>");
  EXPECT_EQ(HtmlName("abcdefghij", 10), "<bdi>abcdefghij</bdi>");
  EXPECT_EQ(SvgName("\u05d0", 10), "\u2068\u05d0\u2069");
  EXPECT_EQ(VisibleName("a<\u202eb", 10), "a<\\u202eb");
}

TEST(ReportText, NothingInScriptJsonEndsTheScript) {
  const Json json = {{"</script>", "<!-- & \u2028 \xff"}};
  const std::string text = ScriptJson(json);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  for (const char c : text) EXPECT_GE(c, ' ');
  EXPECT_EQ(Json::parse(text).begin().key(), "</script>");
}

TEST(ReportText, PrintsTenths) {
  EXPECT_EQ(Px(0), "0");
  EXPECT_EQ(Px(120), "12");
  EXPECT_EQ(Px(123), "12.3");
  EXPECT_EQ(Px(-5), "-0.5");
}

TEST(ReportText, HashesForThePolicy) {
  // printf '' | openssl dgst -sha256 -binary | base64
  EXPECT_EQ(PolicyHash(""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST(ReportAxis, LogarithmsAreExactToTheirLastBits) {
  EXPECT_EQ(Log2Fixed(1), 0);
  EXPECT_EQ(Log2Fixed(1024), int64_t{10} << kLog2Places);
  // 2^32 * log2(3) = 6807362105.9...
  EXPECT_EQ(Log2Fixed(3), 6'807'362'105);
  EXPECT_EQ(Log2Fixed(INT64_MAX), (int64_t{63} << kLog2Places) - 1);
  for (int64_t value = 1; value < 5000; ++value) {
    ASSERT_LT(Log2Fixed(value), Log2Fixed(value + 1)) << value;
  }
}

TEST(ReportAxis, MapsItsEndsAndHasTicksBetweenThem) {
  for (const auto& [least, most] : {std::pair<int64_t, int64_t>{64, 10'000'000},
                                    {1, 1'000'000'000},
                                    {5000, 5000},
                                    {5000, 5010},
                                    {0, 0},
                                    {0, INT64_MAX / 4},
                                    {1, INT64_MAX}}) {
    const Axis axis(least, most, 4, 100, 7000);
    EXPECT_EQ(axis.At(axis.least()), 100);
    EXPECT_EQ(axis.At(axis.most()), 7000);
    const std::vector<int64_t> ticks = axis.Ticks();
    EXPECT_GE(ticks.size(), 2u) << least << " " << most;
    EXPECT_LE(ticks.size(), 13u) << least << " " << most;
    for (const int64_t tick : ticks) {
      EXPECT_LE(axis.least(), tick);
      EXPECT_LE(tick, axis.most());
    }
  }
}

}  // namespace
}  // namespace dnncut
