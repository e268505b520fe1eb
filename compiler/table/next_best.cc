// SPDX-License-Identifier: Apache-2.0
//
// Let C be the known cut, with the device side D, and let D' be that of another
// one. D' is a cut of another section (compiler/problem/sections.h), and then
// the best of its section will do, which is known for every bandwidth; or it is
// a cut of the same section. Both are closed under predecessors:
//
// * If a block of D is not in D', no block behind it is in D' either. Follow
//   readers as long as they are in D: one of the *last* blocks of D, which no
//   block of D reads from, is not in D'.
// * Else a block outside D is in D', and with it whatever it depends on. Follow
//   producers as long as they are outside D: one of the *first* blocks outside
//   D, which read from no other block outside D, is in D'.
//
// So every other cut of the section puts a last block of D on the server or a
// first block outside D on the device, and no such cut is C. A condition is a
// pin: the block joins an anchor, and the section is solved like any other. The
// best over these pins, one at a time, and over the other sections is the best
// of all cuts but C.
//
// Pins are tried one by one, so only where there are few. Real models have a
// handful of layers at a cut.
#include "compiler/table/next_best.h"

#include <algorithm>
#include <numeric>

#include "compiler/problem/objective.h"
#include "compiler/table/solve_at.h"

namespace dnncut {
namespace {

// Of one cut.
constexpr size_t kMostMoves = 100;

// Blocks and ends of wires in all problems that are solved: some seconds.
constexpr int64_t kMostWork = 20'000'000;

int64_t SizeOf(const BlockGraph& graph) {
  size_t size = graph.blocks.size();
  for (const Wire& wire : graph.wires) size += wire.readers.size();
  for (const Feed& feed : graph.feeds) size += feed.readers.size();
  return static_cast<int64_t>(size);
}

}  // namespace

NextBestSearch::NextBestSearch(const Problem& problem)
    : problem_(problem),
      blocks_(MakeBlockGraph(problem)),
      sections_(blocks_),
      round_trip_(RoundTripPrice(problem).fixed),
      counter_(problem) {}

// The last one whose first block is on the device; those before are, too.
int NextBestSearch::SectionOf(const std::vector<bool>& on_device) const {
  int low = 0;
  int high = sections_.Count();
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (on_device[sections_.First(middle)] ? low : high) = middle;
  }
  return low;
}

std::vector<NextBestSearch::Move> NextBestSearch::BoundaryMoves(
    const BlockGraph& section, const std::vector<bool>& on_device) {
  std::vector<bool> is_last(on_device.size(), true);
  std::vector<bool> is_first(on_device.size(), true);
  for (const Wire& wire : section.wires) {
    for (const BlockId reader : wire.readers) {
      if (on_device[reader]) is_last[wire.producer] = false;
      // Nothing outside D comes before block 0.
      if (!on_device[wire.producer]) is_first[reader] = false;
    }
  }
  std::vector<Move> moves;
  const BlockId end = static_cast<BlockId>(on_device.size()) -
                      (section.has_server_anchor ? 1 : 0);
  for (BlockId block = 1; block < end; ++block) {
    if (on_device[block] ? !is_last[block] : !is_first[block]) continue;
    moves.push_back({block, on_device[block] ? Side::kServer : Side::kDevice});
  }
  return moves;
}

SectionCut NextBestSearch::Pinned(int section, const BlockGraph& blocks,
                                  const Move& move, int64_t kbps) const {
  // Blocks go by their ids, as layers, when they have become others.
  BlockGraph pinned = blocks;
  for (size_t b = 0; b < pinned.blocks.size(); ++b) {
    pinned.blocks[b].layers = {static_cast<LayerId>(b)};
  }
  if (move.to == Side::kServer && !pinned.has_server_anchor) {
    pinned.has_server_anchor = true;
    pinned.blocks.emplace_back();
  }
  Grouping grouping(pinned.blocks.size());
  std::iota(grouping.begin(), grouping.end(), 0);
  if (move.to == Side::kDevice) {
    grouping[move.block] = 0;
  } else {
    grouping.back() = move.block;
  }
  const Cut cut = SolveAt(Contract(pinned, grouping), round_trip_,
                          static_cast<int>(blocks.blocks.size()), kbps)
                      .cut;
  SectionCut result;
  result.section = section;
  for (const Side side : cut) {
    result.on_device.push_back(side == Side::kDevice);
  }
  result.cost = CostOf(blocks, result.on_device, {round_trip_, 0});
  return result;
}

NextBest NextBestSearch::Find(const Cut& known, int64_t kbps) {
  std::vector<bool> on_device(blocks_.blocks.size(), false);
  for (size_t b = 0; b < blocks_.blocks.size(); ++b) {
    const std::vector<LayerId>& layers = blocks_.blocks[b].layers;
    on_device[b] = !layers.empty() && known[layers[0]] == Side::kDevice;
  }
  on_device[0] = true;
  const int own = SectionOf(on_device);
  const BlockGraph section = sections_.Make(own);
  std::vector<bool> own_on_device(section.blocks.size(), false);
  for (size_t b = 0; b < section.blocks.size(); ++b) {
    own_on_device[b] = on_device[sections_.First(own) + b];
  }
  const std::vector<Move> moves = BoundaryMoves(section, own_on_device);
  work_ += std::ssize(moves) * SizeOf(section);
  if (moves.size() > kMostMoves || work_ > kMostWork) return {false, {}};

  std::optional<SectionCut> best;
  const auto keep_better = [&](const SectionCut& cut) {
    if (!best || cut.cost.At(kbps) < best->cost.At(kbps)) best = cut;
  };
  if (!best_) best_.emplace(sections_, round_trip_, problem_.range);
  const SectionCut* other = best_->Find(0, own, kbps);
  if (other != nullptr) keep_better(*other);
  for (const Move& move : moves) {
    keep_better(Pinned(own, section, move, kbps));
  }
  other = best_->Find(own + 1, sections_.Count(), kbps);
  if (other != nullptr) keep_better(*other);
  NextBest next;
  if (best) {
    const Cut cut =
        ExpandCut(blocks_, sections_.Expand(best->section, best->on_device),
                  static_cast<int>(problem_.layers.size()));
    counter_.Put(cut);
    next.cut = {cut, counter_.Costs()};
  }
  return next;
}

}  // namespace dnncut
