// SPDX-License-Identifier: Apache-2.0
//
// Makes a compiled table agree with the machine: measures the halves of its
// cuts, fits the costs to them and solves again, until every cut of the table
// was measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/chosen_halves.h"
#include "backends/result/labels.h"
#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/table/cut_table.h"
#include "frontends/read/limits.h"
#include "tools/refine/measure_halves.h"
#include "tools/refine/refine_comparison.h"
#include "tools/runtime/model_inputs.h"
#include "tools/text/terminal.h"

namespace dnncut {

struct RefineOptions {
  std::string path;  // of the result to refine, or of its table.json
  std::optional<std::string> model;  // --model
  ModelLimits limits;                // of that model
  // The most cuts that are measured at first, and whose halves are written.
  int cuts_with_halves = kMostCutsWithHalves;
  InputOptions inputs;
  std::string onnxruntime;  // --onnxruntime
  // Sides for which this machine stands. nullopt: both, if they were measured;
  // an estimated one must be named.
  std::optional<PerSide<bool>> as;
  // Multiplies the times of the device, or with as.server alone the server's:
  // a slower machine. nullopt: as an earlier refine did, else 1.
  std::optional<double> slowdown;
  OptimizationLevel optimization = OptimizationLevel::kAll;
  // nullopt: as the side's profile was measured, else one for each core.
  PerSide<std::optional<int>> threads;
  int runs = 10;
  int warm_up = 2;
  int timeout_seconds = 600;
  int probes = 4;
  int max_rounds = 8;
  // nullopt: the folder that is refined.
  std::optional<std::string> output;
  bool in_place = false;  // replace the folder that is refined
  bool force = false;     // replace what else is at `output`
};

struct RefineResult {
  TableFile before;
  CutTable table;
  PerSide<MachineLabel> machines;  // as the refined table has them
  RefinedSides refined;
  PerSide<bool> as = {true, true};  // what this refine has measured
  std::vector<RefinedCut> cuts;     // those of the table first
  RefineErrors fitted;
  RefineErrors held_out;
  int rounds = 0;
  bool converged = false;  // every cut of the table was measured
  std::string output;
};

// Throws Error; then the folder is as it was. Warns when not all cuts of the
// table were measured (W740), when the machine is busy (W741), and when times
// of this machine take the place of estimates for another (W742).
RefineResult Refine(const RefineOptions& options, Progress* progress,
                    Warnings* warnings);

}  // namespace dnncut
