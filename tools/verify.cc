// SPDX-License-Identifier: Apache-2.0
#include "tools/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "compiler/error.h"
#include "frontends/onnx_frontend.h"
#include "tools/first_difference.h"
#include "tools/half_check.h"

namespace dnncut {
namespace {

bool HasHalves(const TableFile::Cut& cut) {
  return cut.device_model || cut.server_model;
}

// The cuts to look at: all that were to be written.
std::vector<int> ChosenCuts(const TableFile& table,
                            const VerifyOptions& options) {
  std::vector<int> chosen;
  for (int c = 0; c < static_cast<int>(table.cuts.size()); ++c) {
    if (options.cut && c != *options.cut) continue;
    if (table.only_cut && c != *table.only_cut) continue;
    chosen.push_back(c);
  }
  if (!options.cut || !chosen.empty()) return chosen;
  const int cuts = static_cast<int>(table.cuts.size());
  if (*options.cut >= cuts) {
    Fail(ExitCode::kUsage, "E734",
         "--cut {}: there is no such cut; {} has cuts 0 to {}", *options.cut,
         options.out, cuts - 1);
  }
  Fail(ExitCode::kUsage, "E734", "--cut {}: {} has no halves of that cut",
       *options.cut, options.out);
}

// What running needs, for every cut the same.
class Runs {
 public:
  Runs(const VerifyOptions& options, const TableFile& table,
       const SourceModel& model, Progress* progress)
      : options_(options),
        table_(table),
        model_(model),
        progress_(progress),
        runtime_(RequireOnnxRuntime(options.onnxruntime, "verify")),
        inputs_(MakeInputs(InputsOfModel(), OutputsOf(table), options.inputs)) {
    exact_.timeout_seconds = options.timeout_seconds;
    optimized_ = exact_;
    optimized_.optimization = options.optimization;
    optimized_.threads = options.threads;
  }

  // The whole model, at both levels.
  void RunWhole(VerifyReport* report, Warnings* warnings) {
    report->runtime_version = runtime_.version;
    expected_exact_ = RunWholeAt(exact_);
    for (const Value& output : expected_exact_) {
      if (!IsAllNan(output)) continue;
      Warn(warnings, "W730",
           "output '{}' of {} is nothing but NaN on these inputs, so that "
           "comparing it proves little; give real inputs with --input or "
           "--test-data",
           output.name, options_.model_path);
    }
    if (AlsoOptimized()) expected_optimized_ = RunWholeAt(optimized_);
    for (const Value& expected : inputs_.expected) {
      const Value* got = FindResult(expected.name, expected_exact_);
      if (got == nullptr) continue;
      report->expected.push_back(
          {expected.name, CompareValues(*got, expected, options_.tolerance)});
    }
  }

  void RunCut(CutReport* report) {
    try {
      report->exact = Compare(report->cut, exact_, expected_exact_);
      if (AlsoOptimized()) {
        report->optimized =
            Compare(report->cut, optimized_, expected_optimized_);
      }
    } catch (const Error& error) {
      // A disk that is full says nothing about the half.
      if (error.exit_code() == ExitCode::kIo) throw;
      report->run_error = error.what();
      return;
    }
    const bool same = std::all_of(
        report->exact.begin(), report->exact.end(),
        [](const OutputCheck& check) { return check.comparison.same_bits; });
    if (!same) report->first_difference = FirstDifference(report->cut);
  }

 private:
  // Halves leave open what the model leaves open, so they take the same.
  std::vector<ModelInput> InputsOfModel() const {
    std::vector<ModelInput> inputs = InputsOf(table_);
    OpenFreeDims(model_, &inputs);
    return inputs;
  }

  bool AlsoOptimized() const {
    return options_.optimization != OptimizationLevel::kDisabled;
  }

  std::vector<Value> RunWholeAt(const RunOptions& run) {
    progress_->Stage(fmt::format("running {}, optimisation {}",
                                 options_.model_path,
                                 OptimizationName(run.optimization)));
    return RunOnInputs(options_.model_path, inputs_.values, inputs_.any_made_up,
                       run, runtime_)
        .outputs;
  }

  std::vector<Value> RunHalf(const std::string& file,
                             const std::vector<Value>& given,
                             const RunOptions& run) {
    progress_->Stage(fmt::format("running {}, optimisation {}", file,
                                 OptimizationName(run.optimization)));
    return RunModel((std::filesystem::path(options_.out) / file).string(),
                    given, run, runtime_)
        .outputs;
  }

  // A model output that is an input is made by nobody.
  const Value* FindResult(const std::string& name,
                          const std::vector<Value>& outputs) const {
    const Value* found = FindValue(outputs, name);
    return found != nullptr ? found : FindValue(inputs_.values, name);
  }

  // The outputs of both halves, the second fed by what crosses, against those
  // of the whole model.
  std::vector<OutputCheck> Compare(int cut_id, const RunOptions& run,
                                   const std::vector<Value>& expected) {
    const TableFile::Cut& cut = table_.cuts[cut_id];
    std::vector<Value> device;
    if (cut.device_model) {
      device = RunHalf(*cut.device_model, inputs_.values, run);
    }
    std::vector<Value> server;
    if (cut.server_model) {
      server = RunHalf(*cut.server_model, Crossing(cut, device), run);
    }
    std::vector<OutputCheck> checks;
    for (const Value& value : expected) {
      if (FindValue(inputs_.values, value.name) != nullptr) continue;
      OutputCheck check{value.name, {}};
      bool made = false;
      for (const auto* half : {&device, &server}) {
        const Value* got = FindValue(*half, value.name);
        if (got == nullptr) continue;
        made = true;
        check.comparison = Combine(
            check.comparison, CompareValues(*got, value, options_.tolerance));
      }
      if (!made) check.comparison = {false, false, 0, 0, 0, "made by no half"};
      checks.push_back(check);
    }
    return checks;
  }

  // What the server is given: nothing but what the table says.
  std::vector<Value> Crossing(const TableFile::Cut& cut,
                              const std::vector<Value>& device) const {
    std::vector<Value> crossing;
    for (const auto& tensor : cut.tensors) {
      const Value* value = FindValue(device, tensor.name);
      if (value == nullptr) value = FindValue(inputs_.values, tensor.name);
      if (value != nullptr) crossing.push_back(*value);
    }
    return crossing;
  }

  std::string FirstDifference(int cut) {
    progress_->Stage("looking for the first tensor that differs");
    try {
      return FindFirstDifference(model_, table_.cuts[cut], options_.out,
                                 inputs_.values, options_.timeout_seconds,
                                 runtime_);
    } catch (const Error& error) {
      return fmt::format("unknown: {}", error.what());
    }
  }

  const VerifyOptions& options_;
  const TableFile& table_;
  const SourceModel& model_;
  Progress* progress_;
  OnnxRuntime runtime_;
  RunInputs inputs_;
  RunOptions exact_;
  RunOptions optimized_;
  std::vector<Value> expected_exact_;
  std::vector<Value> expected_optimized_;
};

bool AllWithin(const std::vector<OutputCheck>& checks) {
  return std::all_of(
      checks.begin(), checks.end(),
      [](const OutputCheck& check) { return check.comparison.within; });
}

}  // namespace

VerifyReport Verify(const VerifyOptions& options, Progress* progress,
                    Warnings* warnings) {
  const TableFile table = ReadTableFile(options.out + "/table.json");
  const std::vector<int> cuts = ChosenCuts(table, options);
  progress->Stage(fmt::format("reading {}", options.model_path));
  LoadOptions load;
  // The compile has decided about that.
  load.allow_newer = true;
  Warnings ignored;
  const SourceModel model = LoadModel(options.model_path, load, &ignored);
  HalfChecker checker(model, table, options.out);

  VerifyReport report;
  report.out = options.out;
  report.model_file = table.model_file;
  report.model_sha256 = table.model_sha256;
  report.optimization = options.optimization;
  std::optional<Runs> runs;
  if (options.structural) {
    report.why_not_run = "--structural was given";
  } else if (checker.IsRandom()) {
    report.why_not_run = "the model is random";
  } else {
    runs.emplace(options, table, model, progress);
    runs->RunWhole(&report, warnings);
  }
  for (const int c : cuts) {
    progress->Stage(fmt::format("checking cut {}", c));
    CutReport cut;
    cut.cut = c;
    cut.device_layers = table.cuts[c].costs.device_layers;
    cut.server_layers = table.cuts[c].costs.server_layers;
    cut.faults = checker.Check(c);
    // A cut without a half has nothing to run; all its layers are faults then,
    // but for those that make nothing.
    if (runs && HasHalves(table.cuts[c])) runs->RunCut(&cut);
    report.cuts.push_back(std::move(cut));
  }
  progress->Finish();
  return report;
}

bool Passed(const CutReport& report) {
  const bool same_bits = std::all_of(
      report.exact.begin(), report.exact.end(),
      [](const OutputCheck& check) { return check.comparison.same_bits; });
  return report.faults.empty() && report.run_error.empty() && same_bits &&
         AllWithin(report.optimized);
}

bool Passed(const VerifyReport& report) {
  return AllWithin(report.expected) &&
         std::all_of(report.cuts.begin(), report.cuts.end(),
                     [](const CutReport& cut) { return Passed(cut); });
}

void RequirePassed(const VerifyReport& report) {
  std::string failed;
  for (const CutReport& cut : report.cuts) {
    if (Passed(cut)) continue;
    failed += fmt::format("{}{}", failed.empty() ? "" : ", ", cut.cut);
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
