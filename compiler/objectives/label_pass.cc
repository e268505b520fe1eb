// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/label_pass.h"

#include <algorithm>
#include <utility>

#include "compiler/base/interrupt.h"
#include "compiler/objectives/label.h"
#include "compiler/objectives/label_filter.h"
#include "compiler/objectives/reach.h"

namespace dnncut {
namespace {

class Pass {
 public:
  Pass(const PassInput& input, const std::vector<Goal>& goals, PassKind kind,
       const PassLimits& limits)
      : input_(input),
        graph_(input.graph),
        kind_(kind),
        limits_(limits),
        reach_(input, goals),
        trail_(input.graph),
        open_(goals.size()),
        waiting_(input.graph.nodes.size() + 1) {}

  PassResult Run() {
    Label first;
    first.paid = graph_.start;
    first.tie = SumOf(graph_.start);
    ++labels_;
    if (ReachesGoal(0, &first)) waiting_[0].push_back(first);
    for (int node = 0; node < graph_.End(); ++node) {
      std::vector<Label> labels = std::move(waiting_[node]);
      waiting_[node] = {};
      if (labels.empty()) continue;
      ThrowIfInterrupted();
      KeepBest(input_, kind_, reach_, trail_, node, &labels);
      if (IsAtLimit()) {
        for (const Label& label : labels) LeaveOut(node, label);
        continue;
      }
      if (std::ssize(labels) > limits_.width) Narrow(node, &labels);
      for (const Label& label : labels) Extend(node, label);
    }
    return Finish();
  }

 private:
  // Of what breaks ties, where a cut is looked for.
  int64_t SumOf(const Amounts& amounts) const {
    return kind_ == PassKind::kCut ? TieOf(input_.question, amounts) : 0;
  }

  bool IsAtLimit() const {
    if (labels_ >= limits_.labels) return true;
    return limits_.end && std::chrono::steady_clock::now() >= *limits_.end;
  }

  // Does it reach a goal from the node? That is noted in it.
  bool ReachesGoal(int node, Label* label) const {
    if (reach_.GoalCount() == 0) return false;
    if (reach_.IsReached(label->goal, node, *label)) return true;
    bool is_reached = false;
    reach_.ForEach(node, *label, [&](int goal) {
      label->goal = goal;
      is_reached = true;
      return true;
    });
    return is_reached;
  }

  void Extend(int node, const Label& label) {
    const DecisionNode& at = graph_.nodes[node];
    for (const Side side : kSides) {
      const DecisionArc& arc = at.arcs[side];
      Label next = label;
      next.paid += arc.amounts;
      next.tie += SumOf(arc.amounts);
      if (side == Side::kDevice) next.layers += at.layers;
      ++labels_;
      if (!ReachesGoal(arc.to, &next)) continue;
      next.trail = trail_.Add(label.trail, node, side);
      waiting_[arc.to].push_back(next);
    }
  }

  // Keeps `width` labels: every so many-th, because they are sorted by an
  // amount and the ends are to be spread over the front, and of the others
  // those with the most room in the goals, because they are most likely to get
  // there.
  void Narrow(int node, std::vector<Label>* labels) {
    const int64_t count = std::ssize(*labels);
    const int64_t spread = (limits_.width + 1) / 2;
    std::vector<bool> is_kept(labels->size(), false);
    for (int64_t i = 0; i < spread; ++i) is_kept[i * count / spread] = true;
    std::vector<std::pair<int64_t, int64_t>> others;  // less room, which
    for (int64_t i = 0; i < count; ++i) {
      if (!is_kept[i]) others.emplace_back(-RoomOf(node, (*labels)[i]), i);
    }
    std::ranges::sort(others);
    for (int64_t i = 0; i < limits_.width - spread; ++i) {
      is_kept[others[i].second] = true;
    }
    std::vector<Label> kept;
    for (int64_t i = 0; i < count; ++i) {
      if (is_kept[i]) {
        kept.push_back((*labels)[i]);
      } else {
        LeaveOut(node, (*labels)[i]);
      }
    }
    *labels = std::move(kept);
  }

  // The most in a goal.
  int64_t RoomOf(int node, const Label& label) const {
    int64_t room = 0;
    reach_.ForEach(node, label, [&](int goal) {
      room = std::max(room, reach_.RoomIn(goal, node, label));
      return false;
    });
    return room;
  }

  // Notes where its ends may be.
  void LeaveOut(int node, const Label& label) {
    const Values least = reach_.LeastValues(node, label);
    reach_.ForEach(node, label, [&](int goal) {
      std::optional<Values>& open = open_[goal];
      if (open && IsAtMost(*open, least)) return false;
      const Values from = reach_.LeastValuesIn(goal, node, label);
      if (!open) open = from;
      for (size_t m = 0; m < from.size(); ++m) {
        (*open)[m] = std::min((*open)[m], from[m]);
      }
      return false;
    });
  }

  // With its amounts as they are, not raised.
  FrontPoint PointOf(const Label& label) const {
    FrontPoint point;
    point.on_device = trail_.OnDevice(label.trail);
    point.amounts = graph_.start;
    for (int node = 0; node != graph_.End();) {
      const DecisionNode& at = graph_.nodes[node];
      const Side side =
          point.on_device[at.block] ? Side::kDevice : Side::kServer;
      point.amounts += at.arcs[side].amounts;
      node = at.arcs[side].to;
    }
    point.values = ValuesOf(input_.question, point.amounts);
    return point;
  }

  PassResult Finish() {
    std::vector<Label> ends = std::move(waiting_.back());
    if (!ends.empty()) {
      KeepBest(input_, kind_, reach_, trail_, graph_.End(), &ends);
    }
    // Raised to the limits, the ends in a point's goal are equal but for their
    // sums: the first one has the least.
    if (kind_ == PassKind::kCut && ends.size() > 1) ends.resize(1);
    PassResult result;
    for (const Label& label : ends) result.points.push_back(PointOf(label));
    result.open = std::move(open_);
    result.labels = labels_;
    return result;
  }

  const PassInput& input_;
  const DecisionGraph& graph_;
  const PassKind kind_;
  const PassLimits limits_;
  const Reach reach_;
  Trail trail_;
  std::vector<std::optional<Values>> open_;  // by goal
  std::vector<std::vector<Label>> waiting_;  // by node
  int64_t labels_ = 0;
};

}  // namespace

int64_t TieOf(const FrontQuestion& question, const Amounts& amounts) {
  int64_t sum = 0;
  for (size_t k = 0; k < question.amounts.size(); ++k) {
    if (question.amounts[k].breaks_ties) sum += amounts[static_cast<int>(k)];
  }
  return sum;
}

Values ValuesOf(const FrontQuestion& question, const Amounts& amounts) {
  Values values = {};
  for (size_t k = 0; k < question.amounts.size(); ++k) {
    const int objective = question.amounts[k].objective;
    if (objective < 0) continue;
    values[objective] =
        std::max(values[objective], amounts[static_cast<int>(k)]);
  }
  return values;
}

PassResult RunPass(const PassInput& input, const std::vector<Goal>& goals,
                   PassKind kind, const PassLimits& limits) {
  return Pass(input, goals, kind, limits).Run();
}

}  // namespace dnncut
