// SPDX-License-Identifier: Apache-2.0
//
// Measure, fit, solve, and again with the cuts that the new table has and
// nobody has measured. There are finitely many cuts and each round measures a
// new one, so it ends; --max-rounds ends it sooner. The folder is written last,
// so an error before leaves it as it was.
#include "tools/refine/refine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <thread>

#include "backends/result/result_folder.h"
#include "backends/result/setting_text.h"
#include "backends/result/verdict.h"
#include "backends/result_writer.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/unit_text.h"
#include "compiler/objectives/table_within.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/side.h"
#include "passes/compress.h"
#include "tools/refine/probe_cuts.h"
#include "tools/refine/refine_command_line.h"
#include "tools/result/result_files.h"
#include "tools/result/stored_result.h"
#include "tools/runtime/threads.h"
#include "tools/text/file_names.h"

namespace dnncut {
namespace {

void RequireExactTable(const std::string& folder, const TableFile& table,
                       int most_cuts) {
  if (table.approximation) {
    Fail(ExitCode::kUsage, "E741",
         "{} has no exact table, but one made smaller by {}; refine one "
         "compiled without it",
         folder, CauseOf(*table.approximation));
  }
  if (table.only_cut) {
    Fail(ExitCode::kUsage, "E741",
         "{} holds the halves of cut {} only; refine one compiled without "
         "--only-cut",
         folder, *table.only_cut);
  }
  const auto cuts = std::ssize(table.cuts);
  if (cuts > most_cuts) {
    Fail(ExitCode::kUsage, "E741",
         "{} has {} cuts, and refine measures each of them; --limit cuts={} "
         "allows that",
         folder, cuts, cuts);
  }
}

bool IsEstimated(const MachineLabel& machine) {
  return machine.source != "profile" && machine.source != "refined";
}

// Times of this machine would take the place of estimates for another: which
// machine this is, only the user knows.
void RequireSide(const RefineOptions& options, const TableFile& table) {
  if (options.as) return;
  std::vector<std::string> estimated;
  for (const Side side : kSides) {
    const MachineLabel& machine = table.machines[side];
    if (!IsEstimated(machine)) continue;
    estimated.push_back(fmt::format("{} as {}", SideName(side), machine.name));
  }
  if (estimated.empty()) return;
  Fail(ExitCode::kUsage, "E743",
       "{}: the times of {} are estimates, and what this machine takes would "
       "replace them; say which side this machine is: --as device, --as server "
       "or --as both",
       options.path, fmt::join(estimated, " and "));
}

const MeasuredCut* Find(const std::vector<MeasuredCut>& measured,
                        const Cut& cut) {
  const auto found =
      std::find_if(measured.begin(), measured.end(),
                   [&](const MeasuredCut& m) { return m.cut.cut == cut; });
  return found == measured.end() ? nullptr : &*found;
}

class Refiner {
 public:
  Refiner(const RefineOptions& options, Progress* progress)
      : options_(options),
        as_(options.as.value_or(PerSide<bool>{true, true})),
        progress_(progress) {
    progress->Stage(fmt::format("reading {}", options.path));
    compiled_ = LoadWithModel(options.path, options.model, options.limits);
    RequireExactTable(compiled_.folder, compiled_.table,
                      options.cuts_with_halves);
    RequireSide(options, compiled_.table);
    RequirePlace();
    runtime_ = RequireOnnxRuntime(options.onnxruntime, "refine");
    inputs_ = MakeInputs(InputsOf(compiled_.table), OutputsOf(compiled_.table),
                         options.inputs);
    // Measuring takes minutes: what cannot be written shall show before.
    std::vector<std::string> inputs = PossibleInputFiles(options.inputs);
    inputs.push_back(compiled_.model.path);
    const ResultFolder can_be_made(Output(), IsReplaced(), inputs);
  }

  RefineResult Run(Warnings* warnings) {
    table_.cuts = compiled_.cuts();
    solved_ = problem();
    std::vector<Cut> cuts = WithProbes();
    int rounds = 0;
    while (!cuts.empty() && rounds < options_.max_rounds) {
      ++rounds;
      Measure(cuts, rounds);
      Solve();
      cuts = Unmeasured();
    }
    if (!cuts.empty()) {
      Warn(warnings, "W740",
           "{} of the table were not measured in {}; give a larger "
           "--max-rounds, or refine again",
           FormatPlural(std::ssize(cuts), "cut"),
           FormatPlural(rounds, "round"));
    }
    WarnOfUnsettled(unsettled_, warnings);
    for (const Side side : kSides) WarnOfEstimates(side, warnings);
    Write(*warnings);
    RefineResult result = Report();
    result.rounds = rounds;
    result.converged = cuts.empty();
    return result;
  }

 private:
  const Problem& problem() const { return compiled_.problem(); }

  void WarnOfEstimates(Side side, Warnings* warnings) const {
    if (!as_[side]) return;
    const MachineLabel& machine = compiled_.table.machines[side];
    if (!IsEstimated(machine)) return;
    Warn(warnings, "W742",
         "the times of {}, the {}, were estimates; they are replaced by those "
         "that this machine took{}",
         machine.name, SideName(side), SlowdownText(SlowdownOf(side)));
  }

  // Not to give --slowdown again must not undo it.
  double SlowdownOf(Side side) const {
    const Side slowed = as_.device ? Side::kDevice : Side::kServer;
    if (side == slowed && options_.slowdown) return *options_.slowdown;
    return compiled_.table.refined[side].value_or(1);
  }

  static CutTable TableOf(const std::vector<Cut>& cuts,
                          const Problem& problem) {
    CutTable table;
    for (const Cut& cut : cuts) {
      table.cuts.push_back({cut, CountCosts(problem, cut)});
    }
    return table;
  }

  // The cuts of the table, the probes and, in their middle, the one to hold
  // out.
  std::vector<Cut> WithProbes() {
    std::vector<Cut> cuts;
    for (const TableCut& cut : compiled_.cuts()) cuts.push_back(cut.cut);
    const std::vector<Cut> probes =
        ProbeCuts(problem(), options_.probes + 1, cuts);
    if (!probes.empty()) held_out_ = probes[probes.size() / 2];
    cuts.insert(cuts.end(), probes.begin(), probes.end());
    return cuts;
  }

  std::vector<Cut> Unmeasured() const {
    std::vector<Cut> cuts;
    for (const TableCut& cut : table_.cuts) {
      if (Find(measured_, cut.cut) == nullptr) cuts.push_back(cut.cut);
    }
    return cuts;
  }

  int ThreadsOfSide(Side side) const {
    return ThreadsFor(options_.threads[side], compiled_.table.machines[side]);
  }

  HalfRuns RunsOf() const {
    HalfRuns runs;
    runs.measured = as_;
    runs.optimization = options_.optimization;
    for (const Side side : kSides) runs.threads[side] = ThreadsOfSide(side);
    runs.runs = options_.runs;
    runs.warm_up = options_.warm_up;
    runs.timeout_seconds = options_.timeout_seconds;
    return runs;
  }

  void Measure(const std::vector<Cut>& cuts, int round) {
    const CutTable table = TableOf(cuts, problem());
    std::string stage;
    const auto report = [&](int process, int done, int all) {
      if (done == 0) {
        stage = fmt::format("measuring, round {}, process {} of each half",
                            round, process);
        progress_->Stage(stage);
      }
      progress_->Count(stage, done, all, "halves");
    };
    const HalfMeasurements halves = MeasureHalves(
        ResultOf(problem(), table), inputs_, RunsOf(), runtime_, report);
    unsettled_ += halves.unsettled;
    for (size_t c = 0; c < cuts.size(); ++c) {
      MeasuredCut measured = {table.cuts[c], halves.times[c],
                              cuts[c] == held_out_};
      for (const Side side : kSides) SlowDown(side, &measured.times[side]);
      measured_.push_back(std::move(measured));
    }
  }

  void SlowDown(Side side, std::optional<int64_t>* ns) const {
    if (!*ns || **ns == 0) return;  // no half, or no layers
    const int64_t slow = ToNs(static_cast<double>(**ns) * SlowdownOf(side));
    *ns = std::max<int64_t>(slow, 1);
  }

  void Solve() {
    progress_->Stage("fitting and solving");
    fitted_ = {Fit(Side::kDevice), Fit(Side::kServer)};
    solved_ = problem();
    for (size_t l = 0; l < solved_.layers.size(); ++l) {
      solved_.layers[l].ns = {fitted_.device.layer_ns[l],
                              fitted_.server.layer_ns[l]};
    }
    // What an earlier refine has added for a side gives way.
    const FittedCrossings& before = compiled_.problem_file->fitted;
    const FittedCrossings now = Crossings();
    for (size_t t = 0; t < solved_.tensors.size(); ++t) {
      int64_t& ns = solved_.tensors[t].cross_ns;
      for (const Side side : kSides) {
        if (!before[side].empty()) ns -= before[side][t];
      }
      for (const Side side : kSides) {
        if (now[side].empty()) continue;
        ns = CheckedAdd(ns, now[side][t], "the cost of a crossing");
      }
    }
    blocks_ = Compress(MakeBlockGraph(solved_));
    TableWithin within = BuildTableWithin(solved_, blocks_, {});
    RequireRows(solved_, within);
    const auto& slowdown = compiled_.table.firmware.slowdown;
    if (slowdown) AddSlowdownWithin(solved_, *slowdown, &within);
    table_ = std::move(within.table);
  }

  FittedCrossings Crossings() const {
    FittedCrossings crossings = compiled_.problem_file->fitted;
    for (const Side side : kSides) {
      if (as_[side]) crossings[side] = fitted_[side].cross_ns;
    }
    return crossings;
  }

  SideCosts Fit(Side side) const {
    return FitToHalves(problem(), side, TimesOf(measured_, side));
  }

  // A machine is what its times come from.
  MachineLabel Label(Side side) const {
    MachineLabel machine = compiled_.table.machines[side];
    if (!as_[side]) return machine;
    machine.source = "refined";
    machine.band = 1;
    const int threads = ThreadsOfSide(side);
    machine.threads = threads > 0
                          ? threads
                          : std::max(1u, std::thread::hardware_concurrency());
    machine.optimization = OptimizationName(options_.optimization);
    return machine;
  }

  RefinedSides Refined() const {
    RefinedSides refined = compiled_.table.refined;
    for (const Side side : kSides) {
      if (as_[side]) refined[side] = SlowdownOf(side);
    }
    return refined;
  }

  Result ResultOf(const Problem& problem, const CutTable& table) const {
    Result result;
    result.model = &compiled_.model;
    result.graph = &compiled_.graph;
    result.problem = &problem;
    result.blocks = &blocks_;
    result.table = &table;
    result.machines = {Label(Side::kDevice), Label(Side::kServer)};
    result.refined = Refined();
    result.version = DNNCUT_VERSION;
    result.firmware = compiled_.table.firmware;
    result.memory = MemoryOfCuts(problem, table);
    return result;
  }

  // What an earlier refine measured of a side for which this one does not
  // stand.
  MeasuredTimes TimesBefore(const Cut& cut) const {
    const std::optional<int> id = IdOf(cut, compiled_.cuts());
    return id ? compiled_.table.cuts[*id].measured : MeasuredTimes();
  }

  std::vector<MeasuredTimes> TableTimes() const {
    std::vector<MeasuredTimes> times;
    for (const TableCut& cut : table_.cuts) {
      MeasuredTimes merged = TimesBefore(cut.cut);
      const MeasuredCut* now = Find(measured_, cut.cut);
      for (const Side side : kSides) {
        if (!as_[side]) continue;
        merged[side] = now == nullptr ? std::nullopt : now->times[side];
      }
      times.push_back(merged);
    }
    return times;
  }

  const std::string& Output() const {
    return options_.output ? *options_.output : compiled_.folder;
  }

  bool IsInPlace() const {
    std::error_code ignored;
    return std::filesystem::equivalent(Output(), compiled_.folder, ignored);
  }

  bool IsReplaced() const { return IsInPlace() || options_.force; }

  // A refined result is a new one: what was compiled is lost only on purpose.
  void RequirePlace() const {
    if (IsInPlace() == options_.in_place) return;
    if (options_.in_place) {
      Fail(ExitCode::kUsage, "E744",
           "--in-place replaces {}, but -o names {}; leave one out",
           compiled_.folder, Output());
    }
    Fail(ExitCode::kUsage, "E744",
         "the refined result would replace {}; give -o OUT for another folder, "
         "or --in-place",
         compiled_.folder);
  }

  void Write(const Warnings& warnings) {
    ResultOptions write;
    write.out = Output();
    write.force = IsReplaced();
    write.inputs = PossibleInputFiles(options_.inputs);
    write.inline_weights = !HasWeightsFile(compiled_.folder);
    const std::string stage = fmt::format("writing {}", write.out);
    progress_->Stage(stage);
    write.progress = [&](int64_t done_bytes, int64_t all_bytes) {
      progress_->Part(stage, done_bytes, all_bytes);
    };
    Result result = ResultOf(solved_, table_);
    result.fitted = Crossings();
    result.measured = TableTimes();
    result.has_halves =
        ChooseHalves(table_, options_.cuts_with_halves, std::nullopt);
    result.warnings =
        WithoutFolders(warnings, {Output(), compiled_.model.path});
    result.commands = compiled_.table.commands;
    result.commands.push_back(
        RefineCommandLine(options_, compiled_.table.model_file));
    WriteResult(result, write);
  }

  RefineResult Report() const {
    RefineResult result;
    result.before = compiled_.table;
    result.table = table_;
    result.machines = {Label(Side::kDevice), Label(Side::kServer)};
    result.refined = Refined();
    result.as = as_;
    result.output = Output();
    result.cuts = CompareCuts({problem(), compiled_.problem_file->fitted,
                               compiled_.cuts(), table_.cuts, fitted_},
                              measured_);
    result.fitted = ErrorsOf(result.cuts, false);
    result.held_out = ErrorsOf(result.cuts, true);
    return result;
  }

  const RefineOptions& options_;
  const PerSide<bool> as_;
  Progress* progress_;
  StoredResult compiled_;
  OnnxRuntime runtime_;
  RunInputs inputs_;
  std::optional<Cut> held_out_;
  std::vector<MeasuredCut> measured_;
  int unsettled_ = 0;  // halves, see HalfMeasurements
  PerSide<SideCosts> fitted_;
  Problem solved_;  // with the fitted costs
  BlockGraph blocks_;
  CutTable table_;
};

}  // namespace

RefineResult Refine(const RefineOptions& options, Progress* progress,
                    Warnings* warnings) {
  RefineResult result = Refiner(options, progress).Run(warnings);
  progress->Finish();
  return result;
}

}  // namespace dnncut
