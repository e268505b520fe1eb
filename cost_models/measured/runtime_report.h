// SPDX-License-Identifier: Apache-2.0
//
// Times that other runtimes report of what they made of a model's layers:
// TensorRT's trtexec and OpenVINO's benchmark_app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dnncut {

// Reports have milliseconds, profiles microseconds, and not more than this.
inline constexpr double kUsPerMs = 1000;
inline constexpr double kMaxMs = 1e9;

// A layer of the runtime.
struct ReportedTime {
  std::string name;  // as the runtime calls it
  std::string type;  // its kind, as the runtime calls it; may be empty
  // The model's nodes in it, where the report says so beside the name.
  std::vector<std::string> nodes;
  bool ran = true;  // false: it was fused into another, or dropped
  double us = 0;    // of one run
  double spread_us = 0;

  bool operator==(const ReportedTime&) const = default;
};

struct RuntimeReport {
  std::vector<ReportedTime> rows;  // in the order of the report
  std::optional<int64_t> runs;     // that the times are of

  bool operator==(const RuntimeReport&) const = default;
};

// What trtexec wrote with --exportProfile; `layer_info` is what it wrote with
// --exportLayerInfo, or empty. Throws Error: what reading JSON throws, E430 for
// another file, E431 for a time that cannot be.
RuntimeReport ReadTrtexecProfile(const std::string& path,
                                 const std::string& layer_info);

// The counters that benchmark_app wrote with -report_type detailed_counters (or
// average_counters, or sort_detailed_counters). Throws Error: E400 and E432
// when it cannot be read, E430, E431 as above.
RuntimeReport ReadOpenVinoReport(const std::string& path);

}  // namespace dnncut
