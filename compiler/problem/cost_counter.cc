// SPDX-License-Identifier: Apache-2.0
//
// A tensor goes up, comes down or stays: that depends on the side on which it
// lies and on whether a reader is on either side, so on its holder and on the
// number of readers on the device. When a layer moves, the tensors that it
// reads or holds are looked at again. Sums are kept in 128 bits, where adding
// and taking away never overflows, so they are the same whatever cuts came
// before; whether they fit 64 bits is checked for each cut, as CountCosts does.
#include "compiler/problem/cost_counter.h"

#include <limits>
#include <string_view>

#include "compiler/problem/cut_kind.h"
#include "compiler/problem/objective.h"

namespace dnncut {
namespace {

int64_t Narrow(Int128 sum, std::string_view what) {
  if (sum > std::numeric_limits<int64_t>::max()) {
    Fail(ExitCode::kBadInput, "E210", "{} is too large", what);
  }
  return static_cast<int64_t>(sum);
}

}  // namespace

SizeBasis CostCounter::Crossing::Worst() const {
  size_t worst = bases.size() - 1;
  while (worst > 0 && bases[worst] == 0) --worst;
  return static_cast<SizeBasis>(worst);
}

CostCounter::CostCounter(const Problem& problem)
    : problem_(problem),
      read_(problem.layers.size()),
      held_(problem.layers.size()),
      cut_(problem.layers.size(), Side::kServer),
      readers_on_device_(problem.tensors.size(), 0),
      is_broken_(problem.tensors.size(), false),
      ways_(problem.tensors.size(), Way::kStays) {
  for (LayerId l = 0; l < static_cast<int>(problem.layers.size()); ++l) {
    CountLayer(l, Side::kServer, 1);
    const std::optional<int>& group = problem.layers[l].group;
    if (group) ++groups_[*group].layers;
  }
  for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
    const ProblemTensor& tensor = problem.tensors[t];
    for (const LayerId reader : tensor.readers) read_[reader].push_back(t);
    const LayerId holder = HolderOf(problem, tensor);
    if (holder != kModelInput) held_[holder].push_back(t);
    ways_[t] = WayOf(t);
    Add(t, ways_[t], 1);
    is_broken_[t] = IsBroken(t);
    broken_by_tensors_ += is_broken_[t];
  }
}

bool CostCounter::IsBroken(TensorId id) const {
  const ProblemTensor& tensor = problem_.tensors[id];
  const Side origin = OriginOf(problem_, tensor, cut_);
  const int on_device = readers_on_device_[id];
  const bool is_read_elsewhere = origin == Side::kDevice
                                     ? on_device < std::ssize(tensor.readers)
                                     : on_device > 0;
  if (origin == Side::kServer && is_read_elsewhere && !IsFed(tensor)) {
    return true;
  }
  if (tensor.bytes) return false;
  return is_read_elsewhere ||
         WantedOn(problem_, tensor).value_or(origin) != origin;
}

CostCounter::Way CostCounter::WayOf(TensorId id) const {
  const ProblemTensor& tensor = problem_.tensors[id];
  const std::optional<Side> wanted = WantedOn(problem_, tensor);
  const int on_device = readers_on_device_[id];
  if (OriginOf(problem_, tensor, cut_) == Side::kDevice) {
    const bool is_read = on_device < std::ssize(tensor.readers);
    return is_read || wanted == Side::kServer ? Way::kUp : Way::kStays;
  }
  const bool is_read = on_device > 0 && IsFed(tensor);
  return is_read || wanted == Side::kDevice ? Way::kDown : Way::kStays;
}

void CostCounter::Add(TensorId id, Way way, int count) {
  if (way == Way::kStays) return;
  const ProblemTensor& tensor = problem_.tensors[id];
  // Without a size in cuts that are not feasible only.
  const int64_t bytes = tensor.bytes.value_or(0);
  const bool up = way == Way::kUp;
  Crossing& crossing = up ? up_ : down_;
  crossing.bytes += Int128{count} * bytes;
  crossing.ns +=
      Int128{count} *
      (up ? tensor.cross_ns : FixedDownloadNs(problem_.downlink, bytes));
  crossing.bases.at(static_cast<size_t>(tensor.size_basis)) += count;
  if (!up && tensor.producer != kModelInput) return;
  std::set<TensorId>& listed = up ? uploaded_ : fetched_;
  if (count > 0) {
    listed.insert(id);
  } else {
    listed.erase(id);
  }
}

void CostCounter::CountLayer(LayerId layer, Side side, int count) {
  const ProblemLayer& moved = problem_.layers[layer];
  if (moved.pinned && *moved.pinned != side) broken_by_layers_ += count;
  (moved.sizes_only ? size_layers_ : layers_)[side] += count;
  ns_[side] += Int128{count} * moved.ns[side];
}

void CostCounter::Put(LayerId layer, Side side) {
  if (cut_[layer] == side) return;
  CountLayer(layer, cut_[layer], -1);
  CountLayer(layer, side, 1);
  cut_[layer] = side;
  const int count = side == Side::kDevice ? 1 : -1;
  for (const TensorId t : read_[layer]) readers_on_device_[t] += count;
  if (const std::optional<int>& number = problem_.layers[layer].group) {
    Group& group = groups_.at(*number);
    broken_by_layers_ -= group.IsTorn();
    group.on_device += count;
    broken_by_layers_ += group.IsTorn();
  }
  moved_.push_back(layer);
}

void CostCounter::Put(const Cut& cut) {
  ForEachMoved(cut_, cut, [&](LayerId layer) { Put(layer, cut[layer]); });
}

void CostCounter::LookAgain() {
  for (const LayerId l : moved_) {
    for (const TensorId t : read_[l]) LookAgain(t);
    for (const TensorId t : held_[l]) LookAgain(t);
  }
  moved_.clear();
}

bool CostCounter::IsFeasible() {
  LookAgain();
  return broken_by_layers_ == 0 && broken_by_tensors_ == 0;
}

void CostCounter::LookAgain(TensorId id) {
  const bool is_broken = IsBroken(id);
  broken_by_tensors_ += int{is_broken} - int{is_broken_[id]};
  is_broken_[id] = is_broken;
  const Way way = WayOf(id);
  if (way == ways_[id]) return;
  Add(id, ways_[id], -1);
  Add(id, way, 1);
  ways_[id] = way;
}

CutCosts CostCounter::Costs() {
  LookAgain();
  CutCosts costs;
  costs.layers = layers_;
  costs.size_layers = size_layers_;
  for (const Side side : kSides) {
    costs.ns[side] = Narrow(ns_[side], kSumOfTimes[side]);
  }
  costs.cross_ns = Narrow(up_.ns, "sum of the crossing times");
  costs.upload_bytes = Narrow(up_.bytes, "sum of the uploaded bytes");
  costs.upload_basis = up_.Worst();
  costs.uploaded.assign(uploaded_.begin(), uploaded_.end());
  costs.download_bytes = Narrow(down_.bytes, "sum of the downloaded bytes");
  costs.download_ns = Narrow(down_.ns, "sum of the download times");
  costs.download_basis = down_.Worst();
  costs.fetched.assign(fetched_.begin(), fetched_.end());
  if (NeedsNetwork(costs.AllLayers(Side::kServer),
                   costs.uploaded.size() + costs.fetched.size())) {
    costs.rtt_ns = problem_.rtt_ns;
  }
  // Callers may rely on all sums: overflow shows here or never.
  LatencyOf(costs, problem_.downlink);
  CostOf(costs, problem_);
  return costs;
}

}  // namespace dnncut
