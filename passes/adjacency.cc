// SPDX-License-Identifier: Apache-2.0
#include "passes/adjacency.h"

#include <algorithm>

namespace dnncut {
namespace {

void SortUnique(std::vector<std::vector<BlockId>>* lists) {
  for (std::vector<BlockId>& list : *lists) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

}  // namespace

Adjacency MakeAdjacency(const BlockGraph& graph) {
  const size_t count = graph.blocks.size();
  Adjacency adjacency;
  adjacency.reads.resize(count);
  adjacency.makes.resize(count);
  adjacency.producers.resize(count);
  adjacency.readers.resize(count);
  adjacency.feeds.resize(count);
  for (WireId id = 0; id < static_cast<WireId>(graph.wires.size()); ++id) {
    const Wire& wire = graph.wires[id];
    adjacency.makes[wire.producer].push_back(id);
    for (BlockId reader : wire.readers) {
      adjacency.reads[reader].push_back(id);
      adjacency.producers[reader].push_back(wire.producer);
      adjacency.readers[wire.producer].push_back(reader);
    }
  }
  for (FeedId id = 0; id < static_cast<FeedId>(graph.feeds.size()); ++id) {
    const Feed& feed = graph.feeds[id];
    adjacency.feeds[feed.holder].push_back(id);
    for (BlockId reader : feed.readers) adjacency.feeds[reader].push_back(id);
  }
  SortUnique(&adjacency.producers);
  SortUnique(&adjacency.readers);
  return adjacency;
}

}  // namespace dnncut
