// SPDX-License-Identifier: Apache-2.0
//
// One inference as it is split: device half, what crosses as bytes, server
// half.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/problem/side.h"
#include "frontends/read/limits.h"
#include "tools/runtime/model_inputs.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/values/value.h"

namespace dnncut {

// The halves of a cut, looked at but not run: paths, nullopt when a side runs
// none.
using SplitHalves = PerSide<std::optional<std::string>>;

// `folder` is the result folder. Throws Error E727 when a half is missing or
// not the one that was compiled, E728 when a half does not make what the table
// says is sent, or reads something else, or what LoadModel throws.
SplitHalves CheckHalves(const TableFile& table, int cut,
                        const std::string& folder,
                        const ModelLimits& limits = {});

// Adds the inputs that a server half may read although nothing sends them,
// because they lie on the server, unless they are there.
void AddFed(const TableFile& table, const std::vector<Value>& inputs,
            std::vector<Value>* received);

struct SplitRun {
  PerSide<std::optional<int64_t>> ns;  // median of the runs; nullopt: no half
  std::vector<Value> crossing;         // in the order of the table
  int64_t upload_bytes = 0;            // of them
  std::vector<Value> outputs;          // of the model, in its order
};

// How the halves are run.
struct SplitOptions {
  OptimizationLevel optimization = OptimizationLevel::kAll;
  PerSide<int> threads;  // 0: one for each core
  int runs = 5;          // timed ones of each half, after one that is not
  int timeout_seconds = 600;
};

// Throws Error as RunOnInputs does, or E728.
SplitRun RunSplit(const TableFile& table, int cut, const SplitHalves& halves,
                  const RunInputs& inputs, const SplitOptions& options,
                  const OnnxRuntime& runtime);

}  // namespace dnncut
