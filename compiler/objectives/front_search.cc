// SPDX-License-Identifier: Apache-2.0
//
// A search is a list of goals (front_goals.h) that gets shorter. It begins with
// one that holds everything, and ends when there is none: every cut's values
// are then those of a known point, or worse. A goal is
//
// * divided by a known point in it, which takes its part out;
// * out of reach, if for some weights >= 0 even the least weighted sum of any
// cut
//   is more than that of the goal's limits (Lagrangian relaxation: it is a
//   shortest path in the graph of decisions). Subgradients look for such
//   weights. All paths on the way are cuts, and so the first known points;
// * searched by a pass over all paths (label_pass.h), in which the weights that
//   said most about the goal show which parts of paths cannot reach it.
//
// The first pass keeps few paths at each node. It finds most points, and what
// it leaves out is noted by goal: a goal from which nothing was left out is
// done with, and in the others unknown cuts have at least the values at which
// what was left out can end. Each next pass keeps ten times as many paths, with
// goals that the points of the last one have divided. One that leaves nothing
// out ends the search, and if a limit does, the goals that are left say what
// may be missing.
//
// Then, for each point, the best of the cuts that have its values is looked
// for: one more pass with a goal that is just this point (label_filter.cc says
// which is the best, and why there is only one).
//
// All is integer arithmetic in a fixed order, so the same question has the same
// answer everywhere, also if the search ended at a number of labels. Weights
// are chosen such that no sum overflows.
#include "compiler/objectives/front_search.h"

#include <algorithm>
#include <map>

#include "compiler/base/interrupt.h"
#include "compiler/base/require.h"
#include "compiler/objectives/label_pass.h"
#include "compiler/objectives/path_bounds.h"

namespace dnncut {
namespace {

using Clock = std::chrono::steady_clock;

// Multipliers are searched for as shares of a whole. A share of an amount is
// turned into a weight by the amount's unit, so that a weighted sum of any path
// is below kMostAmounts * 2^(kShareBits + kUnitBits + kRangeBits) = 2^61.
constexpr int kShareBits = 20;
constexpr int kUnitBits = 30;
constexpr int kRangeBits = 8;

// A label takes as long as a node of a shortest path so many times.
constexpr int64_t kNodesPerLabel = 16;

class Search {
 public:
  Search(const DecisionGraph& graph, const FrontQuestion& question,
         const SearchLimits& limits)
      : graph_(graph),
        question_(question),
        limits_(limits),
        input_{graph, question, LeastOfEach(graph), MostToEnd(graph), {}} {
    if (limits.ns) end_ = Clock::now() + std::chrono::nanoseconds(*limits.ns);
    total_ = graph.start + input_.most[0];
    for (int k = 0; k < graph.amounts; ++k) {
      if (!question.amounts[static_cast<size_t>(k)].breaks_ties) continue;
      total_tie_ = CheckedAdd(total_tie_, total_[k],
                              "sum of all the costs of the problem");
    }
  }

  Front Run() {
    FindKnown();
    FindExact();
    for (const Goal& goal : goals_) AddOpen(goal);
    if (question_.select) question_.select(&known_);
    FindCuts();
    std::ranges::sort(known_, {}, &FrontPoint::values);
    front_.points = std::move(known_);
    return std::move(front_);
  }

 private:
  int ObjectiveOf(int k) const {
    return question_.amounts[static_cast<size_t>(k)].objective;
  }

  bool IsAtLimit() const {
    return labels_left() <= 0 || (end_ && Clock::now() >= *end_);
  }
  int64_t labels_left() const { return limits_.labels - front_.labels; }

  // A cut that was found, if no known one is as good.
  bool Add(FrontPoint point) {
    const auto is_as_good = [&](const FrontPoint& known) {
      return IsAtMost(known.values, point.values);
    };
    if (std::ranges::any_of(known_, is_as_good)) return false;
    std::erase_if(known_, [&](const FrontPoint& known) {
      return IsAtMost(point.values, known.values);
    });
    Exclude(point.values, question_.objectives, &goals_);
    known_.push_back(std::move(point));
    return true;
  }

  // The values of a cut; nullopt: it exceeds a bound.
  std::optional<Values> ValuesWithin(const Amounts& amounts) const {
    Values values = ValuesOf(question_, amounts);
    const Values most = WithBounds({});
    for (size_t m = question_.objectives; m < values.size(); ++m) {
      if (values[m] > most[m]) return std::nullopt;
      values[m] = 0;
    }
    return values;
  }

  // The limit of a goal: the bounds behind the values.
  Values WithBounds(Values values) const {
    size_t m = question_.objectives;
    for (const int64_t bound : question_.bounds) values[m++] = bound;
    return values;
  }

  bool AddPath(DecisionPath path) {
    const std::optional<Values> values = ValuesWithin(path.amounts);
    return values && Add({*values, std::move(path.on_device), path.amounts});
  }

  void RestrictGoals() {
    if (!question_.most || known_.empty()) return;
    Restrict(question_.most(known_), question_.objectives, &goals_);
  }

  // An amount is at most the value of its objective, so a weighted sum of the
  // amounts is at most that of the values with the weights added up. What is
  // bounded adds its bound at most.
  void AddOpen(const Goal& goal) {
    front_.open.push_back({goal.from, goal.limit});
    const Values most = WithBounds({});
    for (const int id : goal.tests) {
      const ReachTest& test = input_.tests[id];
      LinearBound bound;
      Int128 least = test.least[0];
      for (int k = 0; k < graph_.amounts; ++k) {
        const int m = ObjectiveOf(k);
        if (m < 0) continue;
        least += Int128{test.weights[k]} * graph_.start[k];
        if (m < question_.objectives) {
          bound.weights[m] += test.weights[k];
        } else {
          least -= Int128{test.weights[k]} * most[m];
        }
      }
      if (least <= 0) continue;
      bound.least = static_cast<int64_t>(least);
      front_.bounds.push_back(bound);
    }
  }

  // The multipliers of what a goal limits, by amount; behind the amounts there
  // is one of the sum of what breaks ties.
  struct Shares {
    std::vector<int> limited;
    Amounts limit;
    Amounts unit;
    Amounts share;
  };

  Shares EqualShares(const Goal& goal) const {
    Shares shares;
    const auto add = [&shares](int k, int64_t limit, int64_t total) {
      if (limit >= total) return;
      shares.limit[k] = limit;
      shares.unit[k] = std::max({int64_t{1}, limit, total >> kRangeBits});
      shares.limited.push_back(k);
    };
    for (int k = 0; k < graph_.amounts; ++k) {
      if (ObjectiveOf(k) < 0) continue;
      add(k, goal.limit[ObjectiveOf(k)], total_[k]);
    }
    add(graph_.amounts, goal.tie_limit, total_tie_);
    for (const int k : shares.limited) {
      shares.share[k] = (int64_t{1} << kShareBits) / std::ssize(shares.limited);
    }
    return shares;
  }

  // A test with these multipliers, without its bounds.
  ReachTest TestOf(const Shares& shares) const {
    ReachTest test;
    for (const int k : shares.limited) {
      const int64_t weight = static_cast<int64_t>(
          (Int128{shares.share[k]} << kUnitBits) / shares.unit[k]);
      (k == graph_.amounts ? test.tie : test.weights[k]) = weight;
    }
    return test;
  }

  // What an amount weighs as a limited one and in the sum.
  Amounts AllWeights(const ReachTest& test) const {
    Amounts weights = test.weights;
    for (int k = 0; k < graph_.amounts; ++k) {
      const bool is_in_sum =
          question_.amounts[static_cast<size_t>(k)].breaks_ties;
      if (is_in_sum) weights[k] += test.tie;
    }
    return weights;
  }

  // More weight to what the path exceeds, less to what it does not use up.
  static void Move(const Amounts& reached, int64_t step, Shares* shares) {
    std::array<Int128, kMostAmounts> excess = {};
    Int128 largest = 0;
    for (const int k : shares->limited) {
      Int128& of = excess[static_cast<size_t>(k)];
      of = ((Int128{reached[k]} - shares->limit[k]) << kShareBits) /
           shares->unit[k];
      largest = std::max(largest, of < 0 ? -of : of);
    }
    if (largest == 0) return;
    Int128 sum = 0;
    for (const int k : shares->limited) {
      const Int128 moved =
          shares->share[k] + step * excess[static_cast<size_t>(k)] / largest;
      shares->share[k] = static_cast<int64_t>(std::max<Int128>(moved, 0));
      sum += shares->share[k];
    }
    for (const int k : shares->limited) {
      shares->share[k] =
          sum == 0 ? (int64_t{1} << kShareBits) / std::ssize(shares->limited)
                   : static_cast<int64_t>(
                         (Int128{shares->share[k]} << kShareBits) / sum);
    }
  }

  // Looks for the multipliers that say most about the goal by subgradients: the
  // three best are its tests. The paths on the way are cuts, which `take` is
  // given; it returns true when that is the end of it.
  //
  // Returns false when the goal is out of reach.
  template <typename Take>
  bool FindTests(Goal* goal, const Take& take) {
    constexpr int kRounds = 16;
    constexpr size_t kKept = 3;
    Shares shares = EqualShares(*goal);
    std::multimap<Int128, ReachTest, std::greater<>> best;  // by the bound
    int64_t step = int64_t{1} << (kShareBits - 1);
    for (int round = 0; round < kRounds; ++round, step = step * 7 / 10) {
      ReachTest test = TestOf(shares);
      const Amounts weights = AllWeights(test);
      test.least = LeastToEnd(graph_, weights);
      DecisionPath path = LeastPath(graph_, weights, test.least);
      front_.labels += 1 + graph_.End() / kNodesPerLabel;
      Amounts reached = path.amounts;
      reached[graph_.amounts] = TieOf(question_, path.amounts);
      Int128 bound = Int128{test.tie} * (Int128{reached[graph_.amounts]} -
                                         shares.limit[graph_.amounts]);
      for (int k = 0; k < graph_.amounts; ++k) {
        bound +=
            Int128{test.weights[k]} * (Int128{reached[k]} - shares.limit[k]);
      }
      if (bound > 0) return false;
      if (take(std::move(path))) return true;
      best.emplace(bound, std::move(test));
      if (best.size() > kKept) best.erase(std::prev(best.end()));
      if (shares.limited.size() < 2) break;
      Move(reached, step, &shares);
    }
    goal->tests.clear();
    for (auto& [bound, test] : best) {
      goal->tests.push_back(static_cast<int>(input_.tests.size()));
      input_.tests.push_back(std::move(test));
    }
    return true;
  }

  // Returns true when the goals have changed: a cut was found in one, or the
  // goal is out of reach.
  bool TryGoal(size_t at) {
    goals_[at].was_tried = true;
    Goal goal = goals_[at];
    bool has_changed = false;
    const bool is_in_reach = FindTests(&goal, [&](DecisionPath path) {
      has_changed = AddPath(std::move(path));
      return has_changed;
    });
    if (has_changed) return true;
    if (is_in_reach) {
      goals_[at] = std::move(goal);
    } else {
      goals_.erase(goals_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return !is_in_reach;
  }

  // The first cuts, from weighted sums, and what they say about the goals.
  void FindKnown() {
    Goal everything;
    for (int m = 0; m < question_.objectives; ++m) {
      everything.limit[m] = kNoLimit;
    }
    everything.limit = WithBounds(everything.limit);
    goals_ = {everything};
    for (int k = 0; k < graph_.amounts; ++k) {
      Amounts weights;
      weights[k] = 1;
      AddPath(LeastPath(graph_, weights, LeastToEnd(graph_, weights)));
    }
    TryGoals();
  }

  void TryGoals() {
    RestrictGoals();
    for (;;) {
      const auto next = std::ranges::find(goals_, false, &Goal::was_tried);
      if (next == goals_.end() || IsAtLimit()) return;
      ThrowIfInterrupted();
      if (TryGoal(static_cast<size_t>(next - goals_.begin()))) RestrictGoals();
    }
  }

  // Passes of growing width, until one has left out nothing that could matter.
  void FindExact() {
    constexpr int64_t kFirstWidth = 200;
    constexpr int64_t kGrowth = 10;
    for (int64_t width = kFirstWidth; !goals_.empty(); width *= kGrowth) {
      const PassResult pass = RunPass(input_, goals_, PassKind::kValues,
                                      {width, labels_left(), end_});
      front_.labels += pass.labels;
      Narrow(pass.open);
      for (FrontPoint point : pass.points) {
        point.values = ValuesWithin(point.amounts).value();
        Add(std::move(point));
      }
      if (IsAtLimit()) return;
      TryGoals();
    }
  }

  // Goals of which everything was found are done with; the others begin where
  // what was left out does.
  void Narrow(const std::vector<std::optional<Values>>& open) {
    std::vector<Goal> goals;
    for (size_t i = 0; i < goals_.size(); ++i) {
      if (!open[i]) continue;
      Goal goal = std::move(goals_[i]);
      for (size_t m = 0; m < goal.from.size(); ++m) {
        goal.from[m] = std::max(goal.from[m], (*open[i])[m]);
      }
      goals.push_back(std::move(goal));
    }
    goals_ = std::move(goals);
  }

  // Of all cuts with the values of the point, the best one.
  void FindCut(FrontPoint* point) {
    Goal goal;
    goal.limit = WithBounds(point->values);
    goal.tie_limit = TieOf(question_, point->amounts);
    input_.tests.clear();
    FindTests(&goal, [&](DecisionPath path) {
      const int64_t tie = TieOf(question_, path.amounts);
      if (ValuesWithin(path.amounts) != point->values ||
          tie >= goal.tie_limit) {
        return false;
      }
      goal.tie_limit = tie;
      *point = {point->values, std::move(path.on_device), path.amounts};
      return false;
    });
    PassResult pass = RunPass(input_, {goal}, PassKind::kCut,
                              {kNoLimit, labels_left(), end_});
    front_.labels += pass.labels;
    if (pass.open[0]) {
      front_.is_canonical = false;
    } else {
      const Values values = point->values;
      *point = std::move(pass.points.at(0));
      point->values = values;
    }
  }

  void FindCuts() {
    front_.is_canonical = true;
    for (FrontPoint& point : known_) FindCut(&point);
  }

  const DecisionGraph& graph_;
  const FrontQuestion& question_;
  const SearchLimits& limits_;
  PassInput input_;
  Amounts total_;  // no cut has more of anything
  int64_t total_tie_ = 0;
  std::optional<Clock::time_point> end_;
  std::vector<FrontPoint> known_;
  std::vector<Goal> goals_;
  Front front_;
};

}  // namespace

Front SearchFront(const DecisionGraph& graph, const FrontQuestion& question,
                  const SearchLimits& limits) {
  Require(std::ssize(question.amounts) == graph.amounts,
          "that each amount has a meaning");
  return Search(graph, question, limits).Run();
}

}  // namespace dnncut
