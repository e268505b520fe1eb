// SPDX-License-Identifier: Apache-2.0
//
// The whole compiler as one function from options to result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/result/chosen_halves.h"
#include "backends/result/result.h"
#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/make_problem.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/problem.h"
#include "compiler/table/answer_band.h"
#include "compiler/table/cut_table.h"
#include "frontends/onnx_frontend.h"
#include "tools/compile/machine_costs.h"
#include "tools/compile/tensor_places.h"
#include "tools/text/terminal.h"

namespace dnncut {

inline constexpr std::string_view kDefaultDevice = "raspberry-pi-4";
inline constexpr std::string_view kDefaultServer = "t4";

struct CompileOptions {
  std::string model_path;
  LoadOptions load;
  ImportOptions import;

  // Names of built-in machines, or files.
  PerSide<std::string> machines = {std::string(kDefaultDevice),
                                   std::string(kDefaultServer)};
  Fill fill;
  std::optional<Precision> precision;  // of built-in machines that have it

  LinkOptions link;
  PerSide<std::vector<std::string>> pins;  // globs, see placement.h
  TensorPlaces places;
  PerSide<std::optional<int64_t>> memory;  // see memory_limits.h
  // By how many 1/1000 times and bandwidth may be off; 0: not looked at.
  int64_t uncertainty_permille = 0;
  // Names of lists of operators that ship, or files; empty: all.
  PerSide<std::string> operators;
  std::vector<std::string> kept_private;  // see privacy.h

  bool compress = true;
  // At most one of the two: --buckets (lower bounds, empty: none) and
  // --max-cuts (0: as many as the exact table has).
  std::vector<int64_t> bucket_kbps;
  int max_cuts = 0;

  FirmwareOptions firmware;

  // The folder to write; empty: nothing is written.
  std::string output;
  bool force = false;                   // replace what is there
  std::vector<std::string> kept_files;  // never with it: what the caller reads
  bool inline_weights = false;          // in the halves instead of beside them
  std::optional<int> only_cut;          // write the halves of this cut only
  int cuts_with_halves = kMostCutsWithHalves;  // else of so many at most
};

struct CompileResult {
  SourceModel model;
  Graph graph;
  PerSide<MachineCosts> machines;
  Problem problem;
  BlockGraph blocks;
  CutTable exact;
  // `exact`, or a smaller one made of it; with firmware.slowdown further cuts
  // follow.
  CutTable table;
  std::optional<AnswerBand> band;          // nullopt: all times are measured
  FirmwareOptions firmware;                // of the options
  std::optional<Robustness> robustness;    // of `table`, if it is asked for
  bool is_limited = false;                 // as TableWithin's
  std::vector<PerSide<MemoryUse>> memory;  // by cut of `table`
  std::vector<bool> has_halves;  // by cut of `table`: of those to write
  std::optional<int> only_cut;   // of the options
};

// The same as the backends take it; refers to `result`.
Result BackendResult(const CompileResult& result);

// What must not be replaced by the result, besides the model.
std::vector<std::string> FilesToKeep(const CompileOptions& options);

// Writes what Compile has made into options.output, with `warnings` in the
// report; adds to them what is found on the way.
void WriteCompiled(const CompileOptions& options, Progress* progress,
                   CompileResult* result, Warnings* warnings);

// Throws Error. Warnings are added as they arise, so that the caller has them
// even then.
CompileResult Compile(const CompileOptions& options, Progress* progress,
                      Warnings* warnings);

}  // namespace dnncut
