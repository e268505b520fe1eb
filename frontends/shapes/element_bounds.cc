// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/element_bounds.h"

#include "frontends/shapes/rule_ranges.h"

namespace dnncut {

int64_t AsFirstInput(const NodeRun& run, size_t) {
  return InputElements(run, 0).most;
}

int64_t FirstAsFirstInput(const NodeRun& run, size_t output) {
  return output == 0 ? InputElements(run, 0).most : INT64_MAX;
}

int64_t SumOfInputs(const NodeRun& run, size_t) {
  Range sum = Exactly(0);
  for (size_t i = 0; i < run.inputs.size(); ++i) {
    sum = Sum(sum, InputElements(run, i));
  }
  return sum.most;
}

int64_t ProductOfInputs(const NodeRun& run, size_t) {
  Ranges factors;
  for (size_t i = 0; i < run.inputs.size(); ++i) {
    factors.push_back(InputElements(run, i));
  }
  return SizeIn(Product(factors)).most;
}

}  // namespace dnncut
