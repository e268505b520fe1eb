// SPDX-License-Identifier: Apache-2.0
//
// --input-on, --result NAME=PLACE and --state: where inputs lie and results are
// wanted.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/make_problem.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// An input of the model and the output that becomes it in the next inference.
// Each '*' of the first stands for the same text as that of the second:
// "past.*" and "present.*".
struct StatePattern {
  std::string input;
  std::string output;

  bool operator==(const StatePattern&) const = default;
};

// All names are globs (placement.h).
struct TensorPlaces {
  std::vector<std::string> inputs_on_server;
  std::vector<std::pair<std::string, Wanted>> results;
  std::vector<StatePattern> states;
};

// The outputs of the model that are wanted nowhere and are no states: nothing
// needs to make them. Throws Error E127 for a name that no output has, E128
// when no output is left.
std::vector<std::string> OutputsToDrop(const ONNX_NAMESPACE::GraphProto& graph,
                                       const TensorPlaces& places);

// Adds what `places` says to the placement. A state is wanted nowhere unless it
// says otherwise. Throws Error E127 for a name that matches nothing, E128 for
// what cannot be placed so.
void PlaceTensors(const Graph& graph, const TensorPlaces& places,
                  Placement* placement);

// The inputs of the model, with the outputs that they were, for a pattern; none
// where types or names do not fit.
std::vector<std::pair<TensorId, TensorId>> StatesOf(
    const Graph& graph, const StatePattern& pattern);

}  // namespace dnncut
