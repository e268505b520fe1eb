// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "backends/result/labels.h"

namespace dnncut {

// The most threads that a run is given.
inline constexpr int64_t kMaxThreads = 1024;

// The threads to run a side's halves with: those given, else those that the
// machine's profile was measured with, else 0.
int ThreadsFor(const std::optional<int>& given, const MachineLabel& machine);

}  // namespace dnncut
