// SPDX-License-Identifier: Apache-2.0
//
// Where the numbers in table.json and problem.json come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/problem/side.h"

namespace dnncut {

// A machine as table.json names it.
struct MachineLabel {
  std::string name;
  std::string source;  // "roofline", "profile", "regression" or "refined"
  // How a profile or the halves of a refined side were measured, when it says;
  // see cost_models/measured/profile.h.
  std::optional<int64_t> threads = {};
  std::string optimization = {};
  // By what factor its times may be off, either way, when they are estimated; 1
  // where nothing is known of that, and where they are measured.
  double band = 1;

  bool operator==(const MachineLabel&) const = default;
};

// How long the halves of a cut took, in ns; nullopt where nothing was measured.
using MeasuredTimes = PerSide<std::optional<int64_t>>;

// What dnncut refine has added to the cross_ns of each tensor for halves of the
// device and of the server, by TensorId; empty for a side that was not refined.
using FittedCrossings = PerSide<std::vector<int64_t>>;

// What dnncut refine has multiplied the measured times of a side by, 1 without
// --slowdown; nullopt for a side that was not refined.
using RefinedSides = PerSide<std::optional<double>>;

}  // namespace dnncut
