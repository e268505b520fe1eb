// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/optimization_level.h"

#include <array>
#include <utility>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

constexpr std::array<std::pair<OptimizationLevel, std::string_view>, 4> kNames =
    {{{OptimizationLevel::kDisabled, "disabled"},
      {OptimizationLevel::kBasic, "basic"},
      {OptimizationLevel::kExtended, "extended"},
      {OptimizationLevel::kAll, "all"}}};

}  // namespace

std::string_view OptimizationName(OptimizationLevel level) {
  for (const auto& [candidate, name] : kNames) {
    if (candidate == level) return name;
  }
  throw std::logic_error("an optimisation level without a name");
}

OptimizationLevel ParseOptimization(std::string_view flag,
                                    std::string_view name) {
  for (const auto& [level, candidate] : kNames) {
    if (candidate == name) return level;
  }
  Fail(ExitCode::kUsage, "E109",
       "{} '{}' must be disabled, basic, extended or all", flag, name);
}

}  // namespace dnncut
