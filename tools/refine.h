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
  bool force = false;  // replace what is at `output`
};

// What was predicted and what was measured, of one half; 0 layers: none.
struct HalfComparison {
  int64_t before_ns = 0;  // the table's as it was
  int64_t after_ns = 0;   // as fitted
  int64_t scaled_ns = 0;  // with one factor for all layers of the side
  int64_t measured_ns = 0;
};

struct RefinedCut {
  int device_layers = 0;
  int server_layers = 0;
  int64_t upload_bytes = 0;
  std::optional<int> id;  // in the refined table; nullopt: not in it
  bool held_out = false;  // measured, but not fitted to
  std::optional<HalfComparison> device;
  std::optional<HalfComparison> server;
};

// Mean absolute percentage errors of halves, as fractions; 0 of none.
struct RefineErrors {
  int halves = 0;
  double before = 0;
  double after = 0;
  double scaled = 0;
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
