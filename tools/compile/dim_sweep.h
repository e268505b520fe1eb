// SPDX-License-Identifier: Apache-2.0
//
// Tables for several sizes of one dim of a model in one call: a decoder whose
// past grows has another best cut at every length.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "tools/compile/pipeline.h"
#include "tools/compile/summary.h"
#include "tools/text/terminal.h"

namespace dnncut {

// --dim-sweep NAME=VALUES; at least one value, each once.
struct DimSweep {
  std::string dim;
  std::vector<int64_t> values;
};

// What was compiled for one value, and where it stands.
struct SweepTable {
  int64_t value = 0;
  std::string folder;  // in the output folder: "past=128"
  CompileResult result;
  Summary summary;
  RunInfo run;
};

// Compiles with each value in place of the dim. The output folder gets a whole
// result folder for each and an index, all of them or nothing. Throws Error as
// Compile does, E129 when the model has no such dim.
std::vector<SweepTable> CompileSweep(const CompileOptions& options,
                                     const DimSweep& sweep, Progress* progress,
                                     Warnings* warnings);

// What `compile` prints of it. `run` is of the whole.
std::string SweepText(const DimSweep& sweep,
                      const std::vector<SweepTable>& tables,
                      const RunInfo& run);

// "dnncut.sweep/1", which is the index, too.
nlohmann::ordered_json SweepJson(const DimSweep& sweep,
                                 const std::vector<SweepTable>& tables);

}  // namespace dnncut
