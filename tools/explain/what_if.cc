// SPDX-License-Identifier: Apache-2.0
//
// A condition is a pin: the problem with it is solved like any other.
#include "tools/explain/what_if.h"

#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/placement_check.h"
#include "compiler/table/solve_at.h"

namespace dnncut {
namespace {

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
