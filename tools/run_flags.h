// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how a model is run, with the same meaning in every command
// that runs one. All throw Error on what does not parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backends/result.h"

namespace dnncut {

// Sets the value when the flag was given.
void SetCount(std::string_view flag, const std::optional<std::string>& text,
              int64_t min, int64_t max, int* value);

// --threads and the like, 0: one for each core; nullopt when not given.
std::optional<int> ThreadsOf(std::string_view flag,
                             const std::optional<std::string>& text);

// The threads to run a side's halves with: those given, else those that the
// machine's profile was measured with, else 0.
int ThreadsFor(const std::optional<int>& given, const MachineLabel& machine);

// --timeout, in whole seconds, rounded up; sets the value when it was given.
void SetTimeout(const std::optional<std::string>& text, int* seconds);

}  // namespace dnncut
