// SPDX-License-Identifier: Apache-2.0
//
// The exact envelope in two parameters, on a grid of integers. With x = 1/W, a
// cut's cost without the round trip at W kbit/s and a slowdown s (1/1000) is
//
//   fixed + s/1000 * server + 8e6 * bytes * x
//
// a plane over (x, s); the least cost f, a minimum of planes, is concave.
// "The winner" at a point is the best cut there, on a tie the unique smallest
// device side.
//
// Lemma. If D is the winner at some points, it is the winner at every point of
// their convex hull. Proof. f is concave and equals D's plane at the points, so
// f is at least D's plane on the hull, and at most everywhere: D is optimal.
// Let E be the winner at a point q of the hull, so E is contained in D. E's
// plane is nowhere below D's at the points, and equal at q, which is a weighted
// mean of some of them: equal at those, so E is optimal there, where D is the
// smallest. E = D.
//
// So: of the cuts known so far take, for every s, the best one at every W (a
// few ranges, found in plain arithmetic). The grid points at which a cut is the
// best known one are those of its cell. Ask a minimum cut for the winner at the
// corners of the cell's convex hull only. If it is that cut at all corners of
// all cells, the lemma says that every cell is right. Otherwise there are new
// cuts to know; go on. It ends, as there are finitely many cuts; and what comes
// out does not depend on where it began.
//
// The blocks are not compressed: what passes merge holds for one slowdown.
#include "compiler/table/slowdown_cuts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "compiler/table/lower_envelope.h"

namespace dnncut {
namespace {

constexpr int64_t kWhole = 1000;  // a slowdown of 1

// The problem without its round trip, its prices in two parts. At a slowdown of
// s/1000 a cut costs what it does with `at_any_slowdown` and s times what it
// does with `per_slowdown`: 1000 times its cost, so that all stay integers.
struct PricedInParts {
  Problem at_any_slowdown;  // only the server's times are free
  Problem per_slowdown;     // only they are not

  explicit PricedInParts(const Problem& problem) : at_any_slowdown(problem) {
    at_any_slowdown.rtt_ns = 0;
    per_slowdown = at_any_slowdown;
    const Objective& weights = problem.objective;
    at_any_slowdown.objective = {
        CheckedMul(kWhole, weights.device, "a weight of the objective"),
        CheckedMul(kWhole, weights.link, "a weight of the objective"), 0};
    per_slowdown.objective = {0, 0, weights.server};
  }
};

// 1000 times a cut's cost without the round trip, at every slowdown.
struct Plane {
  CostLine at_any_slowdown;
  int64_t per_slowdown = 0;
  int device_layers = 0;

  CostLine At(int64_t permille) const {
    return at_any_slowdown + CostLine{permille * per_slowdown, 0};
  }
};

struct Point {
  int64_t kbps = 0;
  int64_t permille = 0;

  auto operator<=>(const Point&) const = default;
};

// Above 0: c is to the left of the way from a to b, x to the right and the
// slowdown upwards. Multiplied by the three bandwidths, which are positive.
Int128 Turn(const Point& a, const Point& b, const Point& c) {
  return Int128{a.kbps - b.kbps} * c.kbps * (c.permille - a.permille) -
         Int128{a.kbps - c.kbps} * b.kbps * (b.permille - a.permille);
}

// Adds a point that lies higher than those of the chain, which keeps turning to
// one side.
void Extend(const Point& point, bool left, std::vector<Point>* chain) {
  while (chain->size() >= 2) {
    const Int128 turn = Turn((*chain)[chain->size() - 2], chain->back(), point);
    if (left ? turn > 0 : turn < 0) break;
    chain->pop_back();
  }
  chain->push_back(point);
}

// The convex hull of the grid points at which a cut is the best known one:
// points are added by ascending slowdown.
struct Cell {
  std::vector<Point> lowest;   // the ends at the lowest bandwidths
  std::vector<Point> highest;  // at the highest

  void Add(int64_t min_kbps, int64_t max_kbps, int64_t permille) {
    Extend({min_kbps, permille}, true, &lowest);
    Extend({max_kbps, permille}, false, &highest);
  }
};

// Solves at one slowdown after the other. No sum overflows: see
// RequireNoOverflow.
class Solver {
 public:
  explicit Solver(const PricedInParts& priced)
      : layer_count_(static_cast<int>(priced.at_any_slowdown.layers.size())),
        at_any_slowdown_(MakeBlockGraph(priced.at_any_slowdown)),
        per_slowdown_(MakeBlockGraph(priced.per_slowdown)) {}

  struct Winner {
    Cut cut;
    Int128 value = 0;  // of the flow: 1000 * W * cost
  };

  Winner Solve(const Point& point) {
    if (!solver_ || permille_ != point.permille) Prepare(point.permille);
    const MinCut cut = solver_->Solve(point.kbps);
    return {ExpandCut(at_any_slowdown_, cut.on_device, layer_count_),
            cut.scaled_cost};
  }

 private:
  void Prepare(int64_t permille) {
    BlockGraph slowed = at_any_slowdown_;
    for (size_t b = 0; b < slowed.blocks.size(); ++b) {
      slowed.blocks[b].cost.server.fixed +=
          permille * per_slowdown_.blocks[b].cost.server.fixed;
    }
    solver_ = std::make_unique<MinCutSolver>(MakeCutProblem(slowed, 0));
    permille_ = permille;
  }

  const int layer_count_;
  const BlockGraph at_any_slowdown_;  // the same blocks with
  const BlockGraph per_slowdown_;     // other prices
  std::unique_ptr<MinCutSolver> solver_;
  int64_t permille_ = 0;  // of solver_
};

// The product of numbers >= 0, or 2^63 when that is less: too much, like any
// sum that it is part of.
Int128 Times(Int128 a, Int128 b) {
  constexpr Int128 kTooMuch = Int128{1} << 63;
  return a != 0 && b > kTooMuch / a ? kTooMuch : a * b;
}

// All sums that are formed later are parts of these, so none of them overflows.
void RequireNoOverflow(const Problem& problem, const SlowdownRange& slowdown) {
  const Int128 device = Times(kWhole, problem.objective.device);
  const Int128 link = Times(kWhole, problem.objective.link);
  const Int128 server = Times(slowdown.max_permille, problem.objective.server);
  Int128 ns = 0;
  Int128 bytes = 0;
  for (const ProblemLayer& layer : problem.layers) {
    ns += Times(device, layer.ns.device) + Times(server, layer.ns.server);
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    const int64_t size = tensor.bytes.value_or(0);
    const int64_t download_ns = tensor.result || IsFed(tensor)
                                    ? FixedDownloadNs(problem.downlink, size)
                                    : 0;
    ns += Times(device, tensor.cross_ns) + Times(link, download_ns);
    bytes += Times(link, Int128{size} * 2);
  }
  if (std::max(ns, bytes) <= std::numeric_limits<int64_t>::max()) return;
  Fail(ExitCode::kBadInput, "E612",
       "with a server up to {} times as slow, the times or sizes of all layers "
       "add up to more than 64 bits hold; lower --server-slowdown",
       static_cast<double>(slowdown.max_permille) / kWhole);
}

class SlowdownEnvelope {
 public:
  SlowdownEnvelope(const Problem& problem, const SlowdownRange& slowdown)
      : problem_(problem),
        slowdown_(slowdown),
        priced_(problem),
        solver_(priced_) {}

  std::vector<TableCut> Cuts() {
    const BandwidthRange& range = problem_.range;
    for (const int64_t kbps : {range.min_kbps, range.max_kbps}) {
      for (const int64_t permille :
           {slowdown_.min_permille, slowdown_.max_permille}) {
        Ask({kbps, permille});
      }
    }
    // Most cuts show on a coarse grid already, which is looked at quickly.
    constexpr int64_t kCoarse = 64;
    const int64_t span = slowdown_.max_permille - slowdown_.min_permille;
    FindAll(std::max<int64_t>(1, span / kCoarse));
    FindAll(1);
    return InOrder();
  }

 private:
  // Learns the winner at a point, once.
  void Ask(const Point& point) {
    if (!asked_.insert(point).second) return;
    Solver::Winner winner = solver_.Solve(point);
    const auto [known, is_unknown] =
        numbers_.insert({winner.cut, static_cast<int>(cuts_.size())});
    if (is_unknown) AddCut(std::move(winner.cut));
    // Ties the network to the problem.
    if (planes_[known->second].At(point.permille).At(point.kbps) !=
        winner.value) {
      throw std::logic_error(
          "the value of a minimum cut is not the cost of its layers");
    }
  }

  void AddCut(Cut cut) {
    const CutCosts costs = CountCosts(problem_, cut);
    CutCosts without_rtt = costs;
    without_rtt.rtt_ns = 0;
    planes_.push_back({CostOf(without_rtt, priced_.at_any_slowdown),
                       CostOf(without_rtt, priced_.per_slowdown).fixed,
                       costs.layers.device});
    cuts_.push_back({std::move(cut), costs});
  }

  // On the grid with every `step`-th slowdown.
  void FindAll(int64_t step) {
    size_t known = 0;
    do {
      known = cuts_.size();
      AskCorners(step);
    } while (cuts_.size() > known);
  }

  void AskCorners(int64_t step) {
    std::vector<Cell> cells(cuts_.size());
    for (int64_t permille = slowdown_.min_permille;
         permille <= slowdown_.max_permille; permille += step) {
      ThrowIfInterrupted();
      for (const TableRow& row : RowsAt(permille)) {
        cells[row.cut].Add(row.min_kbps, row.max_kbps, permille);
      }
    }
    std::vector<Point> corners;
    for (const Cell& cell : cells) {
      corners.insert(corners.end(), cell.lowest.begin(), cell.lowest.end());
      corners.insert(corners.end(), cell.highest.begin(), cell.highest.end());
    }
    // One network for each slowdown.
    std::sort(
        corners.begin(), corners.end(), [](const Point& a, const Point& b) {
          return std::pair(a.permille, a.kbps) < std::pair(b.permille, b.kbps);
        });
    for (const Point& point : corners) Ask(point);
  }

  // The best of the known cuts at each bandwidth. Of two optimal cuts one may
  // be the winner: then it is contained in the other and has fewer layers.
  std::vector<TableRow> RowsAt(int64_t permille) const {
    std::vector<EnvelopeCut> known;
    for (const Plane& plane : planes_) {
      known.push_back({plane.At(permille), plane.device_layers});
    }
    return LowerEnvelope(known, problem_.range);
  }

  // By the lowest slowdown, then bandwidth, where they win: each does
  // somewhere, or it would not have been found.
  std::vector<TableCut> InOrder() const {
    std::vector<TableCut> ordered;
    std::vector<bool> added(cuts_.size());
    for (int64_t permille = slowdown_.min_permille;
         permille <= slowdown_.max_permille; ++permille) {
      for (const TableRow& row : RowsAt(permille)) {
        if (added[row.cut]) continue;
        added[row.cut] = true;
        ordered.push_back(cuts_[row.cut]);
      }
    }
    return ordered;
  }

  const Problem& problem_;
  const SlowdownRange slowdown_;
  const PricedInParts priced_;
  Solver solver_;
  std::vector<TableCut> cuts_;  // known so far
  std::vector<Plane> planes_;   // of these
  std::map<Cut, int> numbers_;  // of these
  std::set<Point> asked_;
};

}  // namespace

std::vector<TableCut> SlowdownCuts(const Problem& problem,
                                   const SlowdownRange& slowdown) {
  RequireNoOverflow(problem, slowdown);
  return SlowdownEnvelope(problem, slowdown).Cuts();
}

void AddSlowdownCuts(const Problem& problem, const SlowdownRange& slowdown,
                     CutTable* table) {
  for (TableCut& found : SlowdownCuts(problem, slowdown)) {
    const bool present =
        std::any_of(table->cuts.begin(), table->cuts.end(),
                    [&](const TableCut& cut) { return cut.cut == found.cut; });
    if (!present) table->cuts.push_back(std::move(found));
  }
}

}  // namespace dnncut
