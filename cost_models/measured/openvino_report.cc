// SPDX-License-Identifier: Apache-2.0
//
// benchmark_app writes one table for each inference request that it keeps in
// flight, or one for all (average_counters):
//
//   layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms);
//   conv1;EXECUTED;Convolution;jit_avx2_FP32;0.412000;0.412000;
//   relu1;NOT_RUN;Relu;undef;0.000000;0.000000;
//   Total;;;;0.412000;0.412000;
//
// Columns are found by their names, since releases add some. What was fused
// into a layer stands behind it as NOT_RUN (CPU) or OPTIMIZED_OUT (GPU).
#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "compiler/base/error.h"
#include "compiler/files/read_file.h"
#include "cost_models/measured/runtime_report.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxReportBytes = int64_t{1} << 30;
constexpr std::string_view kFirstColumn = "layerName";

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// A line without the separator that some releases put at its end.
std::vector<std::string_view> Fields(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.ends_with(';')) line.remove_suffix(1);
  return Split(line, ';');
}

struct Columns {
  size_t count = 0;
  size_t status = 0;
  size_t type = 0;
  size_t time = 0;
};

class ReportReader {
 public:
  explicit ReportReader(const std::string& path) : path_(path) {}

  // `ends`: with the end of its line, not with that of the file.
  void Read(std::string_view line, bool ends) {
    ++line_;
    const std::vector<std::string_view> fields = Fields(line);
    if (fields.front() == kFirstColumn) {
      columns_ = ColumnsOf(fields);
      ++tables_;
      in_table_ = true;
      return;
    }
    if (!in_table_ || fields == std::vector<std::string_view>{""}) return;
    if (fields.size() < columns_.count || !ends) {
      Fail(ExitCode::kBadInput, "E430",
           "{}: line {}: is cut off: {} of the table's {} columns; copy or "
           "measure again",
           path_, line_, std::min(fields.size(), columns_.count),
           columns_.count);
    }
    const size_t status = fields.size() - columns_.count + columns_.status;
    in_table_ = fields.front() != "Total" || !fields[status].empty();
    if (in_table_) AddRow(fields);
  }

  RuntimeReport Take() {
    if (rows_.empty()) {
      Fail(ExitCode::kBadInput, "E430",
           "{}: holds no table \"layerName;execStatus;...\" with a layer; give "
           "--from-openvino the file that benchmark_app wrote with "
           "-report_type detailed_counters",
           path_);
    }
    RuntimeReport report;
    report.runs = tables_;
    for (size_t i = 0; i < rows_.size(); ++i) {
      ReportedTime row = std::move(rows_[i]);
      std::vector<double>& us = us_[i];
      std::sort(us.begin(), us.end());
      row.us = us[us.size() / 2];
      row.spread_us = us[us.size() - 1 - us.size() / 4] - us[us.size() / 4];
      row.ran = row.ran || row.us > 0;
      report.rows.push_back(std::move(row));
    }
    return report;
  }

 private:
  Columns ColumnsOf(const std::vector<std::string_view>& names) const {
    const auto find = [&](std::string_view name) {
      const auto it = std::find(names.begin(), names.end(), name);
      if (it == names.end()) {
        Fail(ExitCode::kBadInput, "E430",
             "{}: line {}: the table has no column \"{}\"; give "
             "--from-openvino the file that benchmark_app wrote with "
             "-report_type detailed_counters",
             path_, line_, name);
      }
      return static_cast<size_t>(it - names.begin());
    };
    return {names.size(), find("execStatus"), find("layerType"),
            find("realTime (ms)")};
  }

  void AddRow(const std::vector<std::string_view>& fields) {
    // A name may hold the separator.
    const size_t extra = fields.size() - columns_.count;
    const char* begin = fields.front().data();
    const std::string_view last = fields[extra];
    const std::string name(
        begin, static_cast<size_t>(last.data() + last.size() - begin));
    const double us = UsOf(fields[extra + columns_.time], name);
    const auto [it, is_new] = index_.emplace(name, rows_.size());
    if (is_new) {
      rows_.push_back({.name = name,
                       .type = std::string(fields[extra + columns_.type]),
                       .ran = false});
      us_.emplace_back();
    }
    const bool ran = fields[extra + columns_.status] == "EXECUTED";
    rows_[it->second].ran = rows_[it->second].ran || ran;
    us_[it->second].push_back(us);
  }

  double UsOf(std::string_view text, const std::string& name) const {
    double ms = -1;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, ms);
    if (error != std::errc() || rest != end || !(ms >= 0 && ms <= kMaxMs)) {
      Fail(ExitCode::kBadInput, "E431",
           "{}: line {}: layer '{}' has the time '{}', but times are 0 to "
           "{:g} milliseconds; measure again",
           path_, line_, name, text, kMaxMs);
    }
    return ms * kUsPerMs;
  }

  const std::string& path_;
  int64_t line_ = 0;
  int64_t tables_ = 0;
  bool in_table_ = false;  // behind its names, before its total
  Columns columns_;
  std::map<std::string, size_t> index_;  // of rows, by name
  std::vector<ReportedTime> rows_;
  std::vector<std::vector<double>> us_;  // by row: in each table
};

}  // namespace

RuntimeReport ReadOpenVinoReport(const std::string& path) {
  const std::string text = ReadFile(path, {.name = "a report of OpenVINO",
                                           .max_bytes = kMaxReportBytes,
                                           .too_large = "E432"});
  ReportReader reader(path);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    reader.Read(line, line.size() < rest.size());
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return reader.Take();
}

}  // namespace dnncut
