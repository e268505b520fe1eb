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
// block never differs from it, and wires with equal ends are paid together. The
// same holds for a feed, which pays for one direction or the other; no arc a ->
// b follows from it.
#include <algorithm>
#include <stdexcept>
#include <string_view>

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

// New blocks of `readers`, ascending, each once, without `maker`.
std::vector<BlockId> RenameReaders(const std::vector<BlockId>& readers,
                                   BlockId maker,
                                   const std::vector<BlockId>& new_block) {
  std::vector<BlockId> renamed;
  for (BlockId reader : readers) {
    if (new_block[reader] != maker) renamed.push_back(new_block[reader]);
  }
  std::sort(renamed.begin(), renamed.end());
  renamed.erase(std::unique(renamed.begin(), renamed.end()), renamed.end());
  return renamed;
}

constexpr std::string_view kBytesBetween = "sum of the bytes between blocks";

BlockId& MakerOf(Wire& wire) { return wire.producer; }
BlockId& MakerOf(Feed& feed) { return feed.holder; }
BlockId MakerOf(const Wire& wire) { return wire.producer; }
BlockId MakerOf(const Feed& feed) { return feed.holder; }

void AddCosts(const Wire& from, Wire* to) {
  to->cost = CheckedAdd(to->cost, from.cost, kBytesBetween);
}

void AddCosts(const Feed& from, Feed* to) {
  to->up = CheckedAdd(to->up, from.up, kBytesBetween);
  to->down = CheckedAdd(to->down, from.down, kBytesBetween);
}

// Wires or feeds with their ends renamed, those that vanish left out.
template <typename Link>
std::vector<Link> Rename(const std::vector<Link>& links,
                         const std::vector<BlockId>& new_block) {
  std::vector<Link> result;
  result.reserve(links.size());
  for (const Link& link : links) {
    const BlockId maker = new_block[MakerOf(link)];
    std::vector<BlockId> readers =
        RenameReaders(link.readers, maker, new_block);
    if (readers.empty()) continue;
    Link renamed = link;
    MakerOf(renamed) = maker;
    renamed.readers = std::move(readers);
    result.push_back(std::move(renamed));
  }
  return result;
}

// Sorts by maker, then readers, and adds up those with equal ends.
template <typename Link>
void Merge(std::vector<Link>* links) {
  std::sort(links->begin(), links->end(), [](const Link& a, const Link& b) {
    if (MakerOf(a) != MakerOf(b)) return MakerOf(a) < MakerOf(b);
    if (a.readers != b.readers) return a.readers < b.readers;
    return a.tensors < b.tensors;
  });
  size_t kept = 0;
  for (size_t i = 0; i < links->size(); ++i) {
    Link& link = (*links)[i];
    const auto has_ends_of_last = [&] {
      const Link& last = (*links)[kept - 1];
      return MakerOf(last) == MakerOf(link) && last.readers == link.readers;
    };
    if (kept == 0 || !has_ends_of_last()) {
      if (kept != i) (*links)[kept] = std::move(link);
      ++kept;
      continue;
    }
    Link& sum = (*links)[kept - 1];
    AddCosts(link, &sum);
    sum.tensors.insert(sum.tensors.end(), link.tensors.begin(),
                       link.tensors.end());
  }
  links->resize(kept);
  for (Link& link : *links) {
    if (!std::is_sorted(link.tensors.begin(), link.tensors.end())) {
      std::sort(link.tensors.begin(), link.tensors.end());
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
  result.wires = Rename(graph.wires, new_block);
  Merge(&result.wires);
  result.feeds = Rename(graph.feeds, new_block);
  Merge(&result.feeds);
  return result;
}

}  // namespace dnncut
