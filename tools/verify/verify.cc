// SPDX-License-Identifier: Apache-2.0
#include "tools/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/base/error.h"
#include "tools/result/find_model.h"
#include "tools/verify/half_check.h"
#include "tools/verify/verify_runs.h"

namespace dnncut {
namespace {

bool HasHalves(const TableFile::Cut& cut) {
  return cut.models.device || cut.models.server;
}

// The cuts to look at: all that were to be written.
std::vector<int> ChosenCuts(const TableFile& table,
                            const VerifyOptions& options) {
  std::vector<int> chosen;
  for (int c = 0; c < static_cast<int>(table.cuts.size()); ++c) {
    if (options.cut && c != *options.cut) continue;
    if (!table.cuts[c].has_halves) continue;
    chosen.push_back(c);
  }
  if (!options.cut || !chosen.empty()) return chosen;
  const int cuts = static_cast<int>(table.cuts.size());
  if (*options.cut >= cuts) {
    Fail(ExitCode::kUsage, "E734",
         "--cut {}: there is no such cut; {} has cuts 0 to {}", *options.cut,
         options.out, cuts - 1);
  }
  Fail(ExitCode::kUsage, "E734", "--cut {}: {} has no halves of that cut; {}",
       *options.cut, options.out,
       HalvesAdvice(table, *options.cut, options.out));
}

bool AllWithin(const std::vector<OutputCheck>& checks) {
  return std::all_of(
      checks.begin(), checks.end(),
      [](const OutputCheck& check) { return check.comparison.within; });
}

bool SameToTheBit(const CutReport& report) {
  return report.faults.empty() && report.run_error.empty() &&
         AllSameBits(report.exact) && report.second_error.empty() &&
         AllSameBits(report.second);
}

}  // namespace

std::string BatchText(const SecondBatch& second) {
  std::set<int64_t> sizes;
  for (const auto& [name, shape] : second.inputs) sizes.insert(shape[0]);
  return fmt::format("{}", fmt::join(sizes, " and "));
}

bool AllSameBits(const std::vector<OutputCheck>& checks) {
  return std::all_of(
      checks.begin(), checks.end(),
      [](const OutputCheck& check) { return check.comparison.same_bits; });
}

VerifyReport Verify(const TableFile& table, const VerifyOptions& options,
                    Progress* progress, Warnings* warnings) {
  const std::vector<int> cuts = ChosenCuts(table, options);
  progress->Stage(fmt::format("reading {}", options.model_path));
  const SourceModel model =
      LoadCompiledModel(table, options.model_path, options.limits);
  HalfChecker checker(model, table, options.out, options.limits);

  VerifyReport report;
  report.out = options.out;
  report.model_file = table.model_file;
  report.model_sha256 = table.model_sha256;
  report.optimization = options.optimization;
  if (!table.only_cut) {
    report.cuts_without_halves = static_cast<int>(
        std::ranges::count(table.cuts, false, &TableFile::Cut::has_halves));
  }
  std::optional<VerifyRuns> runs;
  if (options.structural) {
    report.why_not_run = "--structural was given";
  } else if (checker.IsRandom()) {
    report.why_not_run = "the model is random";
  } else {
    runs.emplace(options, table, model, progress);
    runs->RunWhole(&report, warnings);
    runs->RunWholeAtSecondBatch(&report);
  }
  for (const int c : cuts) {
    progress->Stage(fmt::format("checking cut {}", c));
    CutReport cut;
    cut.cut = c;
    cut.layers = table.cuts[c].costs.layers;
    cut.faults = checker.Check(c);
    const bool can_run = HasHalves(table.cuts[c]) && checker.CouldRead();
    if (runs && can_run) runs->RunCut(&cut);
    report.cuts.push_back(std::move(cut));
  }
  progress->Finish();
  return report;
}

bool Passed(const CutReport& report) {
  return SameToTheBit(report) && AllWithin(report.optimized);
}

bool Passed(const VerifyReport& report) {
  return AllWithin(report.expected) &&
         std::all_of(report.cuts.begin(), report.cuts.end(),
                     [](const CutReport& cut) { return Passed(cut); });
}

void RequirePassed(const VerifyReport& report) {
  std::string failed;
  bool same_bits = true;
  for (const CutReport& cut : report.cuts) {
    if (Passed(cut)) continue;
    same_bits = same_bits && SameToTheBit(cut);
    failed += fmt::format("{}{}", failed.empty() ? "" : ", ", cut.cut);
  }
  if (!failed.empty() && same_bits) {
    Fail(ExitCode::kCheckFailed, "E732",
         "{} computes what {} computes, but at level {} its outputs are "
         "outside the tolerance: cut {} (see the report); widen --rtol and "
         "--atol if that is near enough",
         report.out, report.model_file, OptimizationName(report.optimization),
         failed);
  }
  if (!failed.empty()) {
    Fail(ExitCode::kCheckFailed, "E732",
         "{} does not compute what {} computes: cut {} failed (see the "
         "report); the folder stays, but must not be used",
         report.out, report.model_file, failed);
  }
  if (!Passed(report)) {
    Fail(ExitCode::kCheckFailed, "E733",
         "{} itself does not give the outputs of the test data within the "
         "tolerance; the cuts are not to blame; widen --rtol and --atol, or "
         "look into the test data",
         report.model_file);
  }
}

}  // namespace dnncut
