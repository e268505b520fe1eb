// SPDX-License-Identifier: Apache-2.0
//
// A block v is *passed by all* when every block before it leads to it and it
// leads to every block after it, the server's anchor excepted. A cut is closed
// under predecessors, so with v it has all blocks before v, and without v none
// after it. Block 0 belongs to these blocks, too, as every cut has it. Let them
// be 0 = v0 < v1 < ... Every cut has a last one of them, vi: it is a cut of
// section i. All blocks up to vi are on the device, those from the next one on
// on the server, and only the ones in between are free. So a cut of section i
// is part of every cut of section j > i, and
//
// * a block costs the same in all cuts of a section unless it is free in it;
// * a wire is paid when its producer is on the device and its last reader (by
//   id) is not: if the last one is on the device in a section where it is not
//   free, so are the others. It is the same in all cuts of a section unless the
//   producer or the last reader is free in it, which is so in two at most;
// * a feed is paid upwards when its holder is on the device and its last reader
//   is not, and downwards when its first reader is on the device and its holder
//   is not. So it depends on cuts where one of the three is free: three at
//   most;
// * the round trip is paid but where everything is on the device, which is a
//   cut of the last section.
//
// What is the same in all cuts of a section adds up over ranges of sections,
// so all problems together are about as large as the graph, and take time
// linear in it (and a sort).
//
// Which blocks are passed by all: every block before v leads to v exactly when
// each of them has a reader that is no later than v. Follow such readers: they
// come later and later, but not after v, so the way ends at v. The same the
// other way round with the producers of the blocks after v.
#include "compiler/problem/sections.h"

#include <algorithm>
#include <limits>

namespace dnncut {
namespace {

constexpr std::string_view kSum = "sum of the costs of a block graph";

CostLine Negative(const CostLine& cost) { return CostLine{} - cost; }

}  // namespace

Sections::Sections(const BlockGraph& graph) : graph_(graph) {
  FindFirsts();
  constants_.resize(Count() + 1);
  AddBlocks();
  AddWires();
  AddFeeds();
  std::ranges::sort(wires_);
  std::ranges::sort(feeds_);
  for (int section = 1; section < Count(); ++section) {
    constants_[section] =
        CheckedAdd(constants_[section - 1], constants_[section], kSum);
  }
}

void Sections::FindFirsts() {
  constexpr BlockId kNone = std::numeric_limits<BlockId>::max();
  const BlockId count = static_cast<BlockId>(graph_.blocks.size());
  const BlockId end = count - (graph_.has_server_anchor ? 1 : 0);
  std::vector<BlockId> first_reader(count, kNone);
  std::vector<BlockId> last_producer(count, 0);
  for (const Wire& wire : graph_.wires) {
    BlockId& first = first_reader[wire.producer];
    first = std::min(first, wire.readers.front());
    for (BlockId reader : wire.readers) {
      last_producer[reader] = std::max(last_producer[reader], wire.producer);
    }
  }
  // By block: the least last producer of the blocks after it.
  std::vector<BlockId> least(count, kNone);
  for (BlockId block = end - 2; block >= 0; --block) {
    least[block] = std::min(least[block + 1], last_producer[block + 1]);
  }
  firsts_ = {0};
  BlockId most = 0;  // of the first readers of the blocks before
  for (BlockId block = 1; block < end; ++block) {
    if (most <= block && least[block] >= block) firsts_.push_back(block);
    most = std::max(most, first_reader[block]);
  }
  in_.resize(count);
  int section = 0;
  firsts_.push_back(end);
  for (BlockId block = 0; block < count; ++block) {
    if (block == firsts_[section + 1]) ++section;
    in_[block] = section;
  }
}

void Sections::AddConstant(int from, int to, const CostLine& cost) {
  if (from >= to) return;
  constants_[from] = CheckedAdd(constants_[from], cost, kSum);
  constants_[to] = CheckedAdd(constants_[to], Negative(cost), kSum);
}

void Sections::AddBlocks() {
  for (BlockId b = 0; b < static_cast<BlockId>(graph_.blocks.size()); ++b) {
    const PerSide<CostLine>& cost = graph_.blocks[b].cost;
    AddConstant(0, in_[b], cost.server);
    AddConstant(OnDeviceFrom(b), Count(), cost.device);
  }
}

void Sections::AddWires() {
  for (int id = 0; id < static_cast<int>(graph_.wires.size()); ++id) {
    const Wire& wire = graph_.wires[id];
    const BlockId maker = wire.producer;
    const BlockId last = wire.readers.back();
    AddConstant(OnDeviceFrom(maker), in_[last], wire.cost);
    if (IsFree(maker)) wires_.emplace_back(in_[maker], id);
    const bool is_there = IsFree(maker) && in_[maker] == in_[last];
    if (IsFree(last) && !is_there) wires_.emplace_back(in_[last], id);
  }
}

void Sections::AddFeeds() {
  for (int id = 0; id < static_cast<int>(graph_.feeds.size()); ++id) {
    const Feed& feed = graph_.feeds[id];
    const BlockId holder = feed.holder;
    const BlockId first = feed.readers.front();
    const BlockId last = feed.readers.back();
    AddConstant(OnDeviceFrom(holder), in_[last], feed.up);
    AddConstant(OnDeviceFrom(first), in_[holder], feed.down);
    if (IsFree(holder)) feeds_.emplace_back(in_[holder], id);
    if (IsFree(last) && in_[last] >= OnDeviceFrom(holder)) {
      feeds_.emplace_back(in_[last], id);
    }
    if (IsFree(first) && in_[first] < in_[holder]) {
      feeds_.emplace_back(in_[first], id);
    }
  }
}

BlockId Sections::Rename(int section, BlockId block) const {
  return std::clamp(block, firsts_[section], firsts_[section + 1]) -
         firsts_[section];
}

std::vector<BlockId> Sections::Rename(int section,
                                      const std::vector<BlockId>& readers,
                                      BlockId maker) const {
  std::vector<BlockId> renamed;
  for (BlockId reader : readers) {
    const BlockId id = Rename(section, reader);
    if (id == maker || (!renamed.empty() && renamed.back() == id)) continue;
    renamed.push_back(id);
  }
  return renamed;
}

BlockGraph Sections::Make(int section) const {
  const BlockId first = firsts_[section];
  const BlockId end = firsts_[section + 1];
  BlockGraph result;
  result.has_server_anchor = section + 1 < Count() || graph_.has_server_anchor;
  result.range = graph_.range;
  result.blocks.resize(end - first + (result.has_server_anchor ? 1 : 0));
  result.blocks[0].cost.device = constants_[section];
  for (BlockId block = first + 1; block < end; ++block) {
    result.blocks[block - first].cost = graph_.blocks[block].cost;
  }
  const auto of_section = [&](const std::vector<Local>& locals) {
    return std::ranges::equal_range(locals, section, {}, &Local::first);
  };
  for (const auto& [in, id] : of_section(wires_)) {
    const Wire& wire = graph_.wires[id];
    const BlockId maker = Rename(section, wire.producer);
    result.wires.push_back(
        {maker, Rename(section, wire.readers, maker), wire.cost, {}});
  }
  for (const auto& [in, id] : of_section(feeds_)) {
    const Feed& feed = graph_.feeds[id];
    const BlockId holder = Rename(section, feed.holder);
    result.feeds.push_back({holder,
                            Rename(section, feed.readers, holder),
                            feed.up,
                            feed.down,
                            {}});
  }
  return result;
}

std::vector<bool> Sections::Expand(int section,
                                   const std::vector<bool>& on_device) const {
  std::vector<bool> expanded(graph_.blocks.size(), false);
  for (BlockId block = 0; block < End(section); ++block) {
    expanded[block] = IsOnDevice(section, on_device, block);
  }
  return expanded;
}

}  // namespace dnncut
