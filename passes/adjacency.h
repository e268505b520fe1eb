// SPDX-License-Identifier: Apache-2.0
//
// The wires and the neighbouring blocks of every block of a graph.
#pragma once

#include <vector>

#include "compiler/problem/block_graph.h"

namespace dnncut {

using WireId = int;
using FeedId = int;

// All by BlockId; every list is ascending and holds each id once.
struct Adjacency {
  std::vector<std::vector<WireId>> reads;
  std::vector<std::vector<WireId>> makes;
  std::vector<std::vector<BlockId>> producers;
  std::vector<std::vector<BlockId>> readers;
  std::vector<std::vector<FeedId>> feeds;  // that the block holds or reads
};

Adjacency MakeAdjacency(const BlockGraph& graph);

}  // namespace dnncut
