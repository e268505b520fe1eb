// SPDX-License-Identifier: Apache-2.0
//
// Runs of a model file with ONNX Runtime, each in a child process of its own
// with limits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/optimization_level.h"
#include "tools/values/value.h"

namespace dnncut {

struct RunOptions {
  OptimizationLevel optimization = OptimizationLevel::kDisabled;
  int threads = 1;       // 0: one for each core
  std::string provider;  // an execution provider's name; empty: the CPU's
  int warm_up = 0;       // runs that are not timed
  int runs = 1;          // timed ones, at least 1
  bool want_outputs = true;
  int timeout_seconds = 600;  // for everything together
  std::string shown_path;     // of the model in messages; empty: its path
  // Ends the message when the run fails or kills its process; may be empty.
  std::string advice;
  // A folder for the trace of ONNX Runtime's profiler; empty: no profiler,
  // which slows runs down. Warm-up runs are in the trace, too, first.
  std::string trace_folder;
  // Where the optimised model is written, its weights as they come; empty:
  // nowhere.
  std::string optimized_model;
};

struct RunResult {
  std::vector<Value> outputs;   // of the last run, in the model's order
  std::vector<int64_t> run_ns;  // of each timed run, without loading the model
  std::string trace;            // path of the trace; empty without a profiler
};

// How many of all runs, warm-up included, are done.
using RunProgress = std::function<void(int64_t done, int64_t all)>;

// Runs the model on `inputs`, which may hold more than it takes.
//
// Throws Error when ONNX Runtime does not take the model (E704), an input is
// not given or a value cannot be passed (E706), the run fails (E703), takes too
// long (E707) or kills its process (E32x).
RunResult RunModel(const std::string& model_path,
                   const std::vector<Value>& inputs, const RunOptions& options,
                   const OnnxRuntime& runtime,
                   const RunProgress& progress = nullptr);

}  // namespace dnncut
