// SPDX-License-Identifier: Apache-2.0
//
// One way to split the layers, and what it costs. The costs are counted
// directly from the layers and tensors of the problem, without any network, so
// they can check what the networks give.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// By LayerId: where each layer runs.
using Cut = std::vector<Side>;

// Calls visit(layer) for each layer that is on different sides in two cuts,
// ascending. Stretches that are the same in both take next to no time.
template <typename Visit>
void ForEachMoved(const Cut& from, const Cut& to, Visit visit) {
  constexpr size_t kStretch = 128;
  for (size_t begin = 0; begin < to.size(); begin += kStretch) {
    const size_t end = std::min(begin + kStretch, to.size());
    const size_t bytes = (end - begin) * sizeof(Side);
    if (std::memcmp(&from[begin], &to[begin], bytes) == 0) continue;
    for (size_t l = begin; l < end; ++l) {
      if (from[l] != to[l]) visit(static_cast<LayerId>(l));
    }
  }
}

// What sums of layers' times are called in errors.
inline constexpr PerSide<std::string_view> kSumOfTimes = {
    "sum of the layers' times on the device",
    "sum of the layers' times on the server"};

struct CutCosts {
  PerSide<int> layers;       // without those that only compute sizes
  PerSide<int> size_layers;  // those
  PerSide<int64_t> ns;
  int64_t cross_ns = 0;
  int64_t rtt_ns = 0;  // the problem's when something is offloaded, else 0
  int64_t upload_bytes = 0;
  int64_t download_bytes = 0;      // that come down, whatever the downlink
  int64_t download_ns = 0;         // of a fixed downlink
  std::vector<TensorId> uploaded;  // ascending
  std::vector<TensorId> fetched;   // inputs that come down; ascending
  // The worst of what is uploaded, and of what comes back.
  SizeBasis upload_basis = SizeBasis::kExact;
  SizeBasis download_basis = SizeBasis::kExact;

  bool operator==(const CutCosts&) const = default;

  // Of both kinds: what runs on that side.
  int64_t AllLayers(Side side) const {
    return int64_t{layers[side]} + size_layers[side];
  }

  // Latency = FixedNs() + 8e6 / W * LinkBytes(downlink).
  int64_t FixedNs() const;
  int64_t LinkBytes(const Downlink& downlink) const;
};

// Where the tensor lies before anything is sent.
Side OriginOf(const Problem& problem, const ProblemTensor& tensor,
              const Cut& cut);

// Is it sent from the server to the device: a result that is wanted there, or
// an input that a layer there reads?
bool ComesDown(const Problem& problem, const ProblemTensor& tensor,
               const Cut& cut);

// Is `cut` closed under predecessors, and are pins, groups and tensors that
// must not cross respected?
bool IsFeasible(const Problem& problem, const Cut& cut);

// The costs of a feasible cut. Throws Error when a sum overflows.
CutCosts CountCosts(const Problem& problem, const Cut& cut);

// The costs of running every layer on `side`; nullopt when that is not
// feasible, does not fit into memory, or takes more than 292 years at the
// lowest bandwidth, which does not fit the numbers.
std::optional<CutCosts> CostsAlone(const Problem& problem, Side side);

// Latency in ns, rounded half up. Throws Error when it does not fit.
int64_t LatencyNs(const CutCosts& costs, const Downlink& downlink,
                  int64_t kbps);

}  // namespace dnncut
