// SPDX-License-Identifier: Apache-2.0
#include "tools/setting_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "backends/latency_parts.h"
#include "compiler/unit_text.h"

namespace dnncut {
namespace {

using ModelTensors = std::vector<TableFile::ModelTensor>;

void Compare(std::string_view name, const std::string& before,
             const std::string& after, std::vector<SettingDiff>* diffs) {
  if (before == after) return;
  diffs->push_back({std::string(name), before, after});
}

// "board (profile, 4 threads, optimization all)"
std::string MachineName(const MachineLabel& machine,
                        const std::optional<double>& slowdown) {
  std::string how = machine.source;
  if (machine.threads) {
    how += ", " + FormatPlural(*machine.threads, "thread");
  }
  if (!machine.optimization.empty()) {
    how += ", optimization " + machine.optimization;
  }
  return fmt::format("{} ({})", MachineText(machine, slowdown), how);
}

// Exact, unlike FormatDuration.
std::string RoundTripName(int64_t ns) {
  if (ns % 1'000'000 == 0) return fmt::format("{} ms", ns / 1'000'000);
  if (ns % 1000 == 0) return fmt::format("{} us", ns / 1000);
  return fmt::format("{} ns", ns);
}

std::string LinkName(const Downlink& downlink) {
  if (downlink.kind == Downlink::Kind::kFixed) {
    return FormatKbps(downlink.kbps);
  }
  return DownlinkName(downlink);
}

std::string ApproximationName(const TableFile& table) {
  if (!table.approximation) return "exact";
  return fmt::format("{}, at most {:.2f} % over the exact one",
                     table.approximation->kind,
                     table.approximation->worst_regret * 100);
}

std::string ShapeName(const TableFile::ModelTensor& tensor) {
  return tensor.shape ? FormatType(tensor.dtype, *tensor.shape)
                      : tensor.dtype + "[unknown]";
}

// By name: their order does not matter.
void CompareShapes(std::string_view what, const ModelTensors& before,
                   const ModelTensors& after, std::vector<SettingDiff>* diffs) {
  for (const TableFile::ModelTensor& tensor : before) {
    const auto found = std::find_if(
        after.begin(), after.end(),
        [&](const auto& other) { return other.name == tensor.name; });
    if (found == after.end()) continue;
    Compare(fmt::format("{} '{}'", what, tensor.name), ShapeName(tensor),
            ShapeName(*found), diffs);
  }
}

}  // namespace

std::vector<SettingDiff> DiffSettings(const TableFile& before,
                                      const TableFile& after) {
  std::vector<SettingDiff> diffs;
  Compare("model file", before.model_file, after.model_file, &diffs);
  Compare("model sha256", before.model_sha256, after.model_sha256, &diffs);
  CompareShapes("input", before.inputs, after.inputs, &diffs);
  CompareShapes("output", before.outputs, after.outputs, &diffs);
  Compare("device", MachineName(before.device, before.refined.device_slowdown),
          MachineName(after.device, after.refined.device_slowdown), &diffs);
  Compare("server", MachineName(before.server, before.refined.server_slowdown),
          MachineName(after.server, after.refined.server_slowdown), &diffs);
  const auto range = [](const TableFile& table) {
    return fmt::format("{} to {}", FormatKbps(table.range.min_kbps),
                       FormatKbps(table.range.max_kbps));
  };
  Compare("range", range(before), range(after), &diffs);
  Compare("round trip", RoundTripName(before.rtt_ns),
          RoundTripName(after.rtt_ns), &diffs);
  Compare("downlink", LinkName(before.downlink), LinkName(after.downlink),
          &diffs);
  const auto result = [](const TableFile& table) {
    return table.result == Side::kDevice ? "device" : "server";
  };
  Compare("results wanted on", result(before), result(after), &diffs);
  Compare("table", ApproximationName(before), ApproximationName(after), &diffs);
  const auto halves = [](const TableFile& table) {
    return table.only_cut ? fmt::format("of cut {} alone", *table.only_cut)
                          : "of all cuts";
  };
  Compare("halves", halves(before), halves(after), &diffs);
  return diffs;
}

}  // namespace dnncut
