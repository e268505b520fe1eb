// SPDX-License-Identifier: Apache-2.0
//
// What `--device NAME|FILE` and `--server NAME|FILE` stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/cost_table.h"
#include "compiler/problem/side.h"
#include "cost_models/machines/machine.h"

namespace dnncut {

// The times of one side, and where they come from.
struct MachineCosts {
  std::string name;
  bool measured = false;  // from a profile, else estimated
  bool fitted = false;    // estimated by a regression, else by the roofline
  int filled_layers = 0;  // of a profile: estimated all the same (--fill)
  // How a profile, or those that a regression is fitted to, were measured,
  // when they say.
  std::optional<int64_t> threads;
  std::string optimization;
  // Known unless a profile or regression names a machine that is not built in.
  std::optional<Machine> machine;
  std::vector<int64_t> ns;  // by LayerId
  // Layers that run as one, measured or estimated; by LayerId, or empty.
  std::vector<std::optional<int>> groups;
  std::vector<int64_t> cross_ns;  // by TensorId, or empty
};

// "estimated for ncnn, 4 threads, in fp32"; of costs that are.
std::string EstimateWords(const MachineCosts& costs);

// How layers that a profile does not know get their time (--fill).
struct Fill {
  bool roofline = false;
  std::string machine;  // or a file, also a fitted one; "": the built-in
                        // machine that the profile names

  bool operator==(const Fill&) const = default;
};

// By LayerId, or empty: where the user wants layers.
using Pins = std::vector<std::optional<Side>>;

// Of a machine, in the precision that is given, or of a regression, with what
// FuseLayers finds fused. Throws Error, also for a profile, and E412 when the
// machine does not have the precision.
MachineCosts EstimateCosts(
    const std::string& name_or_path, const Graph& graph,
    const std::optional<Precision>& precision = std::nullopt,
    const Pins& pins = {});

// Of a machine (built in, or in a file), a regression or a profile, which must
// be one of `model`; layers that a profile does not know get their time as
// `fill` says. A built-in machine computes in `precision`, where it can. Adds
// warnings on what is old, filled in or does not fit. Throws Error when the
// file cannot be read or does not suit the model.
MachineCosts LoadMachineCosts(const std::string& name_or_path, const Fill& fill,
                              const std::optional<Precision>& precision,
                              const SourceModel& model, const Graph& graph,
                              const Pins& pins, Warnings* warnings);

// The times of both sides, and what sending costs besides the link.
CostTable CombineCosts(const PerSide<MachineCosts>& machines,
                       const Graph& graph);

// Layers that either side's runtime fuses share a side: the finest grouping
// that keeps the groups of both.
std::vector<std::optional<int>> CombineGroups(
    const PerSide<MachineCosts>& machines, int layer_count);

}  // namespace dnncut
