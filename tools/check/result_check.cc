// SPDX-License-Identifier: Apache-2.0
//
// Each check looks at one part of the result and trusts no other part more than
// it must: the rows are compared with a table that is solved again from
// problem.json, the splitting model by its own minimum cuts, the firmware's
// bytes by reading them back. A check that throws has failed with what it
// threw, and the others go on.
#include "tools/check/result_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <utility>

#include "backends/firmware/firmware_file.h"
#include "backends/firmware/firmware_files.h"
#include "backends/firmware/firmware_header.h"
#include "backends/firmware/firmware_table.h"
#include "backends/result/problem_file.h"
#include "backends/result/splitting_model_json.h"
#include "compiler/base/error.h"
#include "compiler/base/shell_word.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/read_file.h"
#include "compiler/objectives/table_within.h"
#include "compiler/problem/block_graph.h"
#include "compiler/table/compare_costs.h"
#include "compiler/table/cut_table.h"
#include "tools/check/firmware_check.h"
#include "tools/check/hysteresis_check.h"
#include "tools/check/splitting_model_check.h"
#include "tools/result/table_latency.h"
#include "tools/runtime/run_split.h"

namespace dnncut {
namespace {

constexpr std::string_view kCompileAgain = "compile again";

// Fills in an item; what it throws makes it a failed one.
using Look = std::function<void(CheckItem* item)>;

CheckItem LookAt(std::string_view rule, std::string_view rule_text,
                 std::string_view name, const Look& look) {
  CheckItem item;
  item.rule = rule;
  item.rule_text = rule_text;
  item.name = name;
  try {
    look(&item);
  } catch (const Error& error) {
    SetError(error, CheckStatus::kFailed, &item);
  }
  return item;
}

void Skip(std::string_view why, CheckItem* item) {
  item->status = CheckStatus::kSkipped;
  item->message = why;
}

CostChange WorstAgainstExact(const TableFile& table, const CutTable& exact) {
  return CompareCosts(PiecesOf(exact, table.downlink),
                      PiecesOf(table, table.range))
      .worst;
}

void LookAtTable(const TableFile& table, CheckItem* item) {
  const std::string difference = HysteresisDifference(table);
  if (!difference.empty()) {
    Fail(ExitCode::kBadInput, "E809",
         "{} in table.json does not follow from its costs; {}", difference,
         kCompileAgain);
  }
  item->message =
      fmt::format("{}, {}, {}{}", FormatPlural(std::ssize(table.cuts), "cut"),
                  FormatPlural(std::ssize(table.rows), "row"),
                  FormatKbpsRange(table.range.min_kbps, table.range.max_kbps),
                  table.approximation ? ", approximate" : "");
}

void LookAtProblem(const ProblemFile& file, CheckItem* item) {
  item->message =
      fmt::format("{} and {} give the cuts the costs in table.json",
                  FormatPlural(CountLayers(file.problem), "layer"),
                  FormatPlural(std::ssize(file.problem.tensors), "tensor"));
}

// The stated regret is a rounded number.
bool IsNear(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
}

void LookAtRows(const TableFile& table, const CutTable& exact,
                CheckItem* item) {
  const CostChange worst = WorstAgainstExact(table, exact);
  // What the search cannot prove comes on top.
  const double unproved =
      exact.approximation ? exact.approximation->worst_regret : 0;
  const double regret = (1 + worst.ratio.Excess()) * (1 + unproved) - 1;
  const double stated =
      table.approximation ? table.approximation->worst_regret : 0;
  item->kbps = worst.kbps;
  if (table.approximation ? !IsNear(regret, stated)
                          : CostRatio() < worst.ratio) {
    item->status = CheckStatus::kFailed;
    item->message = fmt::format(
        "at {} another cut is faster: the table takes {:.4g} % more, where it "
        "says {:.4g} %; {}",
        FormatKbps(worst.kbps), 100 * regret, 100 * stated, kCompileAgain);
  } else if (table.approximation) {
    item->message = fmt::format(
        "solved again: at most {:.4g} % above the best cut, as "
        "stated, at {}",
        100 * regret, FormatKbps(worst.kbps));
  } else {
    item->kbps.reset();
    item->message = "solved again: no cut is faster at any bandwidth";
  }
}

// The splitting model does not heed memory.
void LookAtSplittingModel(const std::string& folder, const Problem& problem,
                          const TableWithin& best, CheckItem* item) {
  const CutTable exact = best.is_limited
                             ? BuildCutTable(problem, MakeBlockGraph(problem))
                             : best.table;
  const std::string path = folder + "/splitting_model.json";
  const std::string difference =
      SplittingModelDifference(ReadSplittingModel(path), problem, exact);
  if (!difference.empty()) {
    Fail(ExitCode::kBadInput, "E817", "{} has {} than problem.json; {}", path,
         difference, kCompileAgain);
  }
  item->message = "solved at both ends of every row: the same latencies";
}

std::string WhoseHalvesText(const TableFile& table, const std::string& folder,
                            int cuts) {
  if (table.only_cut) return fmt::format(", of cut {} only", *table.only_cut);
  if (cuts == std::ssize(table.cuts)) return "";
  return fmt::format(", of {} of {}, `dnncut halves {} --cut N` writes others",
                     cuts, FormatPlural(std::ssize(table.cuts), "cut"),
                     ShellFile(folder));
}

void LookAtHalves(const TableFile& table, const std::string& folder,
                  const ModelLimits& limits, CheckItem* item) {
  int cuts = 0;  // that have halves
  int halves = 0;
  int broken = 0;
  for (int id = 0; id < std::ssize(table.cuts); ++id) {
    const TableFile::Cut& cut = table.cuts[id];
    if (!cut.has_halves) continue;
    ++cuts;
    halves += cut.models.device.has_value() + cut.models.server.has_value();
    try {
      CheckHalves(table, id, folder, limits);
    } catch (const Error& error) {
      if (broken++ > 0) continue;
      SetError(error, CheckStatus::kFailed, item);
      item->cut = id;
    }
  }
  if (broken > 1) {
    item->message += fmt::format("; {} cannot be used either",
                                 FormatPlural(broken - 1, "other cut"));
  }
  if (broken > 0) return;
  item->message = fmt::format(
      "{}: of this model, whole, and made for each other{}; `dnncut verify {} "
      "--structural` compares their weights, too",
      FormatPlural(halves, "file"), WhoseHalvesText(table, folder, cuts),
      ShellFile(folder));
}

// The constants that a C compiler reads; what comments say is free.
void CheckFirmwareHeader(const FirmwareTable& firmware,
                         const std::string& prefix, const std::string& path) {
  constexpr int64_t kMostBytes = 256 << 20;
  const std::string text = ReadFile(
      path, {.name = "C", .max_bytes = kMostBytes, .too_large = "E805"});
  if (IsFirmwareHeader(text, firmware, prefix)) return;
  Fail(ExitCode::kBadInput, "E805",
       "{} has other constants than table.json; {}", path, kCompileAgain);
}

void LookAtFirmware(const TableFile& table, const std::string& folder,
                    CheckItem* item) {
  const std::string files = folder + "/firmware/";
  const std::string path = fmt::format("{}{}", files, kFirmwareBlobFile);
  std::error_code error;
  if (!table.hysteresis && !std::filesystem::exists(path, error)) {
    return Skip("there is no firmware table", item);
  }
  const FirmwareTable firmware = ReadFirmwareTable(path);
  const std::string difference = FirmwareDifference(firmware, table);
  if (!difference.empty()) {
    Fail(ExitCode::kBadInput, "E805", "{} has {} than table.json; {}", path,
         difference, kCompileAgain);
  }
  CheckFirmwareHeader(firmware, table.firmware.prefix,
                      fmt::format("{}{}", files, kFirmwareHeaderFile));
  item->message =
      fmt::format("{}, which firmware reads: the rows and costs in table.json",
                  FormatBytes(FirmwareBlobBytes(firmware)));
}

}  // namespace

std::vector<CheckItem> CheckResult(const StoredResult& stored,
                                   const ModelLimits& limits) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(stored.path, error);
  const std::string& folder = stored.folder;
  const TableFile& table = stored.table;
  constexpr std::string_view kAlone = "a table was given, not its folder";
  constexpr std::string_view kNoProblem = "needs problem.json";
  std::vector<CheckItem> items;
  items.push_back(LookAt("result-table", "table.json is a table of cuts",
                         "table.json",
                         [&](CheckItem* item) { LookAtTable(table, item); }));
  std::optional<ProblemFile> file;
  std::optional<TableWithin> best;
  items.push_back(LookAt("result-problem",
                         "problem.json is the problem of table.json",
                         "problem.json", [&](CheckItem* item) {
                           if (!is_folder) return Skip(kAlone, item);
                           file = ReadProblemFile(folder, table);
                           LookAtProblem(*file, item);
                         }));
  items.push_back(LookAt(
      "result-rows", "Every row has the best cut, or the regret that is stated",
      "rows", [&](CheckItem* item) {
        if (!file) return Skip(kNoProblem, item);
        best =
            BuildTableWithin(file->problem, MakeBlockGraph(file->problem), {});
        LookAtRows(table, best->table, item);
      }));
  items.push_back(LookAt(
      "result-splitting-model", "splitting_model.json is made of problem.json",
      "splitting_model.json", [&](CheckItem* item) {
        if (!is_folder) return Skip(kAlone, item);
        if (!best) return Skip(kNoProblem, item);
        LookAtSplittingModel(folder, file->problem, *best, item);
      }));
  items.push_back(LookAt("result-halves",
                         "The halves of every cut are there and fit together",
                         "halves", [&](CheckItem* item) {
                           if (!is_folder) return Skip(kAlone, item);
                           LookAtHalves(table, folder, limits, item);
                         }));
  items.push_back(LookAt("result-firmware",
                         "The firmware's table is that in table.json",
                         "firmware", [&](CheckItem* item) {
                           if (!is_folder) return Skip(kAlone, item);
                           LookAtFirmware(table, folder, item);
                         }));
  return items;
}

}  // namespace dnncut
