// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "compiler/base/unit_text.h"
#include "cost_models/machines/machine.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

std::string PeakText(const Machine& machine, DType dtype) {
  const auto peak = machine.peak_gflops.find(dtype);
  return peak == machine.peak_gflops.end()
             ? "-"
             : fmt::format("{:.12g}", peak->second);
}

std::string MachinesText() {
  std::vector<std::vector<std::string>> rows;
  std::string sources;
  for (const Machine& machine : BuiltinMachines()) {
    rows.push_back({machine.name, PeakText(machine, DType::kFloat32),
                    PeakText(machine, DType::kFloat16),
                    PeakText(machine, DType::kInt8),
                    fmt::format("{:g}", machine.memory_gb_per_s),
                    FormatSize(machine.memory_bytes),
                    FormatDuration(machine.layer_ns), machine.description});
    sources += fmt::format("  {}: {}\n", machine.name, machine.source);
  }
  const std::vector<Column> columns = {
      {"name", Align::kLeft},         {"fp32 GFLOP/s", Align::kRight},
      {"fp16", Align::kRight},        {"int8 GOP/s", Align::kRight},
      {"memory GB/s", Align::kRight}, {"memory", Align::kRight},
      {"layer call", Align::kRight},  {"description", Align::kLeft}};
  return TextTable(columns, rows) +
         "\npeaks by data type; '-' computes at the speed of the nearest "
         "type\n\nsources\n" +
         sources;
}

nlohmann::ordered_json MachinesJson() {
  nlohmann::ordered_json machines = nlohmann::ordered_json::array();
  for (const Machine& machine : BuiltinMachines()) {
    nlohmann::ordered_json peaks = nlohmann::ordered_json::object();
    for (const auto& [dtype, gflops] : machine.peak_gflops) {
      peaks[std::string(DTypeName(dtype))] = gflops;
    }
    nlohmann::ordered_json efficiency = nlohmann::ordered_json::object();
    for (const auto& [operator_class, share] : machine.efficiency) {
      efficiency[std::string(OperatorClassName(operator_class))] = share;
    }
    machines.push_back({{"schema", "dnncut.machine/1"},
                        {"name", machine.name},
                        {"description", machine.description},
                        {"source", machine.source},
                        {"peak_gflops", peaks},
                        {"memory_gb_per_s", machine.memory_gb_per_s},
                        {"memory_efficiency", machine.memory_efficiency},
                        {"layer_ns", machine.layer_ns},
                        {"memory_bytes", machine.memory_bytes},
                        {"efficiency", efficiency}});
  }
  return {{"schema", "dnncut.machines/1"}, {"machines", machines}};
}

}  // namespace

CommandRunner SetUpMachines(Flags* flags) {
  auto output = std::make_shared<Output>();
  flags->AddSwitch("--json", &output->json,
                   "as JSON; each entry is a machine file that --device takes");
  return [output] { PrintAnswer(*output, MachinesJson, MachinesText); };
}

}  // namespace dnncut
