// SPDX-License-Identifier: Apache-2.0
#include "passes/adjacency.h"

#include <algorithm>
#include <numeric>

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
  for (WireId id = 0; id < static_cast<WireId>(graph.wires.size()); ++id) {
    const Wire& wire = graph.wires[id];
    adjacency.makes[wire.producer].push_back(id);
    for (BlockId reader : wire.readers) {
      adjacency.reads[reader].push_back(id);
      adjacency.producers[reader].push_back(wire.producer);
      adjacency.readers[wire.producer].push_back(reader);
    }
  }
  SortUnique(&adjacency.producers);
  SortUnique(&adjacency.readers);
  return adjacency;
}

MergeSet::MergeSet(const BlockGraph& graph) : parent_(graph.blocks.size()) {
  std::iota(parent_.begin(), parent_.end(), 0);
}

BlockId MergeSet::Find(BlockId block) {
  while (parent_[block] != block) {
    parent_[block] = parent_[parent_[block]];
    block = parent_[block];
  }
  return block;
}

void MergeSet::Merge(BlockId a, BlockId b) {
  a = Find(a);
  b = Find(b);
  parent_[std::max(a, b)] = std::min(a, b);
}

void MergeSet::MergeAll(const std::vector<BlockId>& blocks) {
  for (BlockId block : blocks) Merge(blocks.front(), block);
}

Grouping MergeSet::MakeGrouping() {
  Grouping grouping(parent_.size());
  for (size_t block = 0; block < parent_.size(); ++block) {
    grouping[block] = Find(static_cast<BlockId>(block));
  }
  return grouping;
}

}  // namespace dnncut
