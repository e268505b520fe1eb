// SPDX-License-Identifier: Apache-2.0
//
// Makes a compiled table agree with the machine: measures the halves of its
// cuts, fits the costs to them and solves again, until every cut of the table
// was measured. The refine command reads its flags and prints its result.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result.h"
#include "backends/table_file.h"
#include "compiler/cut_table.h"
#include "compiler/error.h"
#include "tools/measure_halves.h"
#include "tools/model_inputs.h"
#include "tools/refine_comparison.h"
#include "tools/terminal.h"

namespace dnncut {

struct RefineOptions {
  std::string folder;                // of the result to refine
  std::optional<std::string> model;  // --model
  InputFlags inputs;
  std::string onnxruntime;  // --onnxruntime
  bool as_device = true;    // sides for which this machine stands
  bool as_server = true;
  // Multiplies the times of the device, or with as_server alone the server's:
  // a slower machine.
  double slowdown = 1;
  OptimizationLevel optimization = OptimizationLevel::kAll;
  // nullopt: as the side's profile was measured, else one for each core.
  std::optional<int> device_threads;
  std::optional<int> server_threads;
  int runs = 10;
  int warm_up = 2;
  int timeout_seconds = 600;
  int probes = 4;
  int max_rounds = 8;
  std::optional<std::string> output;  // nullopt: `folder`, which is replaced
  bool force = false;                 // replace what is at `output`
};

struct RefineResult {
  TableFile before;
  CutTable table;
  std::vector<RefinedCut> cuts;  // those of the table first
  RefineErrors fitted;
  RefineErrors held_out;
  int rounds = 0;
  bool converged = false;  // every cut of the table was measured
  std::string output;
};

// Throws Error; then the folder is as it was.
RefineResult Refine(const RefineOptions& options, Progress* progress,
                    Warnings* warnings);

}  // namespace dnncut
