// SPDX-License-Identifier: Apache-2.0
//
// The verdict for people: a table with a line per cut, what is wrong with each
// cut that failed, and what was shown if none did. Only the first faults of a
// cut are listed; the rest are counted.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "tools/text/layer_words.h"
#include "tools/text/text_table.h"
#include "tools/verify/verify.h"

namespace dnncut {
namespace {

// A cut lists this many faults; the first ones say enough.
constexpr size_t kShownFaults = 5;

Comparison WorstOf(const std::vector<OutputCheck>& checks) {
  Comparison worst;
  for (const OutputCheck& check : checks) {
    worst = Combine(worst, check.comparison);
  }
  return worst;
}

std::string UlpText(uint64_t ulp) {
  return ulp == UINT64_MAX ? "inf" : fmt::format("{}", ulp);
}

std::string ExactText(const std::vector<OutputCheck>& checks,
                      const std::string& error) {
  if (!error.empty()) return "does not run";
  const Comparison worst = WorstOf(checks);
  if (worst.same_bits) return "0 ULP";
  return worst.other.empty() && worst.max_ulp > 0
             ? UlpText(worst.max_ulp) + " ULP"
             : "differs";
}

bool RanSecond(const VerifyReport& report) {
  return report.second && report.second->why_not.empty();
}

std::vector<std::string> CellsOf(const VerifyReport& report,
                                 const CutReport& cut) {
  std::vector<std::string> cells = {
      fmt::format("{}", cut.cut), LayersText(cut.layers.device),
      LayersText(cut.layers.server), cut.faults.empty() ? "same" : "differs"};
  if (report.runtime_version.empty()) return cells;
  cells.push_back(ExactText(cut.exact, cut.run_error));
  if (RanSecond(report)) {
    // A half that does not run at the first size is not run again.
    const bool ran = cut.run_error.empty();
    cells.push_back(ran ? ExactText(cut.second, cut.second_error) : "");
  }
  if (cut.optimized.empty()) return cells;
  const Comparison worst = WorstOf(cut.optimized);
  cells.push_back(fmt::format("{:.2g}", worst.max_abs));
  cells.push_back(fmt::format("{:.2g}", worst.max_rel));
  cells.push_back(UlpText(worst.max_ulp));
  return cells;
}

std::string TableText(const VerifyReport& report) {
  std::vector<Column> columns = {
      {"cut", Align::kRight}, {"device"}, {"server"}, {"structure"}};
  if (!report.runtime_version.empty()) {
    columns.push_back({"disabled"});
    if (RanSecond(report)) {
      columns.push_back({fmt::format("batch {}", BatchText(*report.second))});
    }
    if (report.optimization != OptimizationLevel::kDisabled) {
      columns.push_back(
          {fmt::format("{}: abs", OptimizationName(report.optimization)),
           Align::kRight});
      columns.push_back({"rel", Align::kRight});
      columns.push_back({"ULP", Align::kRight});
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const CutReport& cut : report.cuts) rows.push_back(CellsOf(report, cut));
  return TextTable(columns, rows);
}

std::string OutputText(const OutputCheck& check) {
  const Comparison& comparison = check.comparison;
  if (!comparison.other.empty()) {
    return fmt::format("output '{}': {}", Printable(check.output),
                       comparison.other);
  }
  return fmt::format("output '{}': max abs {:.2g}, max rel {:.2g}, max ULP {}",
                     Printable(check.output), comparison.max_abs,
                     comparison.max_rel, UlpText(comparison.max_ulp));
}

// Everything that is wrong with a cut, a line each.
std::string FaultsText(const VerifyReport& report, const CutReport& cut) {
  std::string text;
  const auto add = [&](const std::string& line) {
    text += fmt::format("cut {}: {}\n", cut.cut, line);
  };
  for (size_t i = 0; i < std::min(cut.faults.size(), kShownFaults); ++i) {
    add(Printable(cut.faults[i]));
  }
  if (cut.faults.size() > kShownFaults) {
    add(fmt::format("and {} more", cut.faults.size() - kShownFaults));
  }
  if (!cut.run_error.empty()) add(Printable(cut.run_error));
  for (const OutputCheck& check : cut.exact) {
    if (check.comparison.same_bits) continue;
    add("without optimisation, " + OutputText(check));
  }
  if (!cut.second_error.empty()) {
    add(fmt::format("at batch {}, {}", BatchText(*report.second),
                    Printable(cut.second_error)));
  }
  for (const OutputCheck& check : cut.second) {
    if (check.comparison.same_bits) continue;
    add(fmt::format("at batch {}, without optimisation, {}",
                    BatchText(*report.second), OutputText(check)));
  }
  if (!cut.first_difference.empty()) {
    add("the first tensor that differs: " + Printable(cut.first_difference));
  }
  for (const OutputCheck& check : cut.optimized) {
    if (check.comparison.within) continue;
    add(fmt::format("at level {}, outside the tolerance: {}",
                    OptimizationName(report.optimization), OutputText(check)));
  }
  return text;
}

std::string ExpectedText(const VerifyReport& report) {
  if (report.expected.empty()) return "";
  std::string text;
  for (const OutputCheck& check : report.expected) {
    if (check.comparison.within) continue;
    text += fmt::format("expected {}\n", OutputText(check));
  }
  return text.empty() ? "expected outputs: match\n" : text;
}

std::string NoteText(const VerifyReport& report) {
  std::string text;
  if (report.cuts_without_halves > 0) {
    text = fmt::format(
        "note: {} have no halves, which `dnncut halves {} --cut N` writes\n",
        FormatPlural(report.cuts_without_halves, "more cut"),
        Printable(ShellWord(report.out)));
  }
  if (!report.second || report.second->why_not.empty()) return text;
  return text + fmt::format("note: no half was run at batch {}: {}\n",
                            BatchText(*report.second),
                            Printable(report.second->why_not));
}

std::string VerdictText(const VerifyReport& report) {
  if (!Passed(report)) return "FAILED\n";
  const std::string cuts = FormatPlural(std::ssize(report.cuts), "cut");
  if (report.runtime_version.empty()) {
    return fmt::format("verified: {}, structure only: {}\n", cuts,
                       report.why_not_run);
  }
  std::string text = fmt::format("verified: {}, 0 ULP", cuts);
  if (RanSecond(report)) {
    text += fmt::format(", at batch {}, too", BatchText(*report.second));
  }
  if (report.optimization != OptimizationLevel::kDisabled) {
    Comparison worst;
    for (const CutReport& cut : report.cuts) {
      worst = Combine(worst, WorstOf(cut.optimized));
    }
    text += fmt::format(
        "; at level {} at most {:.2g} absolute, {:.2g} "
        "relative, {} ULP",
        OptimizationName(report.optimization), worst.max_abs, worst.max_rel,
        UlpText(worst.max_ulp));
  }
  return text + "\n";
}

nlohmann::ordered_json ChecksJson(const std::vector<OutputCheck>& checks) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const OutputCheck& check : checks) {
    const Comparison& comparison = check.comparison;
    json.push_back({{"output", check.output},
                    {"same_bits", comparison.same_bits},
                    {"within", comparison.within},
                    {"max_abs", comparison.max_abs},
                    {"max_rel", comparison.max_rel},
                    {"max_ulp", comparison.max_ulp},
                    {"other", comparison.other}});
  }
  return json;
}

nlohmann::ordered_json TextOrNull(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

nlohmann::ordered_json SecondJson(const VerifyReport& report) {
  if (!report.second) return nullptr;
  nlohmann::ordered_json inputs = nlohmann::ordered_json::array();
  for (const auto& [name, shape] : report.second->inputs) {
    inputs.push_back({{"name", name}, {"shape", shape}});
  }
  return {{"inputs", inputs},
          {"why_not_run", TextOrNull(report.second->why_not)}};
}

}  // namespace

std::string VerifyText(const VerifyReport& report) {
  std::string text = fmt::format("{} against {}", Printable(report.out),
                                 Printable(report.model_file));
  if (!report.runtime_version.empty()) {
    text += fmt::format(", ONNX Runtime {}", report.runtime_version);
  }
  if (report.runtime_version.empty()) {
    text += ", nothing is run";
  } else {
    text += "; largest errors of the outputs, by optimisation level";
  }
  text += fmt::format("\n{}", TableText(report));
  for (const CutReport& cut : report.cuts) text += FaultsText(report, cut);
  return text + ExpectedText(report) + NoteText(report) + VerdictText(report);
}

nlohmann::ordered_json VerifyJson(const VerifyReport& report) {
  nlohmann::ordered_json cuts = nlohmann::ordered_json::array();
  for (const CutReport& cut : report.cuts) {
    cuts.push_back({{"cut", cut.cut},
                    {"passed", Passed(cut)},
                    {"device_layers", cut.layers.device},
                    {"server_layers", cut.layers.server},
                    {"faults", cut.faults},
                    {"run_error", TextOrNull(cut.run_error)},
                    {"first_difference", TextOrNull(cut.first_difference)},
                    {"disabled", ChecksJson(cut.exact)},
                    {"optimized", ChecksJson(cut.optimized)},
                    {"second_batch", ChecksJson(cut.second)},
                    {"second_batch_error", TextOrNull(cut.second_error)}});
  }
  return {
      {"schema", "dnncut.verify/1"},
      {"passed", Passed(report)},
      {"output", report.out},
      {"model", {{"file", report.model_file}, {"sha256", report.model_sha256}}},
      {"onnxruntime", TextOrNull(report.runtime_version)},
      {"why_not_run", TextOrNull(report.why_not_run)},
      {"optimization", OptimizationName(report.optimization)},
      {"second_batch", SecondJson(report)},
      {"cuts", cuts},
      {"cuts_without_halves", report.cuts_without_halves},
      {"expected", ChecksJson(report.expected)}};
}

}  // namespace dnncut
