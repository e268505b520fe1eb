// SPDX-License-Identifier: Apache-2.0
//
// Runs the cut of a bandwidth once on this machine (tools/runtime/run_split)
// and sets the times that were measured beside those that the table expects.
// Folders for what is saved are checked first, before anything is run for
// nothing.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "backends/result/latency_parts.h"
#include "backends/result/setting_text.h"
#include "backends/result/table_file.h"
#include "backends/result/table_json.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/files/system_file.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_words.h"
#include "frontends/read/limits.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/result/stored_result.h"
#include "tools/runtime/run_split.h"
#include "tools/runtime/threads.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"
#include "tools/text/units.h"
#include "tools/values/value_summary.h"

namespace dnncut {
namespace {

struct RunCommand {
  std::string path;
  int64_t kbps = 0;
  InputOptions inputs;
  SplitOptions options;
  // nullopt: as the table says.
  PerSide<std::optional<int>> threads;
  std::string onnxruntime;
  std::optional<std::string> save_crossing;
  std::optional<std::string> save_outputs;
  ModelLimits limits;
  Output output;
};

SplitOptions OptionsFor(const RunCommand& command, const TableFile& table) {
  SplitOptions options = command.options;
  for (const Side side : kSides) {
    options.threads[side] =
        ThreadsFor(command.threads[side], table.machines[side]);
  }
  return options;
}

// Everything that is printed.
struct RunReport {
  const TableFile& table;
  const TableRow& row;
  int64_t kbps = 0;
  const SplitHalves& halves;
  const SplitOptions& options;
  const OnnxRuntime& runtime;
  const RunInputs& inputs;
  const SplitRun& split;

  const TableFile::Cut& Cut() const { return table.cuts[row.cut]; }
  LatencyParts Expected() const {
    return PartsAt(Cut().costs, table.downlink, kbps);
  }
  // The network is not here: its time is what the table says.
  int64_t TotalNs() const {
    return split.ns.device.value_or(0) + Expected().network_ns +
           split.ns.server.value_or(0);
  }
};

std::string DurationOrDash(const std::optional<int64_t>& ns) {
  return ns ? FormatDuration(*ns) : "-";
}

std::string HalfLabel(std::string_view side, const std::optional<int64_t>& ns,
                      int threads) {
  if (!ns) return fmt::format("{} half", side);
  return fmt::format(
      "{} half, {}", side,
      threads == 0 ? "a thread per core" : FormatPlural(threads, "thread"));
}

std::vector<std::string> UploadCells(const RunReport& report) {
  if (!NeedsNetwork(report.Cut())) {
    return {"upload", "-", "-", std::string(kNothingIsSent)};
  }
  return {"upload", FormatBytes(report.split.upload_bytes),
          FormatBytes(report.Cut().costs.upload_bytes,
                      report.Cut().costs.upload_basis),
          FormatPlural(std::ssize(report.split.crossing), "tensor")};
}

std::vector<std::string> NetworkCells(const RunReport& report) {
  if (!NeedsNetwork(report.Cut())) return {"network", "-", "-"};
  return {"network", "-", FormatDuration(report.Expected().network_ns),
          fmt::format("{}, round trip {}", FormatKbps(report.kbps),
                      FormatDuration(report.Cut().costs.rtt_ns))};
}

std::string MadeUpText(const RunInputs& inputs) {
  if (!inputs.any_made_up) return "";
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs.values.size(); ++i) {
    if (!inputs.made_up[i]) continue;
    names.push_back(fmt::format("'{}'", Printable(inputs.values[i].name)));
  }
  return fmt::format(
      "made up {}; --input NAME=FILE or --test-data FOLDER gives real values\n",
      fmt::join(names, ", "));
}

std::string RunText(const RunReport& report) {
  const TableFile& table = report.table;
  const LatencyParts expected = report.Expected();
  const CutCosts& costs = report.Cut().costs;
  std::string text = fmt::format(
      "cut {} of {} at {}, run here with ONNX Runtime {}, optimisation "
      "{}{}\n\n",
      report.row.cut, Printable(table.model_file), FormatKbps(report.kbps),
      report.runtime.version, OptimizationName(report.options.optimization),
      report.options.runs > 1
          ? fmt::format(", median of {} runs", report.options.runs)
          : "");
  const auto table_time = [](int64_t layers, int64_t ns) {
    return layers == 0 ? std::string("-") : FormatDuration(ns);
  };
  text += TextTable(
      {{""},
       {"here", Align::kRight},
       {"table", Align::kRight},
       {"table is for"}},
      {{HalfLabel("device", report.split.ns.device,
                  report.options.threads.device),
        DurationOrDash(report.split.ns.device),
        table_time(costs.AllLayers(Side::kDevice), expected.ns.device),
        Printable(MachineText(table.machines.device, table.refined.device))},
       UploadCells(report),
       NetworkCells(report),
       {HalfLabel("server", report.split.ns.server,
                  report.options.threads.server),
        DurationOrDash(report.split.ns.server),
        table_time(costs.AllLayers(Side::kServer), expected.ns.server),
        Printable(MachineText(table.machines.server, table.refined.server))},
       {"sum", FormatDuration(report.TotalNs()),
        BandedText(expected.total_ns, BandOf(expected, table.machines)),
        "here: with the table's network time"}});
  text += "\n";
  for (const Value& value : report.split.crossing) {
    text +=
        fmt::format("sent    '{}' {} {}\n", Printable(value.name),
                    DescribeValue(value), FormatBytes(std::ssize(value.data)));
  }
  for (const Value& value : report.split.outputs) {
    text += fmt::format("output  '{}' {}: {}\n", Printable(value.name),
                        DescribeValue(value), ValueText(value));
  }
  text += MadeUpText(report.inputs);
  return text;
}

nlohmann::ordered_json OutputJson(const Value& value) {
  nlohmann::ordered_json json = {{"name", value.name}};
  json["type"] = DescribeValue(value);
  if (value.kind == Value::Kind::kTensor) {
    json["dtype"] = DTypeName(value.dtype);
    json["shape"] = value.shape;
  }
  if (const auto numbers = SummarizeNumbers(value)) {
    json["min"] = numbers->min;
    json["max"] = numbers->max;
    json["mean"] = numbers->mean;
    json["first"] = numbers->first;
  }
  return json;
}

nlohmann::ordered_json RunJson(const RunReport& report) {
  const LatencyParts expected = report.Expected();
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  for (const Value& value : report.split.crossing) {
    tensors.push_back({{"name", value.name},
                       {"dtype", DTypeName(value.dtype)},
                       {"shape", value.shape},
                       {"bytes", value.data.size()}});
  }
  nlohmann::ordered_json outputs = nlohmann::ordered_json::array();
  for (const Value& value : report.split.outputs) {
    outputs.push_back(OutputJson(value));
  }
  nlohmann::ordered_json json = {
      {"schema", "dnncut.run/1"},
      {"kbps", report.kbps},
      {"cut", report.row.cut},
      {"runtime",
       {{"name", "onnxruntime"},
        {"version", report.runtime.version},
        {"device_threads", report.options.threads.device},
        {"server_threads", report.options.threads.server},
        {"optimization", OptimizationName(report.options.optimization)}}},
      {"runs", report.options.runs},
      {"inputs_made_up", report.inputs.any_made_up},
      {"device_ns", OrNull(report.split.ns.device)},
      {"upload_bytes", report.split.upload_bytes},
      {"network_ns", expected.network_ns},
      {"server_ns", OrNull(report.split.ns.server)},
      {"latency_ns", report.TotalNs()},
      {"table",
       {{"device_ns", expected.ns.device},
        {"upload_bytes", report.Cut().costs.upload_bytes},
        {"network_ns", expected.network_ns},
        {"server_ns", expected.ns.server},
        {"latency_ns", expected.total_ns}}},
      {"tensors", tensors},
      {"outputs", outputs}};
  AddBand(BandOf(expected, report.table.machines), &json["table"]);
  const nlohmann::ordered_json refined = RefinedJson(report.table.refined);
  if (!refined.is_null()) json["table"]["refined"] = refined;
  return json;
}

// Before anything is run for nothing.
void CheckSaveFolders(const std::optional<std::string>& crossing,
                      const std::optional<std::string>& outputs) {
  if (crossing) CheckSaveFolder(*crossing);
  if (outputs) CheckSaveFolder(*outputs);
  if (!crossing || !outputs) return;
  if (ResolvedPath(*crossing) == ResolvedPath(*outputs)) {
    Fail(ExitCode::kUsage, "E729",
         "--save-crossing and --save-outputs name the same folder, {}; name "
         "two",
         *outputs);
  }
}

void RunRun(const RunCommand& command) {
  const int64_t kbps = command.kbps;
  CheckSaveFolders(command.save_crossing, command.save_outputs);
  const StoredResult stored = LoadTable(command.path);
  const TableFile& table = stored.table;
  const SplitOptions options = OptionsFor(command, table);
  RequireInRange("--bandwidth", kbps, table.range);
  const TableRow& row = FindRow(table, kbps);
  const SplitHalves halves =
      CheckHalves(table, row.cut, stored.folder, command.limits);
  const RunInputs inputs =
      MakeInputs(InputsOf(table), OutputsOf(table), command.inputs);
  const OnnxRuntime runtime = RequireOnnxRuntime(command.onnxruntime, "run");
  const SplitRun split =
      RunSplit(table, row.cut, halves, inputs, options, runtime);
  if (command.save_crossing) SaveValues(*command.save_crossing, split.crossing);
  if (command.save_outputs) SaveValues(*command.save_outputs, split.outputs);
  const RunReport report{table,   row,     kbps,   halves,
                         options, runtime, inputs, split};
  PrintAnswer(
      command.output, [&] { return RunJson(report); },
      [&] { return RunText(report); });
}

}  // namespace

CommandRunner SetUpRun(Flags* flags) {
  auto command = std::make_shared<RunCommand>();
  flags->AddArgument("OUT", Text(&command->path),
                     "folder that compile wrote, or its table.json");
  flags->AddRequired(
      "-b,--bandwidth", "RATE", Kbps(&command->kbps),
      "uplink, for example 64kbps, 3Mbps or 10Gbps: decides the cut");
  AddInputFlags(flags, &command->inputs);
  flags->AddValue("--save-crossing", "FOLDER",
                  OutputName(&command->save_crossing, "folder"),
                  "writes what is sent as plain bytes, and an index.json");
  flags->AddValue("--save-outputs", "FOLDER",
                  OutputName(&command->save_outputs, "folder"),
                  "the same of the model's outputs");
  flags->AddValue("--runs", "N", Count(&command->options.runs, 1, kMaxRuns),
                  "timed runs of each half, after one that is not; default 5");
  AddSideThreadsFlags(flags, &command->threads);
  AddOptimizationFlag(flags, &command->options.optimization);
  AddTimeoutFlag(flags, "the runs of a half",
                 &command->options.timeout_seconds);
  AddOnnxRuntimeFlag(flags, &command->onnxruntime);
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddLimitFlag(flags, &command->limits);
  return [command] { RunRun(*command); };
}

}  // namespace dnncut
