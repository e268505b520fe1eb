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
// An efficiency above 1 is no mistake: Winograd's convolutions multiply less
// than is counted, and GPUs with tensor cores may compute float32 as TF32,
// which the peaks here leave out.
inline constexpr double kMaxEfficiency = 8;

// In what a runtime computes a model of float32: with the weights and
// activations converted, or quantized, on the machine.
enum class Precision { kFp32, kFp16, kInt8 };

inline constexpr Precision kPrecisions[] = {Precision::kFp32, Precision::kFp16,
                                            Precision::kInt8};

std::string_view PrecisionName(Precision precision);  // "fp16"
std::optional<Precision> FindPrecision(std::string_view name);
DType PrecisionType(Precision precision);

// An estimate is off by at most this factor, either way, for a machine that
// does not say.
inline constexpr double kDefaultBand = 2;

struct Machine {
  std::string name;         // "raspberry-pi-4"
  std::string description;  // one line for people
  std::string source;       // where the figures come from
  std::string runtime;      // of which the efficiencies are, "ncnn, 4 threads"
  Precision precision = Precision::kFp32;
  // Whose efficiencies a built-in machine has that no published times are of:
  // "t4 in fp16"; empty for all others.
  std::string relative;
  // Peak, in operations per nanosecond (= GFLOP/s; GOP/s for integers). Always
  // has float32; see PeakGflops for types that are missing.
  std::map<DType, double> peak_gflops;
  double memory_gb_per_s = 0;  // peak, 10^9 bytes per second
  int64_t layer_ns = 0;        // cost of calling one layer, ns
  int64_t memory_bytes = 0;    // for a half's weights and activations
  // Attainable share of the peak, 0 < e <= kMaxEfficiency: of the memory
  // bandwidth, and of the operations by class of operator.
  double memory_efficiency = kDefaultEfficiency;
  // The same for weights, which are read once and in order, or are stored
  // smaller than in the model. As `memory_efficiency` where it is not there.
  std::optional<double> weight_memory_efficiency;
  std::map<OperatorClass, double> efficiency;
  // Estimates of whole networks are wrong by at most about this factor; at
  // least 1.
  double band = kDefaultBand;
};

// As the data sheets have them, with efficiencies that are likely. The
// precision is that in which the runtime computes when it is not told.
const std::vector<Machine>& DataSheetMachines();

// The same with what they attain in that precision.
const std::vector<Machine>& BuiltinMachines();

// In another precision; nullopt when nothing is known of it.
std::optional<Machine> InPrecision(const Machine& builtin, Precision precision);
std::vector<Precision> PrecisionsOf(const Machine& builtin);

// The built-in machine of exactly this name; nullptr when there is none.
const Machine* FindBuiltin(std::string_view name);

// The peak for a type: its own figure, else that of the type it is computed in
// (uint8 as int8, bfloat16 as float16, ...), else float32's.
double PeakGflops(const Machine& machine, DType dtype);

double Efficiency(const Machine& machine, OperatorClass operator_class);
double WeightMemoryEfficiency(const Machine& machine);

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

// Does the name mean a built-in machine, whatever files there are?
bool NamesBuiltin(const std::string& name_or_path);

// Built-in names are compared without case. A name with a '/' or the ending
// .json, or that of an existing file, is a path. Throws Error E410 with a "did
// you mean" when there is neither, E4xx when the file is not such a file.
CostSource ReadCostSource(const std::string& name_or_path);

// The built-in machine, in `precision` if that is given, or that of a
// "dnncut.machine/1" file, which says its own. Throws Error: E402 for other
// files, E412 for a precision that the machine does not have.
Machine MachineOf(const CostSource& source,
                  const std::optional<Precision>& precision = std::nullopt);

}  // namespace dnncut
