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
// The recursion on an interval with winners A at lo and B at hi, A != B:
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
#include "compiler/table/cut_table.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "compiler/problem/objective.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"

namespace dnncut {
namespace {

struct Winner {
  std::vector<bool> on_device;  // by BlockId
  TableCut cut;
  CostLine line;

  Int128 At(int64_t kbps) const { return line.At(kbps); }
};

using WinnerPtr = std::shared_ptr<const Winner>;

struct Piece {
  int64_t min_kbps = 0;
  int64_t max_kbps = 0;
  WinnerPtr winner;
};

struct Interval {
  int64_t lo = 0;
  WinnerPtr at_lo;
  int64_t hi = 0;
  WinnerPtr at_hi;
};

bool IsSame(const WinnerPtr& a, const WinnerPtr& b) {
  return a == b || a->on_device == b->on_device;
}

class Envelope {
 public:
  Envelope(const Problem& problem, const BlockGraph& blocks)
      : problem_(problem),
        blocks_(blocks),
        solver_(MakeCutProblem(blocks, RoundTripPrice(problem).fixed)) {}

  // In the order of their bandwidths; neighbours may have the same winner.
  std::vector<Piece> Pieces() {
    const BandwidthRange& range = problem_.range;
    const WinnerPtr first = Solve(range.min_kbps);
    const WinnerPtr last =
        range.min_kbps == range.max_kbps ? first : Solve(range.max_kbps);
    stack_.push_back({range.min_kbps, first, range.max_kbps, last});
    while (!stack_.empty()) {
      const Interval interval = std::move(stack_.back());
      stack_.pop_back();
      Divide(interval);
    }
    return std::move(pieces_);
  }

 private:
  WinnerPtr Solve(int64_t kbps) {
    MinCut min_cut = solver_.Solve(kbps);
    auto winner = std::make_shared<Winner>();
    winner->on_device = std::move(min_cut.on_device);
    const int layer_count = static_cast<int>(problem_.layers.size());
    winner->cut.cut = ExpandCut(blocks_, winner->on_device, layer_count);
    winner->cut.costs = CountCosts(problem_, winner->cut.cut);
    winner->line = CostOf(winner->cut.costs, problem_);
    // Counting takes little time compared with the flow, and it is the check
    // that the network and the problem agree on the cost.
    if (winner->At(kbps) != min_cut.scaled_cost) {
      throw std::logic_error(
          "the value of a minimum cut is not the cost of its layers");
    }
    return winner;
  }

  void Emit(int64_t min_kbps, int64_t max_kbps, const WinnerPtr& winner) {
    pieces_.push_back({min_kbps, max_kbps, winner});
  }

  // Intervals are taken from the stack in ascending order.
  void Divide(const Interval& interval) {
    const auto& [lo, a, hi, b] = interval;
    if (IsSame(a, b)) {
      Emit(lo, hi, a);
    } else if (a->At(hi) == b->At(hi)) {
      Emit(lo, hi - 1, a);
      Emit(hi, hi, b);
    } else if (a->At(lo) == b->At(lo)) {
      Emit(lo, lo, a);
      Emit(lo + 1, hi, b);
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

  const Problem& problem_;
  const BlockGraph& blocks_;
  MinCutSolver solver_;
  std::vector<Interval> stack_;
  std::vector<Piece> pieces_;
};

// The device-only cut, to which firmware falls back, unless the table has it
// already.
void AppendDeviceOnly(const Problem& problem, CutTable* table) {
  const Cut device_only(problem.layers.size(), Side::kDevice);
  const bool present =
      std::any_of(table->cuts.begin(), table->cuts.end(),
                  [&](const TableCut& cut) { return cut.cut == device_only; });
  if (present || !IsFeasible(problem, device_only)) return;
  table->cuts.push_back({device_only, CountCosts(problem, device_only)});
}

}  // namespace

CutTable BuildCutTable(const Problem& problem, const BlockGraph& blocks) {
  if (problem.range.min_kbps < blocks.range.min_kbps ||
      problem.range.max_kbps > blocks.range.max_kbps) {
    throw std::logic_error("BuildCutTable: blocks of a smaller range");
  }
  CutTable table;
  WinnerPtr last;
  for (const Piece& piece : Envelope(problem, blocks).Pieces()) {
    if (last && IsSame(last, piece.winner)) {
      table.rows.back().max_kbps = piece.max_kbps;
      continue;
    }
    last = piece.winner;
    const int cut = static_cast<int>(table.cuts.size());
    table.rows.push_back({piece.min_kbps, piece.max_kbps, cut});
    table.cuts.push_back(piece.winner->cut);
  }
  AppendDeviceOnly(problem, &table);
  return table;
}

bool HasSplit(const CutTable& table) {
  return std::ranges::any_of(table.rows, [&](const TableRow& row) {
    return KindOf(table.cuts[row.cut].costs) == CutKind::kSplit;
  });
}

const TableRow& FindRow(const CutTable& table, int64_t kbps) {
  const auto row = std::lower_bound(
      table.rows.begin(), table.rows.end(), kbps,
      [](const TableRow& r, int64_t value) { return r.max_kbps < value; });
  if (row == table.rows.end() || kbps < row->min_kbps) {
    throw std::logic_error("FindRow: a bandwidth outside the table");
  }
  return *row;
}

}  // namespace dnncut
