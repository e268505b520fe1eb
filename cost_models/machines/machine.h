// SPDX-License-Identifier: Apache-2.0
//
// A machine as the roofline model sees it. Built-in ones stand in
// builtin_machines.cc; others come from a file (docs/formats.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/files/json_file.h"
#include "compiler/model/dtype.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

// Attainable share of the peak where a machine says nothing.
inline constexpr double kDefaultEfficiency = 0.5;

struct Machine {
  std::string name;         // "raspberry-pi-4"
  std::string description;  // one line for people
  std::string source;       // where the figures come from
  // Peak, in operations per nanosecond (= GFLOP/s; GOP/s for integers). Always
  // has float32; see PeakGflops for types that are missing.
  std::map<DType, double> peak_gflops;
  double memory_gb_per_s = 0;  // peak, 10^9 bytes per second
  int64_t layer_ns = 0;        // cost of calling one layer, ns
  int64_t memory_bytes = 0;    // for a half's weights and activations
  // Attainable share of the peak, 0 < e <= 1: of the memory bandwidth, and of
  // the operations by class of operator.
  double memory_efficiency = kDefaultEfficiency;
  std::map<OperatorClass, double> efficiency;
};

const std::vector<Machine>& BuiltinMachines();

// The built-in machine of exactly this name; nullptr when there is none.
const Machine* FindBuiltin(std::string_view name);

// The peak for a type: its own figure, else that of the type it is computed in
// (uint8 as int8, bfloat16 as float16, ...), else float32's.
double PeakGflops(const Machine& machine, DType dtype);

double Efficiency(const Machine& machine, OperatorClass operator_class);

// What `--device NAME|FILE` names. A file is read here and nowhere else, so
// that all that is said of it is of one content, even while somebody replaces
// it.
struct CostSource {
  enum class Kind { kBuiltin, kMachineFile, kProfileFile, kRegressionFile };
  Kind kind = Kind::kBuiltin;
  std::string name_or_path;          // as the user gave it
  const Machine* builtin = nullptr;  // of kBuiltin
  std::optional<JsonValue> root;     // of a file
};

// Built-in names are compared without case. A name with a '/' or the ending
// .json, or that of an existing file, is a path. Throws Error E410 with a "did
// you mean" when there is neither, E4xx when the file is not such a file.
CostSource ReadCostSource(const std::string& name_or_path);

// The built-in machine, or that of a "dnncut.machine/1" file. Throws Error,
// also for other files (E402).
Machine MachineOf(const CostSource& source);

}  // namespace dnncut
