// SPDX-License-Identifier: Apache-2.0
//
// Settings are compared one by one as they stand in the two results; each has a
// name that users know from a flag, and both values as text. Only those that
// differ are listed.
#include "tools/diff/setting_diff.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "backends/result/firmware_options.h"
#include "backends/result/setting_text.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/side.h"
#include "tools/diff/tensors_by_name.h"

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
std::string ExactDuration(int64_t ns) {
  return FormatWhole(ns, {{1'000'000, " ms"}, {1000, " us"}, {1, " ns"}});
}

std::string EndsText(const BandwidthRange& range) {
  return FormatKbpsRange(range.min_kbps, range.max_kbps);
}

// As DownlinkName, with a unit that people read.
std::string DownlinkText(const Downlink& downlink) {
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

// "device", or for what --state names "what 'hn' was".
std::string HomeName(const TableFile::ModelTensor& input) {
  if (input.state_of) return fmt::format("what '{}' was", *input.state_of);
  return std::string(SideName(input.home));
}

// By name: their order does not matter.
void CompareTensors(std::string_view what, const ModelTensors& before,
                    const ModelTensors& after,
                    std::string (*text)(const TableFile::ModelTensor&),
                    std::vector<SettingDiff>* diffs) {
  const TensorsByName in_after = ByName(after);
  for (const TableFile::ModelTensor& tensor : before) {
    const auto found = in_after.find(tensor.name);
    if (found == in_after.end()) continue;
    Compare(fmt::format("{} '{}'", what, tensor.name), text(tensor),
            text(*found->second), diffs);
  }
}

std::string HysteresisName(const HysteresisLimit& limit) {
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    return "switching cost " + ExactDuration(limit.limit);
  }
  return fmt::format("{} %", static_cast<double>(limit.limit) * 100 /
                                 static_cast<double>(kHysteresisWhole));
}

std::string SlowdownName(const FirmwareOptions& firmware) {
  if (!firmware.slowdown) return "none";
  const auto factor = [](int64_t permille) {
    return fmt::format("{}", static_cast<double>(permille) / 1000);
  };
  return fmt::format("{} to {}", factor(firmware.slowdown->min_permille),
                     factor(firmware.slowdown->max_permille));
}

// Where the firmware keeps the cut of a row, of tables with the same rows. The
// first that differs stands for all.
void CompareStay(const TableFile& before, const TableFile& after,
                 std::vector<SettingDiff>* diffs) {
  if (!before.hysteresis || !after.hysteresis || before.rows != after.rows) {
    return;
  }
  const std::vector<BandwidthRange>& old_stay = before.hysteresis->stay;
  const std::vector<BandwidthRange>& new_stay = after.hysteresis->stay;
  std::optional<size_t> first;
  int64_t more = 0;
  for (size_t row = 0; row < old_stay.size(); ++row) {
    if (old_stay[row] == new_stay[row]) continue;
    more += first ? 1 : 0;
    first = first.value_or(row);
  }
  if (!first) return;
  Compare(fmt::format("firmware keeps cut {} of row {}{}",
                      before.rows[*first].cut, *first,
                      more == 0 ? ""
                                : fmt::format(" ({} differ, too)",
                                              FormatPlural(more, "row"))),
          EndsText(old_stay[*first]), EndsText(new_stay[*first]), diffs);
}

void CompareFirmware(const TableFile& before, const TableFile& after,
                     std::vector<SettingDiff>* diffs) {
  const FirmwareOptions& old_firmware = before.firmware;
  const FirmwareOptions& new_firmware = after.firmware;
  Compare("firmware prefix", old_firmware.prefix, new_firmware.prefix, diffs);
  Compare("firmware hysteresis", HysteresisName(old_firmware.hysteresis),
          HysteresisName(new_firmware.hysteresis), diffs);
  Compare("firmware dwell", fmt::format("{} ms", old_firmware.dwell_ms),
          fmt::format("{} ms", new_firmware.dwell_ms), diffs);
  Compare("firmware server slowdown", SlowdownName(old_firmware),
          SlowdownName(new_firmware), diffs);
  CompareStay(before, after, diffs);
}

}  // namespace

std::vector<SettingDiff> DiffSettings(const TableFile& before,
                                      const TableFile& after) {
  std::vector<SettingDiff> diffs;
  Compare("model file", before.model_file, after.model_file, &diffs);
  Compare("model sha256", before.model_sha256, after.model_sha256, &diffs);
  CompareTensors("input", before.inputs, after.inputs, ShapeName, &diffs);
  CompareTensors("output", before.outputs, after.outputs, ShapeName, &diffs);
  CompareTensors("home of input", before.inputs, after.inputs, HomeName,
                 &diffs);
  Compare("device", MachineName(before.machines.device, before.refined.device),
          MachineName(after.machines.device, after.refined.device), &diffs);
  Compare("server", MachineName(before.machines.server, before.refined.server),
          MachineName(after.machines.server, after.refined.server), &diffs);
  Compare("range", EndsText(before.range), EndsText(after.range), &diffs);
  Compare("round trip", ExactDuration(before.rtt_ns),
          ExactDuration(after.rtt_ns), &diffs);
  for (const Side side : kSides) {
    const auto memory = [side](const TableFile& table) {
      const std::optional<int64_t>& limit = table.memory_limit[side];
      return limit ? FormatSize(*limit) : std::string("not limited");
    };
    Compare(fmt::format("{} memory", SideName(side)), memory(before),
            memory(after), &diffs);
  }
  Compare("downlink", DownlinkText(before.downlink),
          DownlinkText(after.downlink), &diffs);
  Compare("results wanted on", std::string(SideName(before.result)),
          std::string(SideName(after.result)), &diffs);
  Compare("table", ApproximationName(before), ApproximationName(after), &diffs);
  CompareFirmware(before, after, &diffs);
  const auto halves = [](const TableFile& table) {
    if (table.only_cut) return fmt::format("of cut {} alone", *table.only_cut);
    const auto written =
        std::ranges::count(table.cuts, true, &TableFile::Cut::has_halves);
    return written == std::ssize(table.cuts)
               ? std::string("of all cuts")
               : fmt::format("of {}", FormatPlural(written, "cut"));
  };
  Compare("halves", halves(before), halves(after), &diffs);
  return diffs;
}

}  // namespace dnncut
