// SPDX-License-Identifier: Apache-2.0
//
// The memory of a half is no sum over its layers, but at one layer l it is. Let
// held(l) be, for the device,
//
//   the weights with a reader on the device, and what comes to it, and
//   the tensors made by a layer p <= l on the device, if p = l, or a reader is
//   not before l, or it is a result, or a reader is on the server.
//
// If a reader is not before l it is on the device and has not run, or on the
// server, so that the tensor goes out: it is held whichever it is. So all this
// is paid per block, and what has no reader left is paid when it is sent:
// prices of a priced graph. For the server the tensors it makes have all their
// readers there.
//
// held(l) is what the half holds at l if l is one of its layers. If it is not,
// and l' is the half's last layer before it, then held(l) is at most held(l'):
// what was made up to l was made up to l', and what counts at l because a
// reader is not before l, counts at l' for the same reason. (If it has no layer
// before l, what it made does not count at all.) So the memory of a half is the
// largest held(l) over *all* layers l, and a limit on it is a limit on each
// held(l), one amount each.
//
// Few of them matter. They are added when they do: the front is searched for
// without them, and where the memory of a cut exceeds a limit at l, held(l) of
// that side becomes an amount of the next search. When all cuts of a front fit,
// it is the front of those that fit, because leaving limits out only lets more
// cuts in. Each search adds an amount, and kMostAmounts of them end it: cuts
// that do not fit are dropped then, and nothing is known of the others.
#include "compiler/objectives/memory_bound.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/objectives/decision_graph.h"
#include "compiler/problem/memory_use.h"

namespace dnncut {
namespace {

constexpr std::string_view kMemory = "the memory of a half";

// Where memory is looked at.
struct Moment {
  Side side = Side::kDevice;
  LayerId layer = 0;

  auto operator<=>(const Moment&) const = default;
};

// Do layers run after the tensor is made that need it, or is it a result?
bool IsHeldAt(const ProblemTensor& tensor, LayerId layer) {
  return tensor.producer == layer || tensor.result ||
         (!tensor.readers.empty() && tensor.readers.back() >= layer);
}

// Prices of held(l), see above, as amount k.
class MomentPrices {
 public:
  MomentPrices(const Problem& problem, const MemoryBound& memory,
               const Moment& moment, int k, Prices* prices)
      : problem_(problem),
        memory_(memory),
        moment_(moment),
        k_(k),
        prices_(*prices) {}

  void Add() {
    for (const MemoryBound::Weight& weight : memory_.weights) AddWeight(weight);
    for (TensorId t = 0; t < std::ssize(problem_.tensors); ++t) AddTensor(t);
  }

 private:
  bool IsOnDevice() const { return moment_.side == Side::kDevice; }

  void AddWeight(const MemoryBound::Weight& weight) {
    if (weight.readers.size() == 1)
      return AddLayer(weight.readers[0], weight.bytes[moment_.side]);
    SharedPrice shared;
    shared.layers = weight.readers;
    shared.price[moment_.side][k_] = weight.bytes[moment_.side];
    prices_.shared.push_back(std::move(shared));
  }

  // Paid when the layer is on this side.
  void AddLayer(LayerId layer, int64_t bytes) {
    int64_t& price = prices_.layers[layer][moment_.side][k_];
    price = CheckedAdd(price, bytes, kMemory);
  }

  void AddTensor(TensorId t) {
    const ProblemTensor& tensor = problem_.tensors[t];
    const int64_t bytes = memory_.tensor_bytes[t][moment_.side];
    const bool is_input = tensor.producer == kModelInput;
    // What is sent here.
    if (!IsOnDevice()) prices_.uploads[t][k_] += bytes;
    if (IsOnDevice() && IsFed(tensor)) prices_.downloads[t][k_] += bytes;
    const LayerId holder = HolderOf(problem_, tensor);
    if (holder == kModelInput) {
      if (tensor.home == moment_.side) AddAlways(bytes);
    } else if (is_input) {
      AddLayer(holder, bytes);
    } else if (tensor.producer <= moment_.layer) {
      if (IsHeldAt(tensor, moment_.layer)) {
        AddLayer(tensor.producer, bytes);
      } else if (IsOnDevice()) {
        prices_.uploads[t][k_] += bytes;
      }
    }
  }

  // Paid by every cut: on either side of the first layer.
  void AddAlways(int64_t bytes) {
    for (const Side side : kSides) {
      int64_t& price = prices_.layers[0][side][k_];
      price = CheckedAdd(price, bytes, kMemory);
    }
  }

  const Problem& problem_;
  const MemoryBound& memory_;
  const Moment moment_;
  const int k_;
  Prices& prices_;
};

// The prices and the question with an amount for each moment.
void AddMoments(const Problem& problem, const MemoryBound& memory,
                const std::set<Moment>& moments, Prices* prices,
                FrontQuestion* question) {
  for (const Side side : kSides) {
    question->bounds.push_back(memory.limit[side].value_or(kNoLimit));
  }
  for (const Moment& moment : moments) {
    MomentPrices(problem, memory, moment, prices->count, prices).Add();
    ++prices->count;
    const int side = moment.side == Side::kDevice ? 0 : 1;
    question->amounts.push_back({question->objectives + side, false});
  }
}

// Where the cuts of the front exceed limits.
std::set<Moment> ExceededBy(const Problem& problem, const BlockGraph& blocks,
                            const MemoryBound& memory,
                            const FrontPoint& point) {
  const Cut cut = ExpandCut(blocks, point.on_device,
                            static_cast<int>(problem.layers.size()));
  const PerSide<MemoryUse> use = CountMemoryUse(problem, memory, cut);
  std::set<Moment> exceeded;
  for (const Side side : kSides) {
    if (!memory.limit[side] || use[side].Total() <= *memory.limit[side]) {
      continue;
    }
    exceeded.insert({side, std::max(use[side].at, 0)});
  }
  return exceeded;
}

}  // namespace

std::optional<Front> SearchFrontWithin(const Problem& problem,
                                       const BlockGraph& blocks, Prices prices,
                                       FrontQuestion question,
                                       const MemoryBound* memory,
                                       const SearchLimits& limits) {
  std::set<Moment> moments;
  SearchLimits left = limits;
  for (;;) {
    Prices all = prices;
    FrontQuestion asked = question;
    if (memory != nullptr && !problem.layers.empty()) {
      AddMoments(problem, *memory, moments, &all, &asked);
    }
    const auto graph =
        MakeDecisionGraph(MakePricedGraph(problem, blocks, all), limits.nodes);
    if (!graph) return std::nullopt;
    const auto start = std::chrono::steady_clock::now();
    Front front = SearchFront(*graph, asked, left);
    left.labels = std::max<int64_t>(left.labels - front.labels, 0);
    if (left.ns) {
      const auto took = std::chrono::steady_clock::now() - start;
      *left.ns = std::max<int64_t>(
          *left.ns - std::chrono::nanoseconds(took).count(), 0);
    }
    front.labels = limits.labels - left.labels;
    if (memory == nullptr) return front;
    std::set<Moment> exceeded;
    std::erase_if(front.points, [&](const FrontPoint& point) {
      const auto of_point = ExceededBy(problem, blocks, *memory, point);
      exceeded.insert(of_point.begin(), of_point.end());
      return !of_point.empty();
    });
    // Without layers there is one cut.
    if (exceeded.empty() || problem.layers.empty()) return front;
    const size_t before = moments.size();
    for (const Moment& moment : exceeded) {
      if (prices.count + std::ssize(moments) + 1 < kMostAmounts) {
        moments.insert(moment);
      }
    }
    if (moments.size() > before) continue;
    front.open.push_back({{}, {}});
    front.is_canonical = false;
    return front;
  }
}

}  // namespace dnncut
