// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how a model is run, with the same meaning in every command
// that runs one. All throw Error on what does not parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/cli/cli_app.h"

namespace dnncut {

// The most that --runs and --warm-up take.
inline constexpr int64_t kMaxRuns = 100'000;

// Sets the value when the flag was given.
void SetCount(std::string_view flag, const std::optional<std::string>& text,
              int64_t min, int64_t max, int* value);

// --threads and the like, 0: one for each core; nullopt when not given.
std::optional<int> ThreadsOf(std::string_view flag,
                             const std::optional<std::string>& text);

// --timeout, in whole seconds, rounded up; sets the value when it was given.
// Throws Error E141 below a second.
void SetTimeout(const std::optional<std::string>& text, int* seconds);

// The flags, with the same words wherever they stand. For commands that cannot
// do without ONNX Runtime: others take --onnxruntime none, too.
void AddOptimizationFlag(CLI::App* app, std::optional<std::string>* value);
void AddSideThreadsFlags(CLI::App* app, std::optional<std::string>* device,
                         std::optional<std::string>* server);
// `what` is what must end in time: "the runs of a half".
void AddTimeoutFlag(CLI::App* app, const std::string& what,
                    std::optional<std::string>* value);
void AddOnnxRuntimeFlag(CLI::App* app, std::optional<std::string>* value);

}  // namespace dnncut
