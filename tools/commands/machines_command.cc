// SPDX-License-Identifier: Apache-2.0
//
// Lists the built-in machines, or shows one: in words with the published times
// that it is fitted to, beside what the fit makes of them and what a fit
// without that network would have made; as JSON as a file that --device takes.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "cost_models/anchors/fit_machine.h"
#include "cost_models/machines/machine.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/precision_flag.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNsIn1Ms = 1e6;

struct MachinesCommand {
  std::optional<std::string> name;
  std::optional<Precision> precision;
  Output output;
};

std::string PeakText(const Machine& machine, DType dtype) {
  const auto peak = machine.peak_gflops.find(dtype);
  return peak == machine.peak_gflops.end()
             ? "-"
             : fmt::format("{:.12g}", peak->second);
}

std::vector<std::string> PrecisionNames(const Machine& machine) {
  std::vector<std::string> names;
  for (const Precision precision : PrecisionsOf(machine)) {
    names.emplace_back(PrecisionName(precision));
  }
  return names;
}

std::string MachinesText() {
  std::vector<std::vector<std::string>> rows;
  std::string sources;
  for (const Machine& machine : BuiltinMachines()) {
    rows.push_back({machine.name, std::string(PrecisionName(machine.precision)),
                    fmt::format("x{:.2g}", machine.band),
                    PeakText(machine, DType::kFloat32),
                    PeakText(machine, DType::kFloat16),
                    PeakText(machine, DType::kInt8),
                    fmt::format("{:g}", machine.memory_gb_per_s),
                    FormatSize(machine.memory_bytes), machine.description});
    sources += fmt::format("  {}: {}\n", machine.name, machine.source);
  }
  const std::vector<Column> columns = {
      {"name", Align::kLeft},         {"runs in", Align::kLeft},
      {"band", Align::kRight},        {"fp32 GFLOP/s", Align::kRight},
      {"fp16", Align::kRight},        {"int8 GOP/s", Align::kRight},
      {"memory GB/s", Align::kRight}, {"memory", Align::kRight},
      {"description", Align::kLeft}};
  return TextTable(columns, rows) +
         "\npeaks by data type; '-' computes at the speed of the nearest type; "
         "band: by what factor\nestimates are off, either way; \"dnncut "
         "machines NAME\" shows what each is fitted to\n\nsources\n" +
         sources;
}

Json MachineJson(const Machine& machine) {
  Json peaks = Json::object();
  for (const auto& [dtype, gflops] : machine.peak_gflops) {
    peaks[std::string(DTypeName(dtype))] = gflops;
  }
  Json efficiency = Json::object();
  for (const auto& [operator_class, share] : machine.efficiency) {
    efficiency[std::string(OperatorClassName(operator_class))] = share;
  }
  return {{"schema", "dnncut.machine/1"},
          {"name", machine.name},
          {"description", machine.description},
          {"source", machine.source},
          {"runtime", machine.runtime},
          {"precision", PrecisionName(machine.precision)},
          {"peak_gflops", peaks},
          {"memory_gb_per_s", machine.memory_gb_per_s},
          {"memory_efficiency", machine.memory_efficiency},
          {"weight_memory_efficiency", WeightMemoryEfficiency(machine)},
          {"layer_ns", machine.layer_ns},
          {"memory_bytes", machine.memory_bytes},
          {"efficiency", efficiency},
          {"band", machine.band}};
}

Json MachinesJson() {
  Json machines = Json::array();
  for (const Machine& machine : BuiltinMachines()) {
    machines.push_back(MachineJson(machine));
  }
  return {{"schema", "dnncut.machines/1"}, {"machines", machines}};
}

std::string ErrorText(double estimate_ms, double measured_ms) {
  return fmt::format("{:+.0f} %", (estimate_ms / measured_ms - 1) * 100);
}

std::string AnchorsText(const Machine& machine) {
  const AnchoredNetworks anchored = AnchorsOf(machine.name, machine.precision);
  if (anchored.anchors.empty()) {
    return fmt::format(
        "anchors    none in {}: too few networks have published times; what it "
        "attains of its\n           peaks is that of {}\n",
        PrecisionName(machine.precision), machine.relative);
  }
  Machine start = machine;
  for (const Machine& sheet : DataSheetMachines()) {
    if (sheet.name == machine.name) start = sheet;
  }
  start.precision = machine.precision;
  const std::vector<int64_t> left_out = LeaveOneNetworkOut(start, anchored);
  std::vector<std::vector<std::string>> rows;
  double sum = 0;
  for (size_t i = 0; i < anchored.anchors.size(); ++i) {
    const double ms = anchored.anchors[i].ms;
    const double fit =
        static_cast<double>(NetworkNs(anchored.networks[i], machine)) /
        kNsIn1Ms;
    const double out = static_cast<double>(left_out[i]) / kNsIn1Ms;
    sum += std::fabs(out / ms - 1);
    rows.push_back({NetworkText(anchored.anchors[i].network),
                    fmt::format("{:g}", ms), fmt::format("{:.3g}", fit),
                    ErrorText(fit, ms), fmt::format("{:.3g}", out),
                    ErrorText(out, ms)});
  }
  std::string text = "\n";
  text += TextTable({{"published, in ms", Align::kLeft},
                     {"measured", Align::kRight},
                     {"estimate", Align::kRight},
                     {"error", Align::kRight},
                     {"left out", Align::kRight},
                     {"error", Align::kRight}},
                    rows);
  text += fmt::format(
      "\nleft out: estimated by a fit to the other networks; mean error {:.0f} "
      "%\n\nmeasured\n",
      sum / static_cast<double>(rows.size()) * 100);
  for (const AnchorSet& set : AnchorSets()) {
    if (set.machine != machine.name || set.precision != machine.precision) {
      continue;
    }
    text += fmt::format("  {}, {}: {}\n", set.runtime,
                        PrecisionName(set.precision), set.source);
  }
  return text;
}

std::string MachineText(const Machine& machine) {
  const std::vector<std::string> precisions = PrecisionNames(machine);
  std::string peaks;
  for (const auto& [dtype, gflops] : machine.peak_gflops) {
    peaks += fmt::format("{}{} {:.12g}", peaks.empty() ? "" : ", ",
                         DTypeName(dtype), gflops);
  }
  std::string efficiency;
  for (const auto& [operator_class, share] : machine.efficiency) {
    efficiency += fmt::format("{}{} {:.3g}", efficiency.empty() ? "" : ", ",
                              OperatorClassName(operator_class), share);
  }
  return fmt::format(
             "{}: {}\n"
             "source     {}\n"
             "runtime    {}\n"
             "precision  {} ({})\n"
             "peaks      {} GFLOP/s\n"
             "memory     {}; {:g} GB/s, of which it attains {:.3g}, for "
             "weights {:.3g}\n"
             "attains    {}\n"
             "a call     {}\n"
             "band       an estimate of 100 ms stands for {:.0f} to {:.0f} "
             "ms\n",
             machine.name, machine.description, machine.source, machine.runtime,
             PrecisionName(machine.precision),
             precisions.size() == 1
                 ? "there is no other"
                 : fmt::format("--precision {}", fmt::join(precisions, "|")),
             peaks, FormatSize(machine.memory_bytes), machine.memory_gb_per_s,
             machine.memory_efficiency, WeightMemoryEfficiency(machine),
             efficiency, FormatDuration(machine.layer_ns), 100 / machine.band,
             100 * machine.band) +
         AnchorsText(machine);
}

Machine Chosen(const std::string& name,
               const std::optional<Precision>& precision) {
  const CostSource source = ReadCostSource(name);
  if (source.kind != CostSource::Kind::kBuiltin) {
    Fail(ExitCode::kUsage, "E411",
         "'{}' is a file, and \"dnncut machines\" shows the built-in ones; "
         "\"dnncut machines\" lists them",
         name);
  }
  return MachineOf(source, precision);
}

void RunMachines(const MachinesCommand& command) {
  if (!command.name) {
    if (command.precision) {
      Fail(ExitCode::kUsage, "E411",
           "--precision needs the NAME of a machine; \"dnncut machines\" lists "
           "them");
    }
    PrintAnswer(command.output, MachinesJson, MachinesText);
    return;
  }
  const Machine machine = Chosen(*command.name, command.precision);
  PrintAnswer(
      command.output, [&] { return MachineJson(machine); },
      [&] { return MachineText(machine); });
}

}  // namespace

CommandRunner SetUpMachines(Flags* flags) {
  auto command = std::make_shared<MachinesCommand>();
  flags->AddOptionalArgument(
      "NAME", Text(&command->name),
      "one of them, with the published times that it is fitted to");
  AddPrecisionFlag(flags, &command->precision);
  flags->AddSwitch("--json", &command->output.json,
                   "as JSON; with NAME a machine file that --device takes, to "
                   "edit as a start, else a list of such");
  return [command] { RunMachines(*command); };
}

}  // namespace dnncut
