// SPDX-License-Identifier: Apache-2.0
//
// The exact envelope (Eisner and Severance, Mathematical techniques for
// efficient record segmentation in large shared databases, 1976), on integers.
//
// W times the cost of a cut D at W kbit/s is L_D(W), a straight line in W with
// integer coefficients (cost_line.h). The best cut at W is the one
// with the least L_D(W), on a tie the unique smallest device side ("the winner
// at W"). f(W) = min over D of L_D(W) is concave.
//
// Lemma. If D is the winner at lo, and optimal at lo and at hi, then D is the
// winner at every W in [lo, hi) (and, mirrored, for a winner at hi on (lo,
// hi]). Proof. f is concave and touches the line L_D at both ends, so f >= L_D
// between them; f <= L_D always; so D is optimal in between. Let E be the
// winner at some W strictly inside. E is contained in D. L_E >= L_D at both
// ends and L_E = L_D at W: two straight lines, so they are equal everywhere. So
// E is optimal at lo, where D is the smallest: E = D.
//
// The same holds for the cuts of one section: they are closed under
// intersection, too. Each section has its own winners, and those of the whole
// graph are among them: the best cut of all at W is a cut of some section,
// where it is the best one, and of the best ones the smallest. So the lower
// envelope of the lines of all sections' winners, where of equal ones the
// smallest device side wins, is the whole table. The winner is part of all
// other best cuts, so the number of blocks on the device tells which that is.
//
// A chain of n layers is n sections with one cut each: nothing is to be solved,
// and n log n comparisons make its table.
//
// The recursion on an interval of a section with winners A at lo and B at hi,
// not the same:
//
// * L_A(hi) = L_B(hi): A is optimal at both ends: A wins [lo, hi-1], B wins hi.
// * L_A(lo) = L_B(lo): A wins lo, B wins [lo+1, hi].
// * Otherwise L_A < L_B at lo and L_A > L_B at hi, and the lines cross strictly
//   inside. With m = floor(crossing) and n = m+1, lo <= m and n <= hi: solve at
//   m and at n and go on with [lo, m] and [n, hi], both shorter. (The crossing
//   itself is seldom an integer, and the winner there is of no interest.)
//
// Both ties at once cannot be: the lines would be equal, A and B optimal at
// both ends, each contained in the other. By the lemma no cut wins twice with
// another winner in between, so every cut has one row; a tie can give it one
// that is a single kbit/s wide.
#include "compiler/table/block_table.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "compiler/base/interrupt.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "compiler/table/lower_envelope.h"

namespace dnncut {
namespace {

struct Winner {
  std::vector<bool> on_device;  // by BlockId
  CostLine line;

  Int128 At(int64_t kbps) const { return line.At(kbps); }
};

using WinnerPtr = std::shared_ptr<const Winner>;

struct Interval {
  int64_t lo = 0;
  WinnerPtr at_lo;
  int64_t hi = 0;
  WinnerPtr at_hi;
};

bool IsSame(const WinnerPtr& a, const WinnerPtr& b) {
  return a == b || a->on_device == b->on_device;
}

// Of one section.
class Envelope {
 public:
  Envelope(const BlockGraph& blocks, int64_t round_trip)
      : blocks_(blocks),
        round_trip_{round_trip, 0},
        solver_(MakeCutProblem(blocks, round_trip)) {}

  // In the order of their bandwidths; neighbours differ.
  std::vector<WinnerPtr> Winners(const BandwidthRange& range) {
    const WinnerPtr first = Solve(range.min_kbps);
    const WinnerPtr last =
        range.min_kbps == range.max_kbps ? first : Solve(range.max_kbps);
    stack_.push_back({range.min_kbps, first, range.max_kbps, last});
    while (!stack_.empty()) {
      const Interval interval = std::move(stack_.back());
      stack_.pop_back();
      Divide(interval);
    }
    return std::move(winners_);
  }

  WinnerPtr Solve(int64_t kbps) {
    MinCut min_cut = solver_.Solve(kbps);
    auto winner = std::make_shared<Winner>();
    winner->on_device = std::move(min_cut.on_device);
    winner->line = CostOf(blocks_, winner->on_device, round_trip_);
    // Counting takes little time compared with the flow, and it is the check
    // that the network and the blocks agree on the cost.
    if (winner->At(kbps) != min_cut.scaled_cost) {
      throw std::logic_error(
          "the value of a minimum cut is not the cost of its blocks");
    }
    return winner;
  }

 private:
  void Emit(const WinnerPtr& winner) {
    if (winners_.empty() || !IsSame(winners_.back(), winner)) {
      winners_.push_back(winner);
    }
  }

  // Intervals are taken from the stack in ascending order.
  void Divide(const Interval& interval) {
    const auto& [lo, a, hi, b] = interval;
    if (IsSame(a, b)) {
      Emit(a);
    } else if (a->At(hi) == b->At(hi) || a->At(lo) == b->At(lo)) {
      Emit(a);
      Emit(b);
    } else {
      const Int128 crossing = (b->line.OnLink() - a->line.OnLink()) /
                              (a->line.fixed - b->line.fixed);
      const int64_t m = static_cast<int64_t>(crossing);
      const int64_t n = m + 1;
      const WinnerPtr at_m = m == lo ? a : Solve(m);
      const WinnerPtr at_n = n == hi ? b : Solve(n);
      stack_.push_back({n, at_n, hi, b});
      stack_.push_back({lo, a, m, at_m});
    }
  }

  const BlockGraph& blocks_;
  const CostLine round_trip_;
  MinCutSolver solver_;
  std::vector<Interval> stack_;
  std::vector<WinnerPtr> winners_;
};

// Has the section one cut only? Then its anchors are all its blocks.
bool HasOneCut(const BlockGraph& blocks) {
  return blocks.blocks.size() == (blocks.has_server_anchor ? 2 : 1);
}

SectionCut OnlyCut(int section, const BlockGraph& blocks, int64_t round_trip) {
  SectionCut cut;
  cut.section = section;
  cut.on_device.assign(blocks.blocks.size(), false);
  cut.on_device[0] = true;
  cut.cost = CostOf(blocks, cut.on_device, {round_trip, 0});
  return cut;
}

int DeviceBlocks(const Sections& sections, const SectionCut& cut) {
  return sections.First(cut.section) +
         static_cast<int>(std::ranges::count(cut.on_device, true));
}

// The winners of a section, in the order of their bandwidths.
void AddWinners(const Sections& sections, int section, int64_t round_trip,
                const BandwidthRange& range, std::vector<SectionCut>* cuts) {
  ThrowIfInterrupted();
  const BlockGraph blocks = sections.Make(section);
  if (HasOneCut(blocks)) {
    cuts->push_back(OnlyCut(section, blocks, round_trip));
    return;
  }
  for (const WinnerPtr& winner : Envelope(blocks, round_trip).Winners(range)) {
    cuts->push_back({section, winner->on_device, winner->line});
  }
}

BlockTable TableOf(const Sections& sections, std::vector<SectionCut> cuts,
                   const BandwidthRange& range) {
  std::vector<EnvelopeCut> lines;
  lines.reserve(cuts.size());
  for (const SectionCut& cut : cuts) {
    lines.push_back({cut.cost, DeviceBlocks(sections, cut)});
  }
  BlockTable table;
  for (const TableRow& row : LowerEnvelope(lines, range)) {
    table.rows.push_back(
        {{row.min_kbps, row.max_kbps}, std::move(cuts[row.cut])});
  }
  return table;
}

}  // namespace

BlockTable MakeBlockTable(const Sections& sections, int64_t round_trip,
                          const BandwidthRange& range) {
  std::vector<SectionCut> cuts;
  for (int section = 0; section < sections.Count(); ++section) {
    AddWinners(sections, section, round_trip, range, &cuts);
  }
  return TableOf(sections, std::move(cuts), range);
}

BlockTable MakeSectionTable(const Sections& sections, int section,
                            int64_t round_trip, const BandwidthRange& range) {
  std::vector<SectionCut> cuts;
  AddWinners(sections, section, round_trip, range, &cuts);
  return TableOf(sections, std::move(cuts), range);
}

BestSectionCut SolveSections(const Sections& sections, int64_t round_trip,
                             int64_t kbps) {
  BestSectionCut best;
  for (int section = 0; section < sections.Count(); ++section) {
    const BlockGraph blocks = sections.Make(section);
    SectionCut cut;
    if (HasOneCut(blocks)) {
      cut = OnlyCut(section, blocks, round_trip);
    } else {
      const WinnerPtr winner = Envelope(blocks, round_trip).Solve(kbps);
      cut = {section, winner->on_device, winner->line};
    }
    // On a tie the cut of the earlier section is part of the other one.
    const Int128 cost = cut.cost.At(kbps);
    if (section == 0 || cost < best.scaled_cost) best = {std::move(cut), cost};
  }
  return best;
}

}  // namespace dnncut
