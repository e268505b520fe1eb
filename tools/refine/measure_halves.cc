// SPDX-License-Identifier: Apache-2.0
//
// Times of halves vary more between processes than between runs in one, so the
// median of a process is one sample and the best of several processes is the
// time: what disturbs a machine only ever adds. All halves get one process,
// then all a second, so that a disturbance meets one sample of many halves. A
// half is settled when its two best samples agree.
#include "tools/refine/measure_halves.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "backends/result_writer.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/scratch_folder.h"
#include "compiler/problem/side.h"
#include "tools/runtime/median.h"

namespace dnncut {
namespace {

// A half is settled when the two best processes agree so closely.
constexpr double kAgreement = 1.02;
constexpr size_t kFewestProcesses = 3;
constexpr int kMostProcesses = 8;

// A half that is run, what it is run on, and the medians of its processes.
struct HalfToRun {
  int cut = 0;
  Side side = Side::kDevice;
  std::string path;
  std::vector<Value> inputs;
  std::vector<int64_t> medians_ns = {};
};

class HalfTimer {
 public:
  HalfTimer(const Result& result, const RunInputs& inputs,
            const HalfRuns& options, const OnnxRuntime& runtime)
      : result_(result), inputs_(inputs), options_(options), runtime_(runtime) {
    ResultOptions write;
    write.out = halves_;
    write.halves_only = true;
    folder_.Fill([&] { WriteResult(result, write); });
    measured_.times.resize(result.table->cuts.size());
  }

  HalfMeasurements Measure(const HalvesProgress& report) {
    for (int c = 0; std::cmp_less(c, result_.table->cuts.size()); ++c) {
      AddCut(c);
    }
    // All halves once, then all again: what disturbs the machine for a while
    // disturbs one process of many halves, not many processes of one.
    for (int process = 1; process <= kMostProcesses; ++process) {
      const std::vector<HalfToRun*> unsettled = Unsettled();
      for (size_t i = 0; i < unsettled.size(); ++i) {
        report(process, static_cast<int>(i),
               static_cast<int>(unsettled.size()));
        AddProcess(unsettled[i]);
      }
    }
    for (const HalfToRun& half : to_run_) {
      const int64_t ns =
          std::max<int64_t>(std::ranges::min(half.medians_ns), 1);
      measured_.times[half.cut][half.side] = ns;
    }
    measured_.unsettled = static_cast<int>(Unsettled().size());
    return measured_;
  }

 private:
  std::vector<HalfToRun*> Unsettled() {
    std::vector<HalfToRun*> halves;
    for (HalfToRun& half : to_run_) {
      if (!IsSettled(half.medians_ns)) halves.push_back(&half);
    }
    return halves;
  }

  std::optional<std::string> FileOf(int cut, Side side) const {
    const auto file = HalfFile(result_, cut, side);
    if (!file) return std::nullopt;
    return halves_ + "/" + *file;
  }

  void AddCut(int cut) {
    const CutCosts& costs = result_.table->cuts[cut].costs;
    const auto device = FileOf(cut, Side::kDevice);
    const auto server = FileOf(cut, Side::kServer);
    if (options_.measured.device) {
      if (device) {
        to_run_.push_back({cut, Side::kDevice, *device, inputs_.values});
      }
      if (costs.AllLayers(Side::kDevice) == 0) measured_.times[cut].device = 0;
    }
    if (!options_.measured.server) return;
    if (costs.AllLayers(Side::kServer) == 0) measured_.times[cut].server = 0;
    if (!server) return;
    HalfToRun half = {cut, Side::kServer, *server, inputs_.values};
    if (device) {
      std::vector<Value> crossing =
          Run(*device, inputs_.values, Options(cut, Side::kDevice)).outputs;
      std::move(crossing.begin(), crossing.end(),
                std::back_inserter(half.inputs));
    }
    to_run_.push_back(std::move(half));
  }

  void AddProcess(HalfToRun* half) const {
    RunOptions run = Options(half->cut, half->side);
    run.warm_up = options_.warm_up;
    run.runs = options_.runs;
    run.want_outputs = false;
    half->medians_ns.push_back(
        MedianNs(Run(half->path, half->inputs, run).run_ns));
  }

  // The folder of the halves says nothing to the user, who knows its cuts
  // only by what is in them.
  std::string Describe(int cut, Side side) const {
    const CutCosts& costs = result_.table->cuts[cut].costs;
    return fmt::format("the {} half of {}", SideName(side),
                       FormatPlural(costs.layers[side], "layer"));
  }

  RunOptions Options(int cut, Side side) const {
    RunOptions run;
    run.shown_path = Describe(cut, side);
    run.optimization = options_.optimization;
    run.threads = options_.threads[side];
    run.timeout_seconds = options_.timeout_seconds;
    return run;
  }

  RunResult Run(const std::string& path, const std::vector<Value>& inputs,
                const RunOptions& run) const {
    return RunOnInputs(path, inputs, inputs_.any_made_up, run, runtime_);
  }

  const Result& result_;
  const RunInputs& inputs_;
  const HalfRuns& options_;
  const OnnxRuntime& runtime_;
  ScratchFolder folder_;
  std::string halves_ = folder_.File("halves");
  std::vector<HalfToRun> to_run_;
  HalfMeasurements measured_;
};

}  // namespace

bool IsSettled(std::vector<int64_t> medians_ns) {
  if (medians_ns.size() < kFewestProcesses) return false;
  std::ranges::sort(medians_ns);
  return static_cast<double>(medians_ns[1]) <=
         static_cast<double>(medians_ns[0]) * kAgreement;
}

void WarnOfUnsettled(int halves, Warnings* warnings) {
  if (halves == 0) return;
  Warn(warnings, "W741",
       "{} took a different time in each of many processes, as on a busy "
       "machine; what is fitted to these times is uncertain",
       FormatPlural(halves, "half", "halves"));
}

HalfMeasurements MeasureHalves(const Result& result, const RunInputs& inputs,
                               const HalfRuns& options,
                               const OnnxRuntime& runtime,
                               const HalvesProgress& report) {
  return HalfTimer(result, inputs, options, runtime).Measure(report);
}

}  // namespace dnncut
