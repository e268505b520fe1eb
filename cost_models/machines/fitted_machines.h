// SPDX-License-Identifier: Apache-2.0
//
// What programs attain of the built-in machines, fitted to published times.
#pragma once

#include <string_view>
#include <vector>

#include "cost_models/machines/machine.h"

namespace dnncut {

struct FittedMachine {
  std::string_view machine;
  Precision precision = Precision::kFp32;
  double convolution = 0;  // efficiencies by class of operators
  double depthwise = 0;
  double matrix = 0;
  double memory = 0;  // of the bandwidth: activations, weights
  double weight_memory = 0;
  double band = 0;

  bool operator==(const FittedMachine&) const = default;
};

const std::vector<FittedMachine>& FittedMachines();

}  // namespace dnncut
