// SPDX-License-Identifier: Apache-2.0
//
// All metrics stand in one table: a name, a unit, words for people and the
// function that finds the value. A metric of a cut never rises with the
// bandwidth, so that budget_check.cc needs to look at the ends of rows only.
#include "tools/check/budget_metric.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include "backends/result/latency_parts.h"
#include "compiler/base/error.h"
#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut_words.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

constexpr std::string_view kOtherCut =
    "pin layers, lower the costs or change the model";

MetricLine Latency(const TableFile::Cut& cut, const Downlink& downlink) {
  const CostLine ns = LatencyOf(cut.costs, downlink);
  return {ns.fixed, ns.OnLink()};
}

MetricLine NetworkTime(const TableFile::Cut& cut, const Downlink& downlink) {
  MetricLine line = Latency(cut, downlink);
  line.always -= cut.costs.ns.device + cut.costs.ns.server;
  return line;
}

template <Side side>
MetricLine TimeOn(const TableFile::Cut& cut, const Downlink& /*downlink*/) {
  return {cut.costs.ns[side]};
}

MetricLine Upload(const TableFile::Cut& cut, const Downlink& /*downlink*/) {
  return {cut.costs.upload_bytes};
}

MetricLine Download(const TableFile::Cut& cut, const Downlink& /*downlink*/) {
  return {cut.costs.download_bytes};
}

template <Side side>
MetricLine WeightsOn(const TableFile::Cut& cut, const Downlink& /*downlink*/) {
  return {cut.weight_bytes[side]};
}

template <Side side>
MetricLine MemoryOn(const TableFile::Cut& cut, const Downlink& /*downlink*/) {
  if (!cut.memory) {
    Fail(ExitCode::kBadInput, "E807",
         "the table does not say what memory its halves take; compile again");
  }
  return {(*cut.memory)[side].Total()};
}

std::string LatencyText(const TableFile& table, const TableFile::Cut& cut,
                        int64_t kbps) {
  if (!NeedsNetwork(cut)) return "all on the device";
  return PartsSumText(PartsAt(cut.costs, table.downlink, kbps));
}

std::string NetworkText(const TableFile& /*table*/, const TableFile::Cut& cut,
                        int64_t /*kbps*/) {
  if (!NeedsNetwork(cut)) return std::string(kNothingIsSent);
  return fmt::format(
      "{} up, {} down, round trip {}",
      FormatBytes(cut.costs.upload_bytes, cut.costs.upload_basis),
      FormatBytes(cut.costs.download_bytes, cut.costs.download_basis),
      FormatDuration(cut.costs.rtt_ns));
}

template <Side side>
std::string LayersOnText(const TableFile& /*table*/, const TableFile::Cut& cut,
                         int64_t /*kbps*/) {
  return FormatPlural(cut.costs.layers[side], "layer");
}

std::string UploadText(const TableFile& /*table*/, const TableFile::Cut& cut,
                       int64_t /*kbps*/) {
  constexpr size_t kShown = 3;
  if (cut.tensors.empty()) return std::string(kNothingIsSent);
  return FirstFew(cut.tensors.size(), kShown, [&](size_t i) {
    const TableFile::CrossingTensor& tensor = cut.tensors[i];
    return FormatTensor(tensor.name, tensor.dtype, tensor.shape);
  });
}

std::string DownloadText(const TableFile& /*table*/, const TableFile::Cut& cut,
                         int64_t /*kbps*/) {
  if (cut.costs.download_bytes == 0) return "nothing comes back";
  return "results that the server makes";
}

template <Side side>
std::string HalfText(const TableFile& /*table*/, const TableFile::Cut& cut,
                     int64_t /*kbps*/) {
  return cut.models[side].value_or("no half written");
}

template <Side side>
std::string MemoryOnText(const TableFile& /*table*/, const TableFile::Cut& cut,
                         int64_t /*kbps*/) {
  if (!cut.memory) return "";
  return fmt::format("{} of weights, {} of activations",
                     FormatSize((*cut.memory)[side].weight_bytes),
                     FormatSize((*cut.memory)[side].other_bytes));
}

int64_t CutsWithRows(const TableFile& table, const std::string& /*folder*/) {
  std::set<int> cuts;
  for (const TableRow& row : table.rows) cuts.insert(row.cut);
  return std::ssize(cuts);
}

std::string CutsText(const TableFile& table, int64_t used) {
  if (used == std::ssize(table.cuts)) return fmt::format("{}", used);
  return fmt::format("{} of {} have a row", used,
                     FormatPlural(std::ssize(table.cuts), "cut"));
}

int64_t Rows(const TableFile& table, const std::string& /*folder*/) {
  return std::ssize(table.rows);
}

int64_t FirmwareBytes(const TableFile& /*table*/, const std::string& folder) {
  const std::string path = folder + "/firmware/dnncut_table.bin";
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) {
    Fail(ExitCode::kIo, "E807",
         "{} is not there, so that its size cannot be checked; compile again",
         path);
  }
  return static_cast<int64_t>(bytes);
}

// The table has a rounded number, so a billionth more or less says nothing.
int64_t WorstRegret(const TableFile& table, const std::string& /*folder*/) {
  if (!table.approximation) return 0;
  const double billionths = table.approximation->worst_regret * 1e9;
  constexpr double kMost = 9e18;  // fits
  return billionths < kMost ? std::llround(billionths)
                            : std::numeric_limits<int64_t>::max();
}

constexpr auto kMetrics = std::to_array<Metric>({
    {.name = "latency",
     .unit = MetricUnit::kNs,
     .what = "the time of one inference",
     .advice = kOtherCut,
     .line = Latency,
     .parts = LatencyText},
    {.name = "device_time",
     .unit = MetricUnit::kNs,
     .what = "the time on the device",
     .advice = kOtherCut,
     .line = TimeOn<Side::kDevice>,
     .parts = LayersOnText<Side::kDevice>},
    {.name = "server_time",
     .unit = MetricUnit::kNs,
     .what = "the time on the server",
     .advice = kOtherCut,
     .line = TimeOn<Side::kServer>,
     .parts = LayersOnText<Side::kServer>},
    {.name = "network_time",
     .unit = MetricUnit::kNs,
     .what = "the time of transfers and round trips",
     .advice = kOtherCut,
     .line = NetworkTime,
     .parts = NetworkText},
    {.name = "upload",
     .unit = MetricUnit::kBytes,
     .what = "what the device sends",
     .advice = kOtherCut,
     .line = Upload,
     .parts = UploadText},
    {.name = "download",
     .unit = MetricUnit::kBytes,
     .what = "what comes back to the device",
     .advice = kOtherCut,
     .line = Download,
     .parts = DownloadText},
    {.name = "device_weights",
     .unit = MetricUnit::kBytes,
     .what = "the weights of a device half in use",
     .advice = kOtherCut,
     .line = WeightsOn<Side::kDevice>,
     .parts = HalfText<Side::kDevice>},
    {.name = "server_weights",
     .unit = MetricUnit::kBytes,
     .what = "the weights of a server half in use",
     .advice = kOtherCut,
     .line = WeightsOn<Side::kServer>,
     .parts = HalfText<Side::kServer>},
    {.name = "device_memory",
     .unit = MetricUnit::kBytes,
     .what = "what a device half in use holds at most",
     .advice = "compile with --device-memory",
     .line = MemoryOn<Side::kDevice>,
     .parts = MemoryOnText<Side::kDevice>},
    {.name = "server_memory",
     .unit = MetricUnit::kBytes,
     .what = "what a server half in use holds at most",
     .advice = "compile with --server-memory",
     .line = MemoryOn<Side::kServer>,
     .parts = MemoryOnText<Side::kServer>},
    {.name = "cuts",
     .unit = MetricUnit::kCount,
     .what = "the number of cuts in use",
     .advice = "compile with --max-cuts",
     .slowdown_advice = "compile with --max-cuts, without --server-slowdown",
     .value = CutsWithRows,
     .text = CutsText},
    {.name = "rows",
     .unit = MetricUnit::kCount,
     .what = "the number of rows of the table",
     .advice = "compile with --max-cuts or --buckets",
     .slowdown_advice =
         "compile with --max-cuts or --buckets, without --server-slowdown",
     .value = Rows},
    {.name = "table",
     .unit = MetricUnit::kBytes,
     .what = "the size of the firmware's table",
     .advice = "compile with --max-cuts or --buckets",
     .slowdown_advice = "compile with a narrower --server-slowdown, or without",
     .value = FirmwareBytes},
    {.name = "regret",
     .unit = MetricUnit::kPpb,
     .what = "what an approximate table costs at most",
     .advice = "compile with more --max-cuts or --buckets, or with neither",
     .value = WorstRegret},
});

}  // namespace

std::span<const Metric> Metrics() { return kMetrics; }

std::string MetricNames() {
  std::string names;
  for (const Metric& metric : Metrics()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", metric.name);
  }
  return names;
}

std::string FormatMetric(MetricUnit unit, int64_t value) {
  switch (unit) {
    case MetricUnit::kNs:
      return FormatDuration(value);
    case MetricUnit::kBytes:
      return FormatBytes(value);
    case MetricUnit::kCount:
      return fmt::format("{}", value);
    case MetricUnit::kPpb:
      return FormatExact(value, 10'000'000, 7) + " %";
  }
  return "";
}

std::string FormatExactly(MetricUnit unit, int64_t value) {
  if (unit != MetricUnit::kNs) return FormatMetric(unit, value);
  return FormatExact(value, 1'000'000, 6) + " ms";
}

std::string_view UnitName(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::kNs:
      return "ns";
    case MetricUnit::kBytes:
      return "bytes";
    case MetricUnit::kCount:
      return "count";
    case MetricUnit::kPpb:
      return "ppb";
  }
  return "";
}

}  // namespace dnncut
