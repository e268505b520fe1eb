// SPDX-License-Identifier: Apache-2.0
//
// A condition is a pin: the problem with it is solved like any other.
//
// The next best cut. Let C have the device side D, and let D' be that of
// another feasible cut. Both are closed under predecessors.
//
// * If a layer of D is not in D', no layer behind it is in D' either. Follow
//   readers as long as they are in D: one of the *last* layers of D, which no
//   layer of D reads from, is not in D'.
// * Else a layer outside D is in D', and with it whatever it depends on. Follow
//   producers as long as they are outside D: one of the *first* layers outside
//   D, which read from no other layer outside D, is in D'.
//
// So every other cut puts a last layer of D on the server or a first layer
// outside D on the device, and no such cut is C. The best over these pins, one
// at a time, is the best of all cuts but C.
#include "tools/explain/what_if.h"

#include <algorithm>
#include <set>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/placement_check.h"
#include "compiler/table/solve_at.h"

namespace dnncut {
namespace {

// Problems are solved once for each layer at the boundary. Beyond so many
// layers and tensors in all of them, some ten seconds, nobody would wait.
constexpr int64_t kMostWork = 20'000'000;

// -1, 0 or 1, exactly.
int Compare(const Problem& problem, const TableCut& a, const TableCut& b,
            int64_t kbps) {
  const Int128 first = CostOf(a.costs, problem).At(kbps);
  const Int128 second = CostOf(b.costs, problem).At(kbps);
  return first < second ? -1 : first > second ? 1 : 0;
}

void KeepBetter(const Problem& problem, int64_t kbps,
                const std::optional<TableCut>& cut,
                std::optional<TableCut>* best) {
  if (!cut) return;
  if (!*best || Compare(problem, *cut, **best, kbps) < 0) *best = cut;
}

// The layers that a cut must move first to become another one.
std::vector<Placed> BoundaryMoves(const Problem& problem, const Cut& cut) {
  std::vector<bool> is_last(cut.size(), true);
  std::vector<bool> is_first(cut.size(), true);
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.producer == kModelInput) continue;
    for (const LayerId reader : tensor.readers) {
      if (cut[reader] == Side::kDevice) is_last[tensor.producer] = false;
      if (cut[tensor.producer] == Side::kServer) is_first[reader] = false;
    }
  }
  std::vector<Placed> moves;
  std::set<int> groups;
  for (LayerId l = 0; l < static_cast<int>(cut.size()); ++l) {
    const bool on_device = cut[l] == Side::kDevice;
    if (on_device ? !is_last[l] : !is_first[l]) continue;
    const ProblemLayer& layer = problem.layers[l];
    if (layer.pinned) continue;
    // Where one layer of a group goes, all go.
    if (layer.group && !groups.insert(*layer.group).second) continue;
    moves.push_back({l, on_device ? Side::kServer : Side::kDevice});
  }
  return moves;
}

// Of the readers of `tensor`, those from which no other reader depends: when
// any reader is on the server, so is one of these.
std::vector<LayerId> LastReaders(const Problem& problem,
                                 const ProblemTensor& tensor) {
  std::vector<std::vector<LayerId>> producers(problem.layers.size());
  for (const ProblemTensor& other : problem.tensors) {
    if (other.producer == kModelInput) continue;
    for (const LayerId reader : other.readers) {
      producers[reader].push_back(other.producer);
    }
  }
  std::vector<bool> leads_to_reader(problem.layers.size(), false);
  std::vector<LayerId> last;
  for (auto reader = tensor.readers.rbegin(); reader != tensor.readers.rend();
       ++reader) {
    if (leads_to_reader[*reader]) continue;
    last.push_back(*reader);
    std::vector<LayerId> open = {*reader};
    while (!open.empty()) {
      const LayerId at = open.back();
      open.pop_back();
      if (leads_to_reader[at]) continue;
      leads_to_reader[at] = true;
      open.insert(open.end(), producers[at].begin(), producers[at].end());
    }
  }
  return last;
}

}  // namespace

std::optional<TableCut> BestCutWith(const Problem& problem,
                                    const std::vector<Placed>& placed,
                                    int64_t kbps) {
  Problem asked = problem;
  for (const Placed& place : placed) {
    std::optional<Side>& pinned = asked.layers[place.layer].pinned;
    if (pinned && *pinned != place.side) return std::nullopt;
    pinned = place.side;
  }
  if (!HasFeasibleCut(asked)) return std::nullopt;
  TableCut cut;
  cut.cut = SolveAt(MakeBlockGraph(asked), RoundTripPrice(asked).fixed,
                    static_cast<int>(asked.layers.size()), kbps)
                .cut;
  cut.costs = CountCosts(problem, cut.cut);
  return cut;
}

NextBest FindNextBest(const Problem& problem, const Cut& known, int64_t kbps) {
  const std::vector<Placed> moves = BoundaryMoves(problem, known);
  NextBest next;
  const auto size =
      static_cast<int64_t>(problem.layers.size() + problem.tensors.size());
  if (size > kMostWork / std::max<int64_t>(1, std::ssize(moves))) {
    next.searched = false;
    return next;
  }
  for (const Placed& move : moves) {
    KeepBetter(problem, kbps, BestCutWith(problem, {move}, kbps), &next.cut);
  }
  return next;
}

std::optional<TableCut> BestCutThatSends(const Problem& problem, TensorId t,
                                         int64_t kbps) {
  const ProblemTensor& tensor = problem.tensors[t];
  if (!tensor.bytes) return std::nullopt;
  std::vector<Placed> placed;
  const LayerId holder = HolderOf(problem, tensor);
  if (holder != kModelInput) {
    placed.push_back({holder, Side::kDevice});
  } else if (tensor.home == Side::kServer) {
    return std::nullopt;
  }
  if (WantedOn(problem, tensor) == Side::kServer) {
    return BestCutWith(problem, placed, kbps);
  }
  std::optional<TableCut> best;
  for (const LayerId reader : LastReaders(problem, tensor)) {
    std::vector<Placed> with_reader = placed;
    with_reader.push_back({reader, Side::kServer});
    KeepBetter(problem, kbps, BestCutWith(problem, with_reader, kbps), &best);
  }
  return best;
}

}  // namespace dnncut
