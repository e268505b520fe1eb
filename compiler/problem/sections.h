// SPDX-License-Identifier: Apache-2.0
//
// Splits a block graph at the blocks that everything passes, so that the best
// cut of the whole is the best of the best cuts of small problems:
//
//          ┌─ b ─┐       ┌─ e ─┐                 ┌─ b ─┐             ┌─ e ─┐
//   0 ── a ┤     ├─ d ───┤     ├─ g    =>    a ──┤     ├─ d   and d ─┤     ├─ g
//          └─ c ─┘       └─ f ─┘                 └─ c ─┘             └─ f ─┘
//
// sections.cc has the proof.
#pragma once

#include <utility>
#include <vector>

#include "compiler/problem/block_graph.h"

namespace dnncut {

// Section i has the cuts with block First(i) on the device and the next
// section's first block on the server; every cut of the graph is in one
// section. Sections are in the order of their blocks: a cut of an earlier one
// is part of each cut of a later one. The graph must outlive them.
class Sections {
 public:
  explicit Sections(const BlockGraph& graph);

  int Count() const { return static_cast<int>(firsts_.size()) - 1; }
  BlockId First(int section) const { return firsts_[section]; }
  // The first block of the next section, or the end of the blocks but the
  // server's anchor.
  BlockId End(int section) const { return firsts_[section + 1]; }

  // The problem of a section, with the costs that the cuts have in the whole
  // graph. Block 0 stands for all blocks up to First, the others follow it in
  // their order, and the server's anchor stands for those of later sections; in
  // the last one it is there only if the graph has it. Blocks have no layers
  // and links no tensors.
  BlockGraph Make(int section) const;

  // Is a block of the graph on the device in this cut of Make(section)?
  bool IsOnDevice(int section, const std::vector<bool>& on_device,
                  BlockId block) const {
    return block <= First(section) ||
           (block < End(section) && on_device[block - First(section)]);
  }
  // By BlockId of the graph.
  std::vector<bool> Expand(int section,
                           const std::vector<bool>& on_device) const;

 private:
  // A wire or feed whose cost depends on a cut of the section.
  using Local = std::pair<int, int>;  // section, id

  bool IsFree(BlockId block) const { return firsts_[in_[block]] != block; }
  // Sections from this one on have the block on the device.
  int OnDeviceFrom(BlockId block) const {
    return in_[block] + (IsFree(block) ? 1 : 0);
  }
  // The block's id in the section's problem.
  BlockId Rename(int section, BlockId block) const;
  std::vector<BlockId> Rename(int section, const std::vector<BlockId>& readers,
                              BlockId maker) const;

  void FindFirsts();
  void AddBlocks();
  void AddWires();
  void AddFeeds();
  // `cost` is paid in every cut of the sections from .. to - 1.
  void AddConstant(int from, int to, const CostLine& cost);

  const BlockGraph& graph_;
  // By section; then the server's anchor, or where it would be.
  std::vector<BlockId> firsts_;
  std::vector<int> in_;  // by block; of the server's anchor one behind all
  std::vector<CostLine> constants_;  // by section, paid by all its cuts
  std::vector<Local> wires_;         // ascending
  std::vector<Local> feeds_;
};

}  // namespace dnncut
