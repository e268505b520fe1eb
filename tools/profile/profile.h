// SPDX-License-Identifier: Apache-2.0
//
// Measures how long the layers of a model take on this machine, or takes it
// from what a runtime wrote on another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/base/error.h"
#include "cost_models/measured/profile.h"
#include "frontends/onnx_frontend.h"
#include "tools/runtime/model_inputs.h"
#include "tools/runtime/optimization_level.h"
#include "tools/text/terminal.h"

namespace dnncut {

struct ProfileOptions {
  std::string model_path;
  LoadOptions load;
  ImportOptions import;
  std::string machine;  // what it is called in the profile

  // A measurement.
  std::string onnxruntime;  // as for FindOnnxRuntime
  std::string provider;     // an execution provider; empty: the CPU's
  InputOptions inputs;
  OptimizationLevel optimization = OptimizationLevel::kAll;
  int threads = 0;  // 0: one for each core
  int runs = 20;
  int timeout_seconds = 600;  // for all runs without, and all with the profiler

  int warm_up = 3;               // runs that do not count, of a trace, too
  std::optional<double> max_cv;  // the most that the runs may scatter

  // Where the times come from in place of measuring: a file, and what wrote it.
  enum class Source { kRun, kTrace, kTrtexec, kOpenVino };
  Source source = Source::kRun;
  std::string times_path;
  std::string layer_info;  // of kTrtexec; may be empty
};

struct ProfileResult {
  Profile profile;        // its path is empty
  int layers = 0;         // without those that only compute sizes
  int grouped = 0;        // of these, those in groups
  int nodes = 0;          // of the runtime's graph
  double lost_share = 0;  // of the nodes' time, that no layer is known for
  std::vector<std::string> model_files;  // paths, with external data
};

// Whole runs are timed without the profiler; what the profiler says of the
// nodes is mapped to the layers and scaled to the median of these.
//
// Throws Error: E433 .. E435, and what reading and running the model throws.
ProfileResult MakeProfile(const ProfileOptions& options, Progress* progress,
                          Warnings* warnings);

}  // namespace dnncut
