// SPDX-License-Identifier: Apache-2.0
//
// Which paths to a node are enough. Every path goes on from there in the same
// ways at the same cost. So if a label A is at most L in every amount, each end
// of L has one of A that is at most it in every amount, and so in every
// objective: A is enough; of equal ones either. This is the only way in which
// parts of cuts are compared anywhere in the search: a move that costs time on
// the device and saves more on the server must be kept, since the sum decides
// nothing.
//
// Values are looked for. An amount k can be so far behind another one j of the
// same objective that it never decides: if L is at or below r in k, with
//
//   r = (L in j) + (the least of j from here on) - (the most of k from here
//   on),
//
// k ends at or below j on every path. So k may be raised to r: no end of L has
// another objective. A raised amount never leaves a goal in which the objective
// stays, so labels may be tested after it, too. And where k is at or below r in
// all labels it need not be compared at all: the r of a label with at most as
// much of j is at most as large. With a fast server that leaves two amounts of
// three. What belongs to no objective is not compared, either. An amount of an
// objective that is only bounded may be raised to (the bound) - (the most from
// here on), too: from there it never exceeds the bound.
//
// A cut is looked for, of a point of the front: the goal. All cuts that reach
// it have its values. The best of them is the one with the least sum of what
// breaks ties, then with the fewest layers on the device, then the one that has
// the first layer in which they differ on the server. Here an amount may be
// raised to (its limit) - (the most from here on), where it cannot exceed the
// limit any more, and L is left out for A only if A is at most L in all amounts
// of objectives and has a lower sum, or if all this is equal and A is better by
// layers. Let L be on the way to the best cut D. A with the rest of D reaches
// the goal, so it has the point's values; its sum is not lower than D's, so the
// sums are equal, and by layers the whole is to D as A is to L, because the
// rest adds the same to both. So A's cut is as good as D: it is D. Hence the
// answer does not depend on the order in which blocks are decided, nor on what
// was found before.
#include "compiler/objectives/label_filter.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace dnncut {
namespace {

class LabelFilter {
 public:
  LabelFilter(const PassInput& input, PassKind kind, const Reach& reach,
              const Trail& trail, int node)
      : count_(input.graph.amounts),
        question_(input.question),
        least_(input.least[node]),
        most_(input.most[node]),
        kind_(kind),
        reach_(reach),
        trail_(trail) {}

  void Run(std::vector<Label>* labels) const {
    for (Label& label : *labels) Raise(&label);
    if (labels->size() == 1) return;
    std::ranges::stable_sort(*labels, [](const Label& a, const Label& b) {
      return std::tie(a.tie, a.paid) < std::tie(b.tie, b.paid);
    });
    KeepPreferred(labels);
    std::vector<int> compared = Compared(*labels);
    if (!HasSum() && !compared.empty()) {
      // In the place of the sum; amounts before it need not be compared.
      const int first = compared[0];
      std::ranges::stable_sort(*labels, {}, [first](const Label& label) {
        return label.paid[first];
      });
      compared.erase(compared.begin());
    }
    // Now only an earlier label can be a reason to leave one out.
    if (compared.size() > 2) {
      KeepByPairs(compared, labels);
    } else {
      KeepByStairs(compared, labels);
    }
  }

 private:
  bool HasSum() const { return kind_ == PassKind::kCut; }

  int ObjectiveOf(int k) const {
    return question_.amounts[static_cast<size_t>(k)].objective;
  }

  // How far amount k may be raised for the sake of j.
  int64_t Behind(const Label& label, int j, int k) const {
    return label.paid[j] + least_[j] - most_[k];
  }

  void Raise(Label* label) const {
    const Label old = *label;
    for (int k = 0; k < count_; ++k) {
      int64_t& raised = label->paid[k];
      if (ObjectiveOf(k) < 0) {
        raised = 0;
      } else if (HasSum()) {
        raised = std::max(raised, reach_.LimitOf(k) - most_[k]);
      } else {
        const int bound = ObjectiveOf(k) - question_.objectives;
        if (bound >= 0) {
          raised = std::max(
              raised, question_.bounds[static_cast<size_t>(bound)] - most_[k]);
        }
        for (int j = 0; j < count_; ++j) {
          if (j == k || ObjectiveOf(j) != ObjectiveOf(k)) continue;
          raised = std::max(raised, Behind(old, j, k));
        }
      }
    }
  }

  // Of equal labels, which stand side by side, the preferred one.
  void KeepPreferred(std::vector<Label>* labels) const {
    size_t kept = 0;
    for (size_t i = 1; i < labels->size(); ++i) {
      Label& last = (*labels)[kept];
      const Label& next = (*labels)[i];
      if (next.paid != last.paid || next.tie != last.tie) {
        (*labels)[++kept] = next;
      } else if (IsPreferred(next, last)) {
        last = next;
      }
    }
    labels->resize(kept + 1);
  }

  bool IsPreferred(const Label& a, const Label& b) const {
    if (!HasSum()) return false;
    if (a.layers != b.layers) return a.layers < b.layers;
    return trail_.IsFirstByLayers(a.trail, b.trail);
  }

  // The amounts that must be compared.
  std::vector<int> Compared(const std::vector<Label>& labels) const {
    std::vector<int> compared;
    for (int k = 0; k < count_; ++k) {
      const int64_t first = labels[0].paid[k];
      const bool differs = std::ranges::any_of(
          labels, [&](const Label& label) { return label.paid[k] != first; });
      if (differs) compared.push_back(k);
    }
    if (HasSum()) return compared;
    for (int k = count_ - 1; k >= 0; --k) {
      if (IsBehind(k, compared, labels)) std::erase(compared, k);
    }
    return compared;
  }

  // Is amount k of every label behind another one that is compared?
  bool IsBehind(int k, const std::vector<int>& compared,
                const std::vector<Label>& labels) const {
    return std::ranges::all_of(labels, [&](const Label& label) {
      return std::ranges::any_of(compared, [&](int j) {
        return j != k && ObjectiveOf(j) == ObjectiveOf(k) &&
               label.paid[k] <= Behind(label, j, k);
      });
    });
  }

  // Where there is a sum it must be lower.
  bool MayReplace(const Label& earlier, const Label& label) const {
    return !HasSum() || earlier.tie < label.tie;
  }

  void KeepByPairs(const std::vector<int>& compared,
                   std::vector<Label>* labels) const {
    size_t kept = 0;
    size_t reasons = 0;  // so many of those that are kept may replace the label
    for (size_t i = 0; i < labels->size(); ++i) {
      const Label label = (*labels)[i];
      while (reasons < kept && MayReplace((*labels)[reasons], label)) ++reasons;
      bool is_replaced = false;
      for (size_t j = reasons; j > 0 && !is_replaced; --j) {
        const Label& other = (*labels)[j - 1];
        is_replaced = std::ranges::all_of(
            compared, [&](int k) { return other.paid[k] <= label.paid[k]; });
      }
      if (!is_replaced) (*labels)[kept++] = label;
    }
    labels->resize(kept);
  }

  // The same with at most two amounts: those of the labels that are kept make
  // stairs.
  void KeepByStairs(const std::vector<int>& compared,
                    std::vector<Label>* labels) const {
    const auto amount = [&compared](const Label& label, size_t i) {
      return i < compared.size() ? label.paid[compared[i]] : 0;
    };
    std::map<int64_t, int64_t> stairs;  // the second, falling, by the first
    size_t kept = 0;
    size_t on_stairs = 0;  // of those that are kept
    for (size_t i = 0; i < labels->size(); ++i) {
      const Label label = (*labels)[i];
      for (; on_stairs < kept; ++on_stairs) {
        const Label& other = (*labels)[on_stairs];
        if (!MayReplace(other, label)) break;
        AddStair(amount(other, 0), amount(other, 1), &stairs);
      }
      const auto after = stairs.upper_bound(amount(label, 0));
      const bool is_replaced = after != stairs.begin() &&
                               std::prev(after)->second <= amount(label, 1);
      if (!is_replaced) (*labels)[kept++] = label;
    }
    labels->resize(kept);
  }

  static void AddStair(int64_t first, int64_t second,
                       std::map<int64_t, int64_t>* stairs) {
    auto after = stairs->upper_bound(first);
    if (after != stairs->begin() && std::prev(after)->second <= second) return;
    after = stairs->lower_bound(first);
    while (after != stairs->end() && after->second >= second) {
      after = stairs->erase(after);
    }
    (*stairs)[first] = second;
  }

  const int count_;
  const FrontQuestion& question_;
  const Amounts& least_;  // from the node on
  const Amounts& most_;
  const PassKind kind_;
  const Reach& reach_;
  const Trail& trail_;
};

}  // namespace

void KeepBest(const PassInput& input, PassKind kind, const Reach& reach,
              const Trail& trail, int node, std::vector<Label>* labels) {
  LabelFilter(input, kind, reach, trail, node).Run(labels);
}

}  // namespace dnncut
