// SPDX-License-Identifier: Apache-2.0
//
// The compression of the CIC paper: merges blocks that no best cut separates,
// at any bandwidth of the graph's range and for any round trip time. A pass is
// a function that only *decides* which blocks to merge; Contract makes the new
// graph.
#pragma once

#include <functional>
#include <string_view>

#include "compiler/problem/block_graph.h"

namespace dnncut {

// Never proposes a merge that would change the canonical best cut (the one with
// the smallest device side) at an integer bandwidth of graph.range, whatever
// the round trip time. Every pass's .cc starts with the proof.
using Pass = Grouping (*)(const BlockGraph& graph);

struct PassReport {
  std::string_view pass;
  int round = 0;  // the passes run in rounds
  int blocks_before = 0;
  int blocks_after = 0;
  double seconds = 0;
};

// Runs the passes in rounds until none merges anything, or too little to be
// worth the time. `report`, when given, is called after each.
BlockGraph Compress(
    BlockGraph graph,
    const std::function<void(const PassReport&)>& report = nullptr);

}  // namespace dnncut
