// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cut.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <unordered_map>

#include "compiler/base/rounding.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

bool HasReaderOn(Side side, const ProblemTensor& tensor, const Cut& cut) {
  return std::any_of(tensor.readers.begin(), tensor.readers.end(),
                     [&](LayerId reader) { return cut[reader] == side; });
}

bool IsTensorFeasible(const Problem& problem, const ProblemTensor& tensor,
                      const Cut& cut) {
  const Side made = OriginOf(problem, tensor, cut);
  const bool is_read_elsewhere = HasReaderOn(OtherSide(made), tensor, cut);
  if (made == Side::kServer && is_read_elsewhere && !IsFed(tensor)) {
    return false;
  }
  if (tensor.bytes) return true;
  const std::optional<Side> wanted = WantedOn(problem, tensor);
  return !is_read_elsewhere && (!wanted || *wanted == made);
}

void CountTensor(const Problem& problem, TensorId t, const Cut& cut,
                 CutCosts* costs) {
  const ProblemTensor& tensor = problem.tensors[t];
  if (OriginOf(problem, tensor, cut) == Side::kDevice) {
    const bool wanted_there = WantedOn(problem, tensor) == Side::kServer;
    if (!wanted_there && !HasReaderOn(Side::kServer, tensor, cut)) return;
    costs->uploaded.push_back(t);
    costs->upload_bytes = CheckedAdd(costs->upload_bytes, tensor.bytes.value(),
                                     "sum of the uploaded bytes");
    costs->upload_basis = std::max(costs->upload_basis, tensor.size_basis);
    costs->cross_ns = CheckedAdd(costs->cross_ns, tensor.cross_ns,
                                 "sum of the crossing times");
  } else if (ComesDown(problem, tensor, cut)) {
    if (tensor.producer == kModelInput) costs->fetched.push_back(t);
    const int64_t bytes = tensor.bytes.value();
    costs->download_bytes =
        CheckedAdd(costs->download_bytes, bytes, "sum of the downloaded bytes");
    costs->download_basis = std::max(costs->download_basis, tensor.size_basis);
    costs->download_ns =
        CheckedAdd(costs->download_ns, FixedDownloadNs(problem.downlink, bytes),
                   "sum of the download times");
  }
}

constexpr int64_t kMaxLatencyNs = std::numeric_limits<int64_t>::max();

// In ns, rounded half up.
Int128 RoundedLatency(const CutCosts& costs, const Downlink& downlink,
                      int64_t kbps) {
  return DivideRounded(LatencyOf(costs, downlink).At(kbps), kbps);
}

}  // namespace

int64_t CutCosts::FixedNs() const {
  constexpr std::string_view kWhat = "latency of a cut";
  int64_t sum = CheckedAdd(ns.device, ns.server, kWhat);
  sum = CheckedAdd(sum, cross_ns, kWhat);
  sum = CheckedAdd(sum, rtt_ns, kWhat);
  return CheckedAdd(sum, download_ns, kWhat);
}

int64_t CutCosts::LinkBytes(const Downlink& downlink) const {
  if (downlink.kind != Downlink::Kind::kSame) return upload_bytes;
  return CheckedAdd(upload_bytes, download_bytes, "sum of the bytes of a cut");
}

Side OriginOf(const Problem& problem, const ProblemTensor& tensor,
              const Cut& cut) {
  const LayerId holder = HolderOf(problem, tensor);
  return holder == kModelInput ? tensor.home : cut[holder];
}

bool ComesDown(const Problem& problem, const ProblemTensor& tensor,
               const Cut& cut) {
  return OriginOf(problem, tensor, cut) == Side::kServer &&
         (WantedOn(problem, tensor) == Side::kDevice ||
          (IsFed(tensor) && HasReaderOn(Side::kDevice, tensor, cut)));
}

bool IsFeasible(const Problem& problem, const Cut& cut) {
  if (cut.size() != problem.layers.size()) return false;
  std::unordered_map<int, Side> side_of_group;
  for (size_t l = 0; l < cut.size(); ++l) {
    const ProblemLayer& layer = problem.layers[l];
    if (layer.pinned && *layer.pinned != cut[l]) return false;
    if (!layer.group) continue;
    const auto [first, is_new] = side_of_group.emplace(*layer.group, cut[l]);
    if (first->second != cut[l]) return false;
  }
  return std::all_of(problem.tensors.begin(), problem.tensors.end(),
                     [&](const ProblemTensor& tensor) {
                       return IsTensorFeasible(problem, tensor, cut);
                     });
}

CutCosts CountCosts(const Problem& problem, const Cut& cut) {
  if (cut.size() != problem.layers.size()) {
    throw std::logic_error("CountCosts: a cut of another problem");
  }
  CutCosts costs;
  for (size_t l = 0; l < cut.size(); ++l) {
    const Side side = cut[l];
    const ProblemLayer& layer = problem.layers[l];
    ++(layer.sizes_only ? costs.size_layers : costs.layers)[side];
    costs.ns[side] =
        CheckedAdd(costs.ns[side], layer.ns[side], kSumOfTimes[side]);
  }
  for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
    CountTensor(problem, t, cut, &costs);
  }
  if (NeedsNetwork(costs.AllLayers(Side::kServer),
                   costs.uploaded.size() + costs.fetched.size())) {
    costs.rtt_ns = problem.rtt_ns;
  }
  // Callers may rely on all sums: overflow shows here or never.
  LatencyOf(costs, problem.downlink);
  CostOf(costs, problem);
  return costs;
}

std::optional<CutCosts> CostsAlone(const Problem& problem, Side side) {
  const Cut cut(problem.layers.size(), side);
  if (!IsFeasible(problem, cut) || !Fits(problem, cut)) return std::nullopt;
  CutCosts costs = CountCosts(problem, cut);
  const Int128 slowest =
      RoundedLatency(costs, problem.downlink, problem.range.min_kbps);
  if (slowest > kMaxLatencyNs) return std::nullopt;
  return costs;
}

int64_t LatencyNs(const CutCosts& costs, const Downlink& downlink,
                  int64_t kbps) {
  const Int128 ns = RoundedLatency(costs, downlink, kbps);
  if (ns > kMaxLatencyNs) {
    Fail(ExitCode::kBadInput, "E502",
         "a cut takes more than 292 years at {} kbit/s; raise "
         "--min-bandwidth or lower the sizes",
         kbps);
  }
  return static_cast<int64_t>(ns);
}

}  // namespace dnncut
