// SPDX-License-Identifier: Apache-2.0
#include "tools/measure_halves.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "backends/result_writer.h"
#include "tools/scratch_folder.h"

namespace dnncut {
namespace {

// A half is settled when the two best processes agree so closely.
constexpr double kAgreement = 1.02;
constexpr size_t kFewestProcesses = 3;
constexpr size_t kMostProcesses = 8;

// A half that is run, what it is run on, and the medians of its processes.
struct HalfToRun {
  int cut = 0;
  Side side = Side::kDevice;
  std::string path;
  std::vector<Value> inputs;
  std::vector<int64_t> medians_ns = {};  // ascending
};

bool IsSettled(const HalfToRun& half) {
  const std::vector<int64_t>& ns = half.medians_ns;
  return ns.size() >= kFewestProcesses &&
         static_cast<double>(ns[1]) <= static_cast<double>(ns[0]) * kAgreement;
}

class HalfTimer {
 public:
  HalfTimer(const Result& result, const RunInputs& inputs,
            const HalfRuns& options, const OnnxRuntime& runtime)
      : result_(result), inputs_(inputs), options_(options), runtime_(runtime) {
    ResultOptions write;
    write.out = halves_;
    WriteResult(result, write);
    measured_.times.resize(result.table->cuts.size());
  }

  HalfMeasurements Measure(
      const std::function<void(int done, int all)>& report) {
    for (int c = 0; std::cmp_less(c, result_.table->cuts.size()); ++c) {
      AddCut(c);
    }
    // All halves once, then all again: what disturbs the machine for a while
    // disturbs one process of many halves, not many processes of one.
    for (size_t process = 0; process < kMostProcesses; ++process) {
      for (HalfToRun& half : to_run_) {
        if (IsSettled(half)) continue;
        const auto settled =
            std::count_if(to_run_.begin(), to_run_.end(), IsSettled);
        report(static_cast<int>(settled), static_cast<int>(to_run_.size()));
        AddProcess(&half);
      }
    }
    for (const HalfToRun& half : to_run_) {
      const int64_t ns = std::max<int64_t>(half.medians_ns[0], 1);
      MeasuredTimes& times = measured_.times[half.cut];
      (half.side == Side::kDevice ? times.device_ns : times.server_ns) = ns;
    }
    measured_.unsettled = static_cast<int>(
        std::count_if(to_run_.begin(), to_run_.end(),
                      [](const HalfToRun& half) { return !IsSettled(half); }));
    return measured_;
  }

 private:
  std::optional<std::string> FileOf(int cut, Side side) const {
    const auto file = HalfFile(result_, cut, side, std::nullopt);
    if (!file) return std::nullopt;
    return halves_ + "/" + *file;
  }

  void AddCut(int cut) {
    const CutCosts& costs = result_.table->cuts[cut].costs;
    const auto device = FileOf(cut, Side::kDevice);
    const auto server = FileOf(cut, Side::kServer);
    if (options_.device) {
      if (device) {
        to_run_.push_back({cut, Side::kDevice, *device, inputs_.values});
      }
      if (costs.device_layers == 0) measured_.times[cut].device_ns = 0;
    }
    if (!options_.server) return;
    if (costs.server_layers == 0) measured_.times[cut].server_ns = 0;
    if (!server) return;
    HalfToRun half = {cut, Side::kServer, *server, inputs_.values};
    if (device) {
      std::vector<Value> crossing =
          Run(*device, inputs_.values, Options(Side::kDevice)).outputs;
      std::move(crossing.begin(), crossing.end(),
                std::back_inserter(half.inputs));
    }
    to_run_.push_back(std::move(half));
  }

  void AddProcess(HalfToRun* half) const {
    RunOptions run = Options(half->side);
    run.warm_up = options_.warm_up;
    run.runs = options_.runs;
    run.want_outputs = false;
    half->medians_ns.push_back(
        MedianNs(Run(half->path, half->inputs, run).run_ns));
    std::sort(half->medians_ns.begin(), half->medians_ns.end());
  }

  RunOptions Options(Side side) const {
    RunOptions run;
    run.optimization = options_.optimization;
    run.threads = side == Side::kDevice ? options_.device_threads
                                        : options_.server_threads;
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

HalfMeasurements MeasureHalves(
    const Result& result, const RunInputs& inputs, const HalfRuns& options,
    const OnnxRuntime& runtime,
    const std::function<void(int done, int all)>& report) {
  return HalfTimer(result, inputs, options, runtime).Measure(report);
}

}  // namespace dnncut
