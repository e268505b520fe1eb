// SPDX-License-Identifier: Apache-2.0
//
// A machine as the roofline model sees it. Built-in ones stand in
// builtin_machines.cc; others come from a file (docs/formats.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/dtype.h"
#include "cost_models/operation_cost.h"

namespace dnncut {

struct Machine {
  std::string name;         // "raspberry-pi-4"
  std::string description;  // one line for people
  std::string source;       // where the figures come from
  // Peak, in operations per nanosecond (= GFLOP/s; GOP/s for integers). A type
  // that is missing runs at the speed of float32.
  std::map<DType, double> peak_gflops;
  double memory_gb_per_s = 0;  // 10^9 bytes per second
  int64_t layer_ns = 0;        // cost of calling one layer, ns
  int64_t memory_bytes = 0;    // for a half's weights and activations
  // Attainable share of the peak, 0 < e <= 1, by class of operator.
  std::map<OperatorClass, double> efficiency;
};

const std::vector<Machine>& BuiltinMachines();

// A built-in machine by name, or a "dnncut.machine/1" file by path. Throws
// Error with a "did you mean" otherwise.
Machine LoadMachine(const std::string& name_or_path);

}  // namespace dnncut
