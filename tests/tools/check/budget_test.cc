// SPDX-License-Identifier: Apache-2.0
#include "tools/check/budget.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "tools/check/budget_check.h"

namespace dnncut {
namespace {

std::string ErrorId(const std::string& text) {
  try {
    ParseBudget("--budget", text);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage) << error.what();
    EXPECT_THAT(error.what(), testing::StartsWith("--budget '")) << text;
    return error.id();
  }
  return "";
}

TEST(BudgetTest, NamesHaveNoSpaces) {
  const Budget budget =
      ParseBudget("--budget", "  latency @ 1 Mbps .. 10 Mbps <=  80 ms ");
  EXPECT_EQ(budget.name, "latency@1Mbps..10Mbps<=80ms");
  EXPECT_EQ(budget.target, "latency@1Mbps..10Mbps");
  EXPECT_EQ(budget.metric->name, "latency");
  EXPECT_EQ(budget.at, (BandwidthRange{1000, 10'000}));
  EXPECT_EQ(budget.limit, 80'000'000);
}

TEST(BudgetTest, LimitsHaveTheUnitOfTheMetric) {
  const std::vector<std::pair<std::string, int64_t>> cases = {
      {"latency<=80ms", 80'000'000},
      {"network_time<=1us", 1000},
      {"upload@5Mbps<=200KB", 200'000},
      {"download<=1KiB", 1024},
      {"device_weights<=4MiB", 4 << 20},
      {"table<=0", 0},
      {"server_weights@5Mbps<=17", 17},
      {"cuts<=4", 4},
      {"rows<=1000000000", 1000'000'000},
      {"regret<=3%", 30'000'000},
      {"regret<=0.000001 %", 10},
      {"device_time<=0", 0},
      {"server_time<=1h", 3'600'000'000'000}};
  for (const auto& [text, limit] : cases) {
    EXPECT_EQ(ParseBudget("--budget", text).limit, limit) << text;
  }
}

TEST(BudgetTest, WhatDoesNotParseSaysWhy) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "E801"},
      {"latency", "E801"},
      {"latency 80ms", "E801"},
      {"latency\xe2\x89\xa4"
       "80ms",
       "E801"},
      {"Latency<=80ms", "E802"},
      {"<=80ms", "E802"},
      {"@5Mbps<=80ms", "E802"},
      {"lat ency<=80ms", "E802"},
      {"latency<80ms", "E803"},
      {"latency>=80ms", "E803"},
      {"latency<==80ms", "E803"},
      {"latency!=80ms", "E803"},
      {"latency=80ms", "E803"},
      {"cuts@5Mbps<=4", "E804"},
      {"regret@<=4%", "E804"},
      {"latency@6Mbps..5Mbps<=80ms", "E804"},
      {"latency@<=80ms", "E101"},
      {"latency@5Mbps@6Mbps<=80ms", "E101"},
      {"latency@..5Mbps<=80ms", "E101"},
      {"latency@1Mbps..2Mbps..3Mbps<=80ms", "E101"},
      {"latency<=80", "E102"},
      {"latency<=-80ms", "E102"},
      {"latency<=nan", "E102"},
      {"latency<=2h", "E102"},
      {"upload<=80ms", "E103"},
      {"cuts<=-1", "E104"},
      {"cuts<=1e3", "E104"},
      {"regret<=x%", "E810"},
      {"regret<=-1%", "E810"}};
  for (const auto& [text, id] : cases) EXPECT_EQ(ErrorId(text), id) << text;
}

TEST(BudgetTest, LongTextIsNotRepeatedWhole) {
  const std::string text(100'000, 'x');
  try {
    ParseBudget("--budget", text + "<=80ms");
    FAIL();
  } catch (const Error& error) {
    EXPECT_LT(std::string(error.what()).size(), 1000U);
  }
}

class RandomTable {
 public:
  explicit RandomTable(uint32_t seed) : random_(seed) {}

  int64_t Pick(int64_t min, int64_t max) {
    return std::uniform_int_distribution<int64_t>(min, max)(random_);
  }

  // Costs are small, so that values at different bandwidths are often equal or
  // differ by less than 1; the cuts are not the best ones.
  TableFile Make() {
    TableFile table;
    table.range = {Pick(1, 30), 0};
    table.range.max_kbps = table.range.min_kbps + Pick(0, 60);
    if (Pick(0, 3) == 0) table.downlink.kind = Downlink::Kind::kFree;
    const int64_t cuts = Pick(1, 4);
    for (int64_t i = 0; i < cuts; ++i) table.cuts.push_back(MakeCut());
    int64_t from = table.range.min_kbps;
    while (from <= table.range.max_kbps) {
      const int64_t to = Pick(from, table.range.max_kbps);
      table.rows.push_back({from, to, static_cast<int>(Pick(0, cuts - 1))});
      from = to + 1;
    }
    return table;
  }

 private:
  TableFile::Cut MakeCut() {
    TableFile::Cut cut;
    cut.costs.ns.device = Pick(0, 1'000'000);
    cut.costs.ns.server = Pick(0, 1'000'000);
    cut.costs.cross_ns = Pick(0, 1'000'000);
    cut.costs.layers.server = 1;
    cut.costs.rtt_ns = Pick(0, 1'000'000);
    cut.costs.download_ns = Pick(0, 1000);
    cut.costs.upload_bytes = Pick(0, 3);
    cut.costs.download_bytes = Pick(0, 3);
    cut.weight_bytes.device = Pick(0, 3);
    cut.weight_bytes.server = Pick(0, 3);
    cut.memory = PerSide<MemoryUse>{{Pick(0, 1), Pick(0, 2)}, {0, Pick(0, 3)}};
    return cut;
  }

  std::mt19937 random_;
};

// W * the metric, written anew.
Int128 Scaled(const TableFile& table, std::string_view metric, int cut,
              int64_t kbps) {
  const CutCosts& costs = table.cuts[cut].costs;
  int64_t bytes = costs.upload_bytes;
  if (table.downlink.kind == Downlink::Kind::kSame) {
    bytes += costs.download_bytes;
  }
  const Int128 link = Int128{8'000'000} * bytes;
  const int64_t between = costs.cross_ns + costs.rtt_ns + costs.download_ns;
  const auto at = [kbps](int64_t value) { return Int128{value} * kbps; };
  if (metric == "latency") {
    return at(costs.ns.device + costs.ns.server + between) + link;
  }
  if (metric == "network_time") return at(between) + link;
  if (metric == "device_time") return at(costs.ns.device);
  if (metric == "server_time") return at(costs.ns.server);
  if (metric == "upload") return at(costs.upload_bytes);
  if (metric == "download") return at(costs.download_bytes);
  if (metric == "device_weights") {
    return at(table.cuts[cut].weight_bytes.device);
  }
  if (metric == "device_memory") {
    return at(table.cuts[cut].memory.value().device.Total());
  }
  if (metric == "server_memory") {
    return at(table.cuts[cut].memory.value().server.Total());
  }
  return at(table.cuts[cut].weight_bytes.server);
}

// "from A", "up to B", ...: the bandwidths where the budget holds, one by one.
std::string HoldsText(const TableFile& table, const Budget& budget) {
  std::vector<BandwidthRange> ranges;
  for (const TableRow& row : table.rows) {
    for (int64_t kbps = row.min_kbps; kbps <= row.max_kbps; ++kbps) {
      if (Scaled(table, budget.metric->name, row.cut, kbps) >
          Int128{budget.limit} * kbps) {
        continue;
      }
      if (ranges.empty() || ranges.back().max_kbps + 1 < kbps) {
        ranges.push_back({kbps, kbps});
      }
      ranges.back().max_kbps = kbps;
    }
  }
  if (ranges.empty()) return "holds at no bandwidth of the table";
  std::string text = "holds ";
  for (size_t i = 0; i < std::min<size_t>(ranges.size(), 3); ++i) {
    const auto& [min, max] = ranges[i];
    if (i > 0) text += ", ";
    if (min == max) {
      text += fmt::format("at {}", FormatKbps(min));
    } else if (max == table.range.max_kbps) {
      text += fmt::format("from {}", FormatKbps(min));
    } else if (min == table.range.min_kbps) {
      text += fmt::format("up to {}", FormatKbps(max));
    } else {
      text += fmt::format("from {} to {}", FormatKbps(min), FormatKbps(max));
    }
  }
  if (ranges.size() > 3) {
    text += fmt::format(" and in {} more ranges", ranges.size() - 3);
  }
  return text;
}

// Looks at every integer kbit/s.
void ExpectRight(const TableFile& table, const Budget& budget,
                 const CheckItem& item) {
  const BandwidthRange range = budget.at.value_or(table.range);
  int64_t worst_kbps = 0;
  Int128 worst = 0;
  bool holds = true;
  for (const TableRow& row : table.rows) {
    for (int64_t kbps = std::max(row.min_kbps, range.min_kbps);
         kbps <= std::min(row.max_kbps, range.max_kbps); ++kbps) {
      const Int128 scaled = Scaled(table, budget.metric->name, row.cut, kbps);
      holds &= scaled <= Int128{budget.limit} * kbps;
      if (worst_kbps == 0 || scaled * worst_kbps > worst * kbps) {
        worst = scaled;
        worst_kbps = kbps;
      }
    }
  }
  EXPECT_EQ(item.status, holds ? CheckStatus::kPassed : CheckStatus::kFailed);
  EXPECT_EQ(item.kbps, worst_kbps);
  const auto rounded =
      static_cast<int64_t>((2 * worst + worst_kbps) / (2 * worst_kbps));
  EXPECT_EQ(item.measured->value,
            holds ? rounded : std::max(rounded, budget.limit + 1));
  if (!holds) {
    const std::string text = HoldsText(table, budget);
    EXPECT_THAT(item.message, testing::HasSubstr(text));
  }
}

TEST(BudgetCheckTest, IsWhatEveryBandwidthSays) {
  const std::vector<std::string> metrics = {
      "latency",       "network_time", "device_time",    "server_time",
      "upload",        "download",     "device_weights", "server_weights",
      "device_memory", "server_memory"};
  int failed = 0;
  for (uint32_t seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomTable random(seed);
    const TableFile table = random.Make();
    const std::string& metric = metrics[seed % metrics.size()];
    Budget budget = ParseBudget("--budget", metric + "<=0");
    if (random.Pick(0, 3) > 0) {
      const int64_t from =
          random.Pick(table.range.min_kbps, table.range.max_kbps);
      budget.at = {from, random.Pick(from, table.range.max_kbps)};
    }
    budget.limit = random.Pick(
        0, budget.metric->unit == MetricUnit::kBytes ? 3 : 5'000'000);
    if (random.Pick(0, 2) == 0) {
      // A value that occurs, so that limits are met exactly.
      const TableRow& row = table.rows.back();
      budget.limit = static_cast<int64_t>(
          Scaled(table, metric, row.cut, row.max_kbps) / row.max_kbps);
    }
    const CheckItem item = CheckBudget(budget, table, "none");
    ExpectRight(table, budget, item);
    failed += item.status == CheckStatus::kFailed;
    if (HasFailure()) return;
  }
  EXPECT_GT(failed, 1000);
  EXPECT_LT(failed, 3500);
}

// A third of a nanosecond above the limit must not be shown as the limit.
TEST(BudgetCheckTest, WhatFailsIsAboveTheLimitAlsoWhenRounded) {
  TableFile table;
  table.range = {24'000'000, 24'000'000};
  table.rows = {{24'000'000, 24'000'000, 0}};
  TableFile::Cut cut;
  cut.costs = {
      .layers = {.server = 1}, .ns = {.server = 999'999}, .upload_bytes = 4};
  table.cuts = {cut};
  const CheckItem failed =
      CheckBudget(ParseBudget("--budget", "latency<=1ms"), table, "");
  EXPECT_EQ(failed.status, CheckStatus::kFailed) << failed.message;
  EXPECT_EQ(failed.measured->value, 1'000'001);
  EXPECT_EQ(failed.measured->text, "1.000001 ms");
  const CheckItem passed =
      CheckBudget(ParseBudget("--budget", "latency<=1000001ns"), table, "");
  EXPECT_EQ(passed.status, CheckStatus::kPassed) << passed.message;
  EXPECT_EQ(passed.measured->value, 1'000'000);
}

TEST(BudgetCheckTest, HugeNumbersDoNotOverflow) {
  TableFile table;
  table.range = {1, kLimitKbps};
  table.cuts.resize(2);
  table.cuts[0].costs.upload_bytes = INT64_MAX / 2;
  table.cuts[0].costs.ns.device = INT64_MAX;
  table.cuts[1].costs.ns.device = INT64_MAX;
  table.rows = {{1, 1000, 0}, {1001, kLimitKbps, 1}};
  const Budget budget = ParseBudget("--budget", "latency<=1h");
  const CheckItem item = CheckBudget(budget, table, "none");
  EXPECT_EQ(item.status, CheckStatus::kFailed);
  EXPECT_EQ(item.kbps, 1);
}

}  // namespace
}  // namespace dnncut
