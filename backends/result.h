// SPDX-License-Identifier: Apache-2.0
//
// Everything that a compile has found out, as the backends take it. The
// pipeline in tools/ makes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/firmware_options.h"
#include "compiler/block_graph.h"
#include "compiler/cut_table.h"
#include "compiler/error.h"
#include "compiler/graph.h"
#include "compiler/problem.h"
#include "compiler/source_model.h"

namespace dnncut {

// A machine as table.json names it.
struct MachineLabel {
  std::string name;
  std::string source;  // "roofline", "profile", "regression" or "refined"
  // How a profile or the halves of a refined side were measured, when it says;
  // see cost_models/profile.h.
  std::optional<int64_t> threads = {};
  std::string optimization = {};

  bool operator==(const MachineLabel&) const = default;
};

// How long the halves of a cut took; nullopt where nothing was measured.
struct MeasuredTimes {
  std::optional<int64_t> device_ns;
  std::optional<int64_t> server_ns;

  bool operator==(const MeasuredTimes&) const = default;
};

// What dnncut refine has added to the cross_ns of each tensor for halves of the
// device and of the server, by TensorId; empty for a side that was not refined.
struct FittedCrossings {
  std::vector<int64_t> device_ns;
  std::vector<int64_t> server_ns;
};

// What dnncut refine has multiplied the measured times of a side by, 1 without
// --slowdown; nullopt for a side that was not refined.
struct RefinedSides {
  std::optional<double> device_slowdown;
  std::optional<double> server_slowdown;

  bool operator==(const RefinedSides&) const = default;
};

// References to what the pipeline holds; none but `exact` may be null.
struct Result {
  const SourceModel* model = nullptr;
  const Graph* graph = nullptr;
  const Problem* problem = nullptr;
  const BlockGraph* blocks = nullptr;  // compressed
  const CutTable* table = nullptr;
  MachineLabel device;
  MachineLabel server;
  std::string version;  // of dnncut
  FirmwareOptions firmware;
  // For people, in the report: what the compile or refine has warned of, and
  // the command lines that make this result again, without folders.
  Warnings warnings;
  std::vector<std::string> commands;
  // What an approximate table was made of; null: `table` is exact.
  const CutTable* exact = nullptr;
  // Of a refined table; the times by cut.
  RefinedSides refined;
  FittedCrossings fitted;
  std::vector<MeasuredTimes> measured;
};

// Where a half stands in the result folder: "device/cut3.onnx". nullopt when
// there is none (see HasHalf), or when `only_cut` is another cut.
std::optional<std::string> HalfFile(const Result& result, int cut, Side side,
                                    std::optional<int> only_cut);

}  // namespace dnncut
