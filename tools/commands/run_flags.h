// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how a model is run, with the same meaning in every command
// that runs one. Readers throw Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/problem/side.h"
#include "tools/cli/readers.h"
#include "tools/runtime/optimization_level.h"
#include "tools/runtime/threads.h"

namespace dnncut {

// The most that --runs and --warm-up take.
inline constexpr int64_t kMaxRuns = 100'000;

// --threads and the like; 0: one for each core.
template <typename Option>
Reader Threads(Option* option) {
  return Count(option, 0, kMaxThreads);
}

// A time in whole seconds, rounded up; at least one, else Error E141.
Reader TimeoutSeconds(int* seconds);

// The flags, with the same words wherever they stand. For commands that cannot
// do without ONNX Runtime: others take --onnxruntime none, too.
void AddOptimizationFlag(Flags* flags, OptimizationLevel* level);
void AddSideThreadsFlags(Flags* flags, PerSide<std::optional<int>>* threads);
// `what` is what must end in time: "the runs of a half".
void AddTimeoutFlag(Flags* flags, const std::string& what, int* seconds);
void AddOnnxRuntimeFlag(Flags* flags, std::string* path);

}  // namespace dnncut
