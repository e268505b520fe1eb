// SPDX-License-Identifier: Apache-2.0
//
// A budget is METRIC[@BANDWIDTH]<=LIMIT. It is read from left to right: the
// operator, which must bound from above, then the metric and where it holds,
// then the limit in the unit of the metric. Limits are read as exact integers,
// as a budget that is rounded could pass by less than what is checked.
#include "tools/check/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/files/read_file.h"
#include "tools/text/percent.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr std::string_view kOperators = "<>=!";
constexpr std::string_view kExample = "latency@5Mbps<=80ms";
constexpr int64_t kMostCount = 1'000'000'000;
constexpr int64_t kBillion = 1'000'000'000;
constexpr size_t kMaxQuoted = 80;
constexpr int64_t kMaxFileBytes = 1 << 20;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string WithoutSpaces(std::string_view text) {
  std::string rest(text);
  std::erase(rest, ' ');
  return rest;
}

std::string Shortened(std::string_view text) {
  if (text.size() <= kMaxQuoted) return std::string(text);
  return fmt::format("{}...", text.substr(0, kMaxQuoted));
}

const Metric& FindMetric(std::string_view given, std::string_view name) {
  std::vector<std::string> names;
  for (const Metric& metric : Metrics()) {
    if (metric.name == name) return metric;
    names.emplace_back(metric.name);
  }
  const std::string near = DidYouMean(name, names);
  Fail(ExitCode::kUsage, "E802", "{}: there is no metric '{}'{}", given,
       Shortened(name),
       near.empty() ? fmt::format("; there are {}", MetricNames()) : near);
}

BandwidthRange ParseRange(const std::string& given, std::string_view text) {
  const std::string what = given + ": the bandwidth";
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const int64_t kbps = ParseKbps(what, Trim(text));
    return {kbps, kbps};
  }
  const BandwidthRange range = {ParseKbps(what, Trim(text.substr(0, dots))),
                                ParseKbps(what, Trim(text.substr(dots + 2)))};
  if (range.min_kbps > range.max_kbps) {
    Fail(ExitCode::kUsage, "E804",
         "{}: the range of bandwidths must ascend; write for example "
         "@1Mbps..10Mbps",
         given);
  }
  return range;
}

int64_t ParseLimit(const std::string& given, MetricUnit unit,
                   std::string_view text) {
  const std::string what = given + ": the limit";
  switch (unit) {
    case MetricUnit::kNs:
      return ParseDurationNs(what, text);
    case MetricUnit::kBytes:
      return ParseBytes(what, text);
    case MetricUnit::kCount:
      return ParseCount(what, text, 0, kMostCount);
    case MetricUnit::kPpb:
      return ParsePercent(what, text) * (kBillion / kHundredPercent);
  }
  return 0;
}

// The operator of a budget stands at `at`; whatever it is, it must be <=.
void RequireUpperBound(std::string_view given, std::string_view text,
                       size_t at) {
  const size_t end =
      std::min(text.find_first_not_of(kOperators, at), text.size());
  const std::string_view sign = text.substr(at, end - at);
  if (sign == "<=") return;
  Fail(ExitCode::kUsage, "E803",
       "{}: '{}' is no comparison of budgets, which are upper bounds; write <=",
       given, sign);
}

// What is wrong in a file is no wrong usage.
Budget ParseLine(const std::string& path, int line, std::string_view text) {
  try {
    return ParseBudget(fmt::format("{}:{}:", path, line), text);
  } catch (const Error& error) {
    throw Error(ExitCode::kBadInput, error.id(), error.what());
  }
}

}  // namespace

Budget ParseBudget(std::string_view where, std::string_view text) {
  Budget budget;
  text = Trim(text);
  budget.given = fmt::format("{} '{}'", where, Shortened(text));
  const size_t sign = text.find_first_of(kOperators);
  if (sign == std::string_view::npos) {
    Fail(ExitCode::kUsage, "E801",
         "{} is no budget; write METRIC<=LIMIT, for example {}", budget.given,
         kExample);
  }
  RequireUpperBound(budget.given, text, sign);
  const std::string_view target = Trim(text.substr(0, sign));
  const size_t at = target.find('@');
  budget.metric = &FindMetric(budget.given, Trim(target.substr(0, at)));
  budget.target = budget.metric->name;
  if (at != std::string_view::npos) {
    if (!HasBandwidth(*budget.metric)) {
      Fail(ExitCode::kUsage, "E804",
           "{}: {} is the same at every bandwidth; leave the @ out",
           budget.given, budget.metric->name);
    }
    const std::string_view bandwidth = Trim(target.substr(at + 1));
    budget.at = ParseRange(budget.given, bandwidth);
    budget.target += fmt::format("@{}", WithoutSpaces(bandwidth));
  }
  const std::string_view limit = Trim(text.substr(sign + 2));
  budget.limit = ParseLimit(budget.given, budget.metric->unit, limit);
  budget.name = fmt::format("{}<={}", budget.target, WithoutSpaces(limit));
  return budget;
}

std::vector<Budget> ReadBudgets(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_fifo(path, ignored)) {
    Fail(ExitCode::kIo, "E806",
         "cannot read {}: it is a pipe; write the budgets to a file", path);
  }
  const std::string content = ReadFile(path, {.name = "budgets",
                                              .max_bytes = kMaxFileBytes,
                                              .unreadable = "E806",
                                              .too_large = "E806"});
  std::string_view rest = content;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest.starts_with(kByteOrderMark)) {
    rest.remove_prefix(kByteOrderMark.size());
  }
  std::vector<Budget> budgets;
  for (int line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view text = rest.substr(0, end);
    text = Trim(text.substr(0, text.find('#')));
    if (!text.empty()) budgets.push_back(ParseLine(path, line, text));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (budgets.empty()) {
    Fail(ExitCode::kBadInput, "E801",
         "{} has no budget; write METRIC<=LIMIT on a line, for example {}, or "
         "leave --budgets out",
         path, kExample);
  }
  return budgets;
}

}  // namespace dnncut
