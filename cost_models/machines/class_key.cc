// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/class_key.h"

#include <fmt/format.h>

#include <vector>

#include "compiler/base/did_you_mean.h"

namespace dnncut {

OperatorClass ReadClassKey(const std::string& key, const JsonValue& value) {
  if (const auto known = FindOperatorClass(key)) return *known;
  std::vector<std::string> names;
  for (const OperatorClass known : kOperatorClasses) {
    names.emplace_back(OperatorClassName(known));
  }
  FailAt(value, fmt::format("is not named after an operator class{}; there "
                            "are {}",
                            DidYouMean(key, names), fmt::join(names, ", ")));
}

}  // namespace dnncut
