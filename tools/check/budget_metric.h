// SPDX-License-Identifier: Apache-2.0
//
// What a budget can limit, as one table of metrics. Those of a cut depend on
// the bandwidth, which decides the cut; the others are of the whole table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "backends/result/table_file.h"
#include "compiler/base/checked_math.h"
#include "compiler/problem/problem.h"

namespace dnncut {

enum class MetricUnit {
  kNs,
  kBytes,
  kCount,
  kPpb,  // billionths: what a percentage is counted in
};

// What a metric of a cut is at W kbit/s, in the unit of the metric:
// always + falling / W. It never rises with W.
struct MetricLine {
  int64_t always = 0;
  Int128 falling = 0;  // >= 0

  // W times that, exactly.
  Int128 At(int64_t kbps) const { return kbps * Int128{always} + falling; }
};

struct Metric {
  std::string_view name;
  MetricUnit unit = MetricUnit::kNs;
  // What is limited: "the time of one inference".
  std::string_view what;
  // What to do when it is too much and no bandwidth helps.
  std::string_view advice;
  // The same where the firmware has cuts for a busy server, which exclude
  // --max-cuts and --buckets; "": `advice`.
  std::string_view slowdown_advice;
  // One of the two is set. `value` takes the table and its folder, and throws
  // Error when there is none.
  MetricLine (*line)(const TableFile::Cut& cut,
                     const Downlink& downlink) = nullptr;
  int64_t (*value)(const TableFile& table, const std::string& folder) = nullptr;
  // With `line`: what a cut's value at a bandwidth is made of.
  std::string (*parts)(const TableFile& table, const TableFile::Cut& cut,
                       int64_t kbps) = nullptr;
  // With `value`, where it does not say enough alone: "5 of 7 cuts ...".
  std::string (*text)(const TableFile& table, int64_t value) = nullptr;
};

std::span<const Metric> Metrics();

// "latency, device_time, ...".
std::string MetricNames();

// Is it of a cut, so that a budget may say at which bandwidth?
inline bool HasBandwidth(const Metric& metric) {
  return metric.line != nullptr;
}

// "80 ms", "200,704 B", "4", "1.2 %".
std::string FormatMetric(MetricUnit unit, int64_t value);

// The same with all digits: "80.000001 ms".
std::string FormatExactly(MetricUnit unit, int64_t value);

// "ns", "bytes", "count", "ppb".
std::string_view UnitName(MetricUnit unit);

}  // namespace dnncut
