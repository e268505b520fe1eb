// SPDX-License-Identifier: Apache-2.0
//
// In an acyclic graph the dominator of a node is the lowest common ancestor of
// its predecessors in the dominator tree built so far. Ancestors are found in
// O(log V) with one jump pointer per node (Myers, "An applicative random-access
// stack", 1983).
#include "passes/dominators.h"

namespace dnncut {
namespace {

class GrowingTree {
 public:
  explicit GrowingTree(size_t count)
      : parent_(count, 0), jump_(count, 0), depth_(count, 0) {}

  void AddLeaf(int node, int parent) {
    parent_[node] = parent;
    depth_[node] = depth_[parent] + 1;
    const int far = jump_[parent];
    const bool jumps_are_equal =
        depth_[parent] - depth_[far] == depth_[far] - depth_[jump_[far]];
    jump_[node] = jumps_are_equal ? jump_[far] : parent;
  }

  int LowestCommonAncestor(int a, int b) const {
    if (depth_[a] < depth_[b]) std::swap(a, b);
    while (depth_[a] > depth_[b]) {
      a = depth_[jump_[a]] >= depth_[b] ? jump_[a] : parent_[a];
    }
    while (a != b) {
      const bool jump = jump_[a] != jump_[b];
      a = jump ? jump_[a] : parent_[a];
      b = jump ? jump_[b] : parent_[b];
    }
    return a;
  }

  std::vector<int> TakeParents() { return std::move(parent_); }

 private:
  std::vector<int> parent_;
  std::vector<int> jump_;  // some ancestor, by depth alone
  std::vector<int> depth_;
};

}  // namespace

std::vector<int> ImmediateDominators(
    const std::vector<std::vector<int>>& predecessors) {
  const int count = static_cast<int>(predecessors.size());
  GrowingTree tree(predecessors.size());
  for (int node = 1; node < count; ++node) {
    int dominator = -1;
    for (int predecessor : predecessors[node]) {
      dominator = dominator < 0
                      ? predecessor
                      : tree.LowestCommonAncestor(dominator, predecessor);
    }
    tree.AddLeaf(node, dominator < 0 ? 0 : dominator);
  }
  return tree.TakeParents();
}

std::vector<BlockId> BlockDominators(const Adjacency& adjacency) {
  return ImmediateDominators(adjacency.producers);
}

std::vector<BlockId> BlockPostDominators(const Adjacency& adjacency) {
  // The graph with all arcs reversed: node 0 follows all ends, and node count -
  // b is block b.
  const int count = static_cast<int>(adjacency.readers.size());
  std::vector<std::vector<int>> turned(count + 1);
  for (BlockId block = 0; block < count; ++block) {
    for (BlockId reader : adjacency.readers[block]) {
      turned[count - block].push_back(count - reader);
    }
  }
  const std::vector<int> dominators = ImmediateDominators(turned);
  std::vector<BlockId> post_dominators(count);
  for (BlockId block = 0; block < count; ++block) {
    post_dominators[block] = count - dominators[count - block];
  }
  return post_dominators;
}

}  // namespace dnncut
