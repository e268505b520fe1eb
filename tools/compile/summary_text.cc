// SPDX-License-Identifier: Apache-2.0
//
// The summary that compile prints. All numbers are taken from the table and the
// Summary; here they only become text, rounded as everywhere else.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "backends/firmware/firmware_table.h"
#include "backends/result/setting_text.h"
#include "compiler/base/first_few.h"
#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/table/hysteresis.h"
#include "tools/compile/latency_curve.h"
#include "tools/compile/shown_rows.h"
#include "tools/compile/summary.h"
#include "tools/text/hanging_text.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

// More tensors than these are counted, not listed.
constexpr size_t kShownTensors = 4;

// What stands before what a cut sends and gets back.
constexpr std::string_view kSends = "   upload";
constexpr std::string_view kGets = " download";
// Before what a half misses.

std::string MachineLine(const MachineCosts& costs) {
  std::string how = costs.measured ? "measured" : EstimateWords(costs);
  if (costs.filled_layers > 0) {
    how += fmt::format(", but {} of {} layers estimated", costs.filled_layers,
                       costs.ns.size());
  }
  return fmt::format("{} ({})", Printable(costs.name), how);
}

// A line for each of the first few tensors that cross, `bytes` in all, and one
// for the others.
std::string TensorLines(const Graph& graph,
                        const std::vector<TensorId>& tensors, int64_t bytes,
                        std::string_view label) {
  const size_t shown = ShownOf(tensors.size(), kShownTensors);
  std::string text;
  SizeBasis basis = SizeBasis::kExact;  // of the others
  for (size_t i = shown; i < tensors.size(); ++i) {
    basis = std::max(basis, graph.tensors[tensors[i]].size_basis);
  }
  for (size_t i = 0; i < shown; ++i) {
    const Tensor& tensor = graph.tensors[tensors[i]];
    const int64_t of_this = tensor.bytes.value_or(0);
    bytes -= of_this;
    text += fmt::format(
        "{} {} {}\n", label,
        FormatTensor(Printable(tensor.name), DTypeName(tensor.type.dtype),
                     tensor.type.shape),
        FormatSentBytes(of_this, tensor.decoded_bytes, tensor.size_basis));
  }
  if (shown < tensors.size()) {
    text += fmt::format("{} {} more tensors, {}\n", label,
                        tensors.size() - shown, FormatBytes(bytes, basis));
  }
  return text;
}

// What a cut sends, what it fetches, and the results that come back.
std::string CrossingLines(const Graph& graph, const CutCosts& costs) {
  int64_t fetched = 0;
  for (const TensorId t : costs.fetched) {
    fetched += graph.tensors[t].bytes.value_or(0);
  }
  std::string text =
      TensorLines(graph, costs.uploaded, costs.upload_bytes, kSends) +
      TensorLines(graph, costs.fetched, fetched, kGets);
  if (costs.download_bytes > fetched) {
    text += fmt::format(
        "{} {}\n", kGets,
        FormatBytes(costs.download_bytes - fetched, costs.download_basis));
  }
  return text;
}

std::string KeptText(const HysteresisLimit& limit) {
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    return FormatDuration(limit.limit);
  }
  return fmt::format("{} %",
                     100 * static_cast<double>(limit.limit) / kHysteresisWhole);
}

// How big the table is in firmware, and what its hysteresis costs at most.
std::string FirmwareText(const CompileResult& result) {
  const FirmwareOptions& options = result.firmware;
  const Hysteresis hysteresis =
      MakeHysteresis(result.table, result.problem.downlink, options.hysteresis);
  std::string text = fmt::format(
      "table   {} in firmware; a cut is kept while it is at most {} too slow",
      FormatBytes(FirmwareBlobBytes(MakeFirmwareTable(BackendResult(result)))),
      KeptText(options.hysteresis));
  const double worst = hysteresis.worst.Excess();
  if (worst > 0) {
    text += fmt::format("\n        ({:.2f} % at most, at {})", worst * 100,
                        FormatKbps(hysteresis.worst_kbps));
  }
  text += "\n";
  if (const auto& slowdown = options.slowdown) {
    text += fmt::format(
        "        {} for a server {} to {} times as slow and any round trip\n",
        FormatPlural(std::ssize(result.table.cuts), "cut"),
        static_cast<double>(slowdown->min_permille) / 1000,
        static_cast<double>(slowdown->max_permille) / 1000);
  }
  return text;
}

// Whose halves were written; "" where all are, or one was asked for.
std::string HalvesText(const CompileResult& result, const std::string& output) {
  const auto written = std::ranges::count(result.has_halves, true);
  if (result.only_cut || written == std::ssize(result.has_halves)) return "";
  return HangingText(
      "halves  ",
      fmt::format("of {} of {}, those with the widest rows; "
                  "`dnncut halves {} --cut N` writes those of another",
                  written, FormatPlural(std::ssize(result.has_halves), "cut"),
                  Printable(ShellWord(output))));
}

// How far the row of a cut holds.
std::string RobustnessLines(const Robustness& robustness,
                            const RowRobustness& row) {
  return fmt::format(
      "    best at {} with device times {}, server times {}\n"
      "    if all is {} % off: {}\n",
      FormatKbps(row.kbps), FactorsText(row.stays_best.device),
      FactorsText(row.stays_best.server),
      FormatExact(robustness.permille, 10, 1), WorstText(row));
}

// What the limits have changed.
std::string LimitedText(const CompileResult& result) {
  std::vector<std::string> limits;
  for (const Side side : kSides) {
    const auto& limit = result.problem.memory->limit[side];
    if (!limit) continue;
    limits.push_back(
        fmt::format("{} on the {}", FormatSize(*limit), SideName(side)));
  }
  return fmt::format(
      "the best of the cuts that fit into {}; a faster one does not fit",
      fmt::join(limits, " and "));
}

}  // namespace

std::string SummaryHeader(const CompileResult& result,
                          const std::string& size) {
  std::string opset = "?";
  for (const auto& import : result.model.proto.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") {
      opset = fmt::format("{}", import.version());
    }
  }
  const std::string file =
      std::filesystem::path(result.model.path).filename().string();
  return fmt::format(
      "model   {}  sha256 {}  opset {}  {}\n"
      "device  {}\n"
      "server  {}\n"
      "link    {}\n",
      Heading(Printable(file)), result.model.sha256.substr(0, 8), opset, size,
      MachineLine(result.machines.device), MachineLine(result.machines.server),
      LinkText(result.problem));
}

std::string SummaryRows(const CompileResult& result, const Summary& summary) {
  const int decimals = ShownDecimals(summary.rows);
  const bool has_band = HasBand(summary.rows);
  std::vector<std::vector<std::string>> cells;
  for (const ShownRow& row : summary.rows) {
    cells.push_back(ShownRowCells(
        row, DeviceLayersText(result.table.cuts[row.row.cut].costs), decimals,
        has_band));
  }
  const std::vector<std::string> lines =
      TableLines(ShownRowColumns(Align::kLeft, "", has_band), cells);
  std::string text = lines[0] + "\n";
  for (size_t i = 0; i < summary.rows.size(); ++i) {
    const int cut = summary.rows[i].row.cut;
    text += lines[i + 1] + "\n";
    text += CrossingLines(result.graph, result.table.cuts[cut].costs);
    text += fmt::format("    memory {}\n", MemoryText(result.memory[cut]));
    if (result.robustness) {
      text += RobustnessLines(*result.robustness, result.robustness->rows[i]);
    }
  }
  return text;
}

std::string SummaryText(const CompileResult& result, const Summary& summary,
                        const RunInfo& run) {
  const std::string size = fmt::format(
      "{} in {}  weights {}", FormatPlural(summary.layers, "layer"),
      FormatPlural(summary.blocks, "block"), FormatSize(summary.weight_bytes));
  std::string text = SummaryHeader(result, size) + "\n";
  text += SummaryRows(result, summary) + "\n";
  const std::string curve = LatencyCurve(result.problem, result.table);
  if (!curve.empty()) text += curve + "\n";
  text +=
      Heading(VerdictText(result.problem, result.table, result.exact)) + "\n";
  if (result.band) {
    text += HangingText("band    ", AnswerBandText(*result.band, result.exact));
  }
  if (result.is_limited) text += HangingText("memory  ", LimitedText(result));
  text += fmt::format("gain    {}\n        {}\n",
                      GainText("device", summary.over.device),
                      GainText("server", summary.over.server));
  if (const auto& approximation = result.table.approximation) {
    text += fmt::format(
        "regret  at most {:.2f} % over the {} of {} (at {}, by {})\n",
        approximation->worst_regret * 100,
        approximation->kind == "search" ? "best, a table" : "exact table",
        FormatPlural(std::ssize(result.exact.rows), "row"),
        FormatKbps(approximation->worst_kbps), CauseOf(*approximation));
  }
  text += FirmwareText(result);
  for (const std::string& note : summary.notes) {
    text += HangingText("note    ", note);
  }
  if (!run.output.empty()) {
    text += fmt::format(
        "output  {}: table.json, problem.json, splitting_model.json,\n"
        "        report.html, firmware/",
        Printable(run.output));
    // A side that never runs a layer has no folder.
    for (const char* side : {"device", "server"}) {
      std::error_code ignored;
      if (std::filesystem::is_directory(
              std::filesystem::path(run.output) / side, ignored)) {
        text += fmt::format(", {}/", side);
      }
    }
    text += "\n";
    text += HalvesText(result, run.output);
  }
  text += fmt::format("done    {}, {:.2f} s\n",
                      FormatPlural(std::ssize(run.warnings), "warning"),
                      run.seconds);
  return text;
}

}  // namespace dnncut
