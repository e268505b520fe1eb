// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/optimization_level.h"

#include <stdexcept>

#include "compiler/base/choice.h"

namespace dnncut {
namespace {

const Choices<OptimizationLevel>& Levels() {
  static const Choices<OptimizationLevel> levels = {
      {"disabled", OptimizationLevel::kDisabled},
      {"basic", OptimizationLevel::kBasic},
      {"extended", OptimizationLevel::kExtended},
      {"all", OptimizationLevel::kAll}};
  return levels;
}

}  // namespace

std::string_view OptimizationName(OptimizationLevel level) {
  for (const auto& [name, candidate] : Levels()) {
    if (candidate == level) return name;
  }
  throw std::logic_error("an optimisation level without a name");
}

OptimizationLevel ParseOptimization(std::string_view flag,
                                    std::string_view name) {
  return ParseChoice(flag, name, Levels());
}

}  // namespace dnncut
