// SPDX-License-Identifier: Apache-2.0
//
// Inputs that, by the names that exporters give, are what an output was in the
// inference before: caches of keys and values, states of recurrent layers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/model/graph.h"
#include "tools/compile/tensor_places.h"

namespace dnncut {

// Those that one flag --state names, at least one.
struct LikelyStates {
  StatePattern pattern;
  std::vector<std::pair<TensorId, TensorId>> states;  // an input, its output

  // "--state 'past.*=present.*'", as a shell takes it.
  std::string Flag() const;
};

std::vector<LikelyStates> FindLikelyStates(const Graph& graph);

}  // namespace dnncut
