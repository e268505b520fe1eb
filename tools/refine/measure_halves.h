// SPDX-License-Identifier: Apache-2.0
//
// How long the halves of cuts take on this machine.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backends/result/labels.h"
#include "backends/result/result.h"
#include "compiler/base/error.h"
#include "tools/runtime/model_inputs.h"
#include "tools/runtime/onnxruntime_run.h"

namespace dnncut {

struct HalfRuns {
  PerSide<bool> measured = {true, true};  // the sides whose halves are
  OptimizationLevel optimization = OptimizationLevel::kAll;
  PerSide<int> threads;  // 0: one for each core
  int runs = 10;
  int warm_up = 2;
  int timeout_seconds = 600;
};

struct HalfMeasurements {
  std::vector<MeasuredTimes> times;  // by cut
  // Halves whose processes never agreed: the machine has other work.
  int unsettled = 0;
};

// A half is run by several processes, one after another, each of which gives
// the median of its runs. Do they agree, so that no more are needed? At least
// three must have run, and the two shortest times lie within 2 %.
bool IsSettled(std::vector<int64_t> medians_ns);

// W741 when any half is unsettled.
void WarnOfUnsettled(int halves, Warnings* warnings);

// Hears of the half that is to be run next: as number `done` + 1 of `all` that
// are not settled, by their process number `process`, from 1.
using HalvesProgress = std::function<void(int process, int done, int all)>;

// Writes the halves of every cut of `result.table` into a temporary folder and
// runs them: device halves on `inputs`, server halves on these and what the
// device half made. The time of a half is the median of its runs, in the best
// of several processes: what disturbs a run makes it slower, never faster. A
// half without layers takes 0 ns; a half that does not exist although it has
// layers (see HasHalf) has no time.
HalfMeasurements MeasureHalves(const Result& result, const RunInputs& inputs,
                               const HalfRuns& options,
                               const OnnxRuntime& runtime,
                               const HalvesProgress& report);

}  // namespace dnncut
