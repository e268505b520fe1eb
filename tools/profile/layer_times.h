// SPDX-License-Identifier: Apache-2.0
//
// Times of a model's layers, from those of the nodes that ONNX Runtime made of
// them. trace_mapping.h makes them; `profile` writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "cost_models/measured/onnxruntime_trace.h"

namespace dnncut {

// The time of a node in one run, in microseconds.
struct NodeTime {
  std::string name;  // as in the trace
  std::string op;
  double us = 0;         // the mean of the middle half of the runs: a median
                         // that is finer than the trace's whole microseconds
  double spread_us = 0;  // from the first quarter of the runs to the last
};

// Without the first `warm_up` runs. In the order of the trace.
std::vector<NodeTime> NodeTimes(const RuntimeTrace& trace, int64_t warm_up);

// The middle of the values, at least one: the mean of the middle half.
double MiddleMean(std::vector<int64_t> values);

// Layers that run as one, and how long.
struct Unit {
  std::vector<LayerId> layers;  // ascending, at least one
  double us = 0;
  double spread_us = 0;
};

struct LayerTimes {
  std::vector<Unit> units;  // each layer is in one; by their first layers
  // Of nodes whose layers are not known: in no unit, or counted with the unit
  // of a node near them.
  double lost_us = 0;
  int lost_nodes = 0;
  double guessed_us = 0;
  int guessed_nodes = 0;
  int nodes = 0;  // of the trace, all of them
};

// By LayerId: whole nanoseconds that add up to `whole_ns`, in proportion to the
// units' times; a unit's time is shared among its layers by their work.
std::vector<int64_t> ScaledNs(const Graph& graph, const LayerTimes& times,
                              int64_t whole_ns);
// The same for the spreads, to the same scale.
std::vector<int64_t> ScaledSpreadNs(const Graph& graph, const LayerTimes& times,
                                    int64_t whole_ns);

}  // namespace dnncut
