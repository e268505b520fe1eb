// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dnncut {

// ONNX Runtime's graph optimisation levels. With kDisabled equal operations
// give equal bits.
enum class OptimizationLevel { kDisabled, kBasic, kExtended, kAll };

// "disabled", "basic", "extended", "all".
std::string_view OptimizationName(OptimizationLevel level);
// Throws Error E109 for anything else; `flag` is where it was given.
OptimizationLevel ParseOptimization(std::string_view flag,
                                    std::string_view name);

}  // namespace dnncut
