// SPDX-License-Identifier: Apache-2.0
//
// What a value holds, short enough for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/values/value.h"

namespace dnncut {

// Of a tensor of real numbers. NaN counts in none of the three.
struct NumberSummary {
  double min = 0;
  double max = 0;
  double mean = 0;
  std::vector<double> first;  // at most 8 elements
};

// nullopt for what is no tensor of real numbers of a byte or more, and for one
// without elements other than NaN.
std::optional<NumberSummary> SummarizeNumbers(const Value& value);

// "min -1.5, max 2, mean 0.25", all elements of a small tensor, "3 elements".
std::string ValueText(const Value& value);

}  // namespace dnncut
