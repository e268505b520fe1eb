// SPDX-License-Identifier: Apache-2.0
//
// Contract, declared in block_graph.h.
//
// What ends up in one block. A cut is a set of blocks closed under
// predecessors, with block 0 in it and the server's anchor not. Write a -> b
// for "if b is on the device, so is a": that is every wire's producer ->
// reader, both directions inside a group, and for every block b also 0 -> b and
// b -> server anchor, which say just that 0 is always on the device and the
// anchor never. Two blocks on a cycle of these arcs are on the same side in
// every cut, so strongly connected components may be merged; and merging them
// leaves the cuts that respect the groups as they are. The components of a
// digraph form a DAG, hence the result is in topological order again. Only arcs
// from anchor to anchor would make a component without a cut: that is a
// grouping which contradicts itself.
//
// What it costs. Times and downloads of a block are paid when it is on a side,
// so those of a merged block add up. A wire pays once when its producer is on
// the device and any reader is not: with the ends renamed to their new blocks
// this stays word for word the same, a reader that fell into the producer's
// block never differs from it, and wires with equal ends are paid together.
#include <algorithm>
#include <stdexcept>

#include "compiler/base/components.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// The member of every block's group with the smallest id.
std::vector<BlockId> Roots(const Grouping& grouping, int block_count) {
  if (static_cast<int>(grouping.size()) != block_count) {
    throw std::logic_error("Contract: a grouping of another graph");
  }
  std::vector<BlockId> roots(block_count);
  for (BlockId b = 0; b < block_count; ++b) {
    if (grouping[b] < 0 || grouping[b] > b) {
      throw std::logic_error("Contract: a label above its block");
    }
    roots[b] = grouping[b] == b ? b : roots[grouping[b]];
  }
  return roots;
}

// The new block of each old one.
std::vector<BlockId> NewBlocks(const BlockGraph& graph,
                               const Grouping& grouping) {
  const int count = static_cast<int>(graph.blocks.size());
  const std::vector<BlockId> roots = Roots(grouping, count);
  std::vector<DirectedArc> arcs;
  for (const Wire& wire : graph.wires) {
    for (BlockId reader : wire.readers) {
      arcs.push_back({roots[wire.producer], roots[reader]});
    }
  }
  // The server's anchor must come last. Its smallest member would be the wrong
  // key for that, so it becomes a node behind all others.
  const BlockId anchor = graph.has_server_anchor ? roots[count - 1] : -1;
  const auto node = [&](BlockId root) { return root == anchor ? count : root; };
  for (DirectedArc& arc : arcs) arc = {node(arc.from), node(arc.to)};
  for (BlockId b = 1; b < count; ++b) {
    if (roots[b] != b || b == anchor) continue;
    arcs.push_back({0, b});
    if (graph.has_server_anchor) arcs.push_back({b, count});
  }
  const std::vector<int> component =
      OrderedComponents(MakeSuccessors(count + 1, arcs));
  if (graph.has_server_anchor &&
      (anchor == 0 || component[count] == component[0])) {
    throw std::logic_error("Contract: the device's anchor meets the server's");
  }
  // Numbers of nodes that stand for no block (members of groups that are not
  // their roots, a missing anchor) are skipped.
  std::vector<BlockId> dense(count + 1, -1);
  for (BlockId b = 0; b < count; ++b) dense[component[node(roots[b])]] = 0;
  BlockId next = 0;
  for (BlockId& id : dense) {
    if (id == 0) id = next++;
  }
  std::vector<BlockId> result(count);
  for (BlockId b = 0; b < count; ++b) {
    result[b] = dense[component[node(roots[b])]];
  }
  return result;
}

void AddBlock(const Block& from, Block* to) {
  to->layers.insert(to->layers.end(), from.layers.begin(), from.layers.end());
  for (const Side side : kSides) {
    to->cost[side] =
        CheckedAdd(to->cost[side], from.cost[side], kSumOfTimes[side]);
  }
}

// `wires` with their ends renamed, those that vanish left out.
std::vector<Wire> RenameWires(const std::vector<Wire>& wires,
                              const std::vector<BlockId>& new_block) {
  std::vector<Wire> result;
  result.reserve(wires.size());
  std::vector<BlockId> readers;
  for (const Wire& wire : wires) {
    const BlockId producer = new_block[wire.producer];
    readers.clear();
    for (BlockId reader : wire.readers) {
      if (new_block[reader] != producer) readers.push_back(new_block[reader]);
    }
    if (readers.empty()) continue;
    std::sort(readers.begin(), readers.end());
    readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
    result.push_back({producer, readers, wire.cost, wire.tensors});
  }
  return result;
}

bool HaveEqualEnds(const Wire& a, const Wire& b) {
  return a.producer == b.producer && a.readers == b.readers;
}

// Sorts by producer, then readers, and adds up wires with equal ends.
void MergeWires(std::vector<Wire>* wires) {
  std::sort(wires->begin(), wires->end(), [](const Wire& a, const Wire& b) {
    if (a.producer != b.producer) return a.producer < b.producer;
    if (a.readers != b.readers) return a.readers < b.readers;
    return a.tensors < b.tensors;
  });
  size_t kept = 0;
  for (size_t w = 0; w < wires->size(); ++w) {
    Wire& wire = (*wires)[w];
    if (kept == 0 || !HaveEqualEnds((*wires)[kept - 1], wire)) {
      if (kept != w) (*wires)[kept] = std::move(wire);
      ++kept;
      continue;
    }
    Wire& sum = (*wires)[kept - 1];
    sum.cost =
        CheckedAdd(sum.cost, wire.cost, "sum of the bytes between blocks");
    sum.tensors.insert(sum.tensors.end(), wire.tensors.begin(),
                       wire.tensors.end());
  }
  wires->resize(kept);
  for (Wire& wire : *wires) {
    if (!std::is_sorted(wire.tensors.begin(), wire.tensors.end())) {
      std::sort(wire.tensors.begin(), wire.tensors.end());
    }
  }
}

}  // namespace

BlockGraph Contract(const BlockGraph& graph, const Grouping& grouping) {
  const std::vector<BlockId> new_block = NewBlocks(graph, grouping);
  BlockGraph result;
  result.has_server_anchor = graph.has_server_anchor;
  result.range = graph.range;
  result.blocks.resize(1 +
                       *std::max_element(new_block.begin(), new_block.end()));
  for (size_t b = 0; b < graph.blocks.size(); ++b) {
    AddBlock(graph.blocks[b], &result.blocks[new_block[b]]);
  }
  for (Block& block : result.blocks) {
    if (!std::is_sorted(block.layers.begin(), block.layers.end())) {
      std::sort(block.layers.begin(), block.layers.end());
    }
  }
  result.wires = RenameWires(graph.wires, new_block);
  MergeWires(&result.wires);
  return result;
}

}  // namespace dnncut
