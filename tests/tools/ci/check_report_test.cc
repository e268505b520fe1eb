// SPDX-License-Identifier: Apache-2.0
//
// The reports that no example is large or strange enough for; reports_test.py
// reads those of the program.
#include "tools/ci/check_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/ci/junit_report.h"
#include "tools/ci/markdown_report.h"
#include "tools/ci/sarif_report.h"
#include "tools/text/markdown_page.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::Not;

CheckReport MakeReport(int items, CheckStatus status) {
  CheckReport report;
  report.command = "check";
  report.title = "net.onnx in out";
  report.file = "out/table.json";
  for (int i = 0; i < items; ++i) {
    CheckItem item;
    item.rule = fmt::format("rule-{}", i % 3);
    item.rule_text = "Something holds";
    item.name = fmt::format("item {}", i);
    item.status = status;
    item.message = "text";
    report.items.push_back(item);
  }
  return report;
}

int CountIn(std::string_view text, std::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(CheckReportTest, VerdictCounts) {
  CheckReport report = MakeReport(3, CheckStatus::kPassed);
  EXPECT_EQ(CheckVerdict(report), "3 checks passed");
  report.items[0].status = CheckStatus::kSkipped;
  EXPECT_EQ(CheckVerdict(report), "2 checks passed, 1 skipped");
  EXPECT_TRUE(Passed(report));
  report.items[1].status = CheckStatus::kError;
  EXPECT_EQ(CheckVerdict(report), "1 of 2 checks failed, 1 skipped");
  EXPECT_FALSE(Passed(report));
}

TEST(MarkdownReportTest, FitsAndIsClosedAtEverySize) {
  CheckReport report = MakeReport(20, CheckStatus::kPassed);
  for (int i = 0; i < 20; i += 3) report.items[i].status = CheckStatus::kFailed;
  report.details_title = "more";
  report.details = "details\n";
  const std::string whole = MarkdownText(report, 1 << 20);
  EXPECT_THAT(whole, Not(HasSubstr("More was found")));
  EXPECT_EQ(CountIn(whole, "| item "), 20);
  for (size_t size = 0; size < whole.size() + 100; ++size) {
    const std::string text = MarkdownText(report, size);
    ASSERT_LE(text.size(), size);
    ASSERT_EQ(CountIn(text, "<details>"), CountIn(text, "</details>")) << size;
    if (text.empty() || text == whole) continue;
    ASSERT_THAT(text, HasSubstr("*More was found than fits here.*")) << size;
  }
}

TEST(MarkdownReportTest, LargeReportsStayBelowTheLimit) {
  const CheckReport report = MakeReport(100'000, CheckStatus::kFailed);
  const std::string text = MarkdownText(report, 1'000'000);
  EXPECT_LE(text.size(), 1'000'000U);
  EXPECT_GT(text.size(), 990'000U);
}

TEST(MarkdownReportTest, EscapedTextHasNoMarkup) {
  EXPECT_EQ(EscapeMarkdown("conv1 3x3, 80 ms"), "conv1 3x3, 80 ms");
  const std::string escaped = EscapeMarkdown(
      "*a* _b_ `c` ~d~ [e](f) <g> &amp; | # @me https://h www.i.j \\ ! $k$");
  for (const char c : std::string("*_`~[]()<>|@$!\\")) {
    EXPECT_THAT(escaped, Not(HasSubstr(std::string(1, c)))) << c;
  }
  EXPECT_THAT(escaped, Not(HasSubstr("://")));
  EXPECT_THAT(escaped, Not(HasSubstr("www.")));
  EXPECT_THAT(EscapeMarkdown("a\nb\rc\x1b"), Not(HasSubstr("\n")));
}

TEST(MarkdownReportTest, LongNamesAreCutBetweenCharacters) {
  CheckReport report = MakeReport(1, CheckStatus::kFailed);
  for (int i = 0; i < 1000; ++i) report.items[0].name += "\xe4\xbd\xa0";
  const std::string text = MarkdownText(report, 1 << 20);
  EXPECT_LT(text.size(), 10'000U);
  EXPECT_THAT(text, HasSubstr("\xe4\xbd\xa0 ..."));
}

TEST(SarifReportTest, HasAtMostWhatGitHubReads) {
  const CheckReport report = MakeReport(25'001, CheckStatus::kFailed);
  const auto run = nlohmann::json::parse(SarifText(report))["runs"][0];
  EXPECT_EQ(run["results"].size(), 25'000U);
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 3U);
}

// Alerts must stay the same ones from run to run.
TEST(SarifReportTest, FingerprintsFollowTheIdentity) {
  CheckReport report = MakeReport(4, CheckStatus::kFailed);
  report.items[0].identity = "latency@5Mbps";
  report.items[3].identity = "latency@6Mbps";
  const auto print_of = [](const CheckReport& of, size_t i) {
    return nlohmann::json::parse(
               SarifText(of))["runs"][0]["results"][i]["partialFingerprints"]
                             ["primaryLocationLineHash"]
                                 .get<std::string>();
  };
  const std::string print = print_of(report, 0);
  EXPECT_EQ(print.size(), 18U);
  EXPECT_NE(print_of(report, 3), print);
  report.items[0].name = "latency@5Mbps<=70ms";
  report.items[0].message = "another";
  report.title = "another";
  EXPECT_EQ(print_of(report, 0), print);
}

TEST(SarifReportTest, PathsAreRelativeUris) {
  CheckReport report = MakeReport(1, CheckStatus::kFailed);
  const auto uri_of = [&report](const std::string& file) {
    report.file = file;
    return nlohmann::json::parse(
               SarifText(report))["runs"][0]["results"][0]["locations"][0]
                                 ["physicalLocation"]["artifactLocation"]["uri"]
                                     .get<std::string>();
  };
  EXPECT_EQ(uri_of("out/table.json"), "out/table.json");
  EXPECT_EQ(uri_of("./a/../out//table.json"), "out/table.json");
  EXPECT_EQ(uri_of("../b/../out/table.json"), "../out/table.json");
  EXPECT_EQ(uri_of("/some where/./t.json"), "file:///some%20where/t.json");
  EXPECT_EQ(uri_of((std::filesystem::current_path() / "a" / "t.json").string()),
            "a/t.json");
  EXPECT_EQ(uri_of("a b:c%\xff/t.json"), "a%20b%3Ac%25%FF/t.json");
}

TEST(JUnitReportTest, CountsAndStatuses) {
  CheckReport report = MakeReport(4, CheckStatus::kPassed);
  report.items[1].status = CheckStatus::kFailed;
  report.items[2].status = CheckStatus::kError;
  report.items[3].status = CheckStatus::kSkipped;
  const std::string text = JUnitText(report);
  EXPECT_EQ(
      CountIn(text, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""),
      2);
  EXPECT_EQ(CountIn(text, "<testcase "), 4);
  EXPECT_EQ(CountIn(text, "<failure "), 1);
  EXPECT_EQ(CountIn(text, "<error "), 1);
  EXPECT_EQ(CountIn(text, "<skipped "), 1);
}

}  // namespace
}  // namespace dnncut
