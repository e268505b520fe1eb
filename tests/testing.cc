// SPDX-License-Identifier: Apache-2.0
#include "tests/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace dnncut {
namespace {

bool IsSubset(const Cut& small, const Cut& large) {
  for (size_t l = 0; l < small.size(); ++l) {
    if (small[l] == Side::kDevice && large[l] != Side::kDevice) return false;
  }
  return true;
}

Side LiesOn(const Problem& problem, const ProblemTensor& tensor,
            const Cut& cut) {
  if (tensor.state_of) {
    return cut[problem.tensors[*tensor.state_of].producer];
  }
  return tensor.producer == kModelInput ? tensor.home : cut[tensor.producer];
}

bool IsWanted(const Problem& problem, const ProblemTensor& tensor, Side side) {
  if (!tensor.result || tensor.wanted == Wanted::kNowhere) return false;
  if (tensor.wanted == Wanted::kAsAll) return problem.result == side;
  return (tensor.wanted == Wanted::kDevice) == (side == Side::kDevice);
}

// The uploaded tensor, download and round trip terms of docs/design.md,
// weighted.
CandidateCut CountDirectly(const Problem& problem, const Cut& cut) {
  const Objective& weight = problem.objective;
  CandidateCut result;
  result.cut = cut;
  bool offloads = false;
  for (size_t l = 0; l < cut.size(); ++l) {
    if (cut[l] == Side::kDevice) {
      ++result.device_layers;
      result.fixed_ns += weight.device * problem.layers[l].ns.device;
    } else {
      offloads = true;
      result.fixed_ns += weight.server * problem.layers[l].ns.server;
    }
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    const bool on_device = LiesOn(problem, tensor, cut) == Side::kDevice;
    bool needed_there = IsWanted(problem, tensor, Side::kServer);
    bool needed_here = IsWanted(problem, tensor, Side::kDevice);
    for (LayerId reader : tensor.readers) {
      (cut[reader] == Side::kServer ? needed_there : needed_here) = true;
    }
    if (on_device && needed_there) {
      offloads = true;
      result.fixed_ns += weight.device * tensor.cross_ns;
      result.link_bytes += weight.link * *tensor.bytes;
    }
    if (on_device || !needed_here) continue;
    offloads = true;
    if (problem.downlink.kind == Downlink::Kind::kSame) {
      result.link_bytes += weight.link * *tensor.bytes;
    } else if (problem.downlink.kind == Downlink::Kind::kFixed) {
      const int64_t kbps = problem.downlink.kbps;
      result.fixed_ns +=
          weight.link * ((kByteNsKbps * *tensor.bytes + kbps - 1) / kbps);
    }
  }
  if (offloads) result.fixed_ns += weight.link * problem.rtt_ns;
  return result;
}

// Decides the layers one by one in topological order.
class Enumerator {
 public:
  explicit Enumerator(const Problem& problem)
      : problem_(problem), cut_(problem.layers.size(), Side::kServer) {
    Decide(0);
  }

  std::vector<CandidateCut> Take() { return std::move(cuts_); }

 private:
  void Decide(size_t layer) {
    if (layer == cut_.size()) {
      if (IsAllowed()) cuts_.push_back(CountDirectly(problem_, cut_));
      return;
    }
    for (const Side side : {Side::kDevice, Side::kServer}) {
      cut_[layer] = side;
      if (side == Side::kServer || HasPredecessorsOnDevice(layer)) {
        Decide(layer + 1);
      }
    }
  }

  bool HasPredecessorsOnDevice(size_t layer) const {
    for (const ProblemTensor& tensor : problem_.tensors) {
      if (tensor.producer == kModelInput ||
          cut_[tensor.producer] == Side::kDevice) {
        continue;
      }
      if (std::count(tensor.readers.begin(), tensor.readers.end(),
                     static_cast<int>(layer)) > 0) {
        return false;
      }
    }
    return true;
  }

  bool IsAllowed() const {
    std::map<int, std::set<Side>> sides_of_group;
    for (size_t l = 0; l < cut_.size(); ++l) {
      const ProblemLayer& layer = problem_.layers[l];
      if (layer.pinned && *layer.pinned != cut_[l]) return false;
      if (layer.group) sides_of_group[*layer.group].insert(cut_[l]);
    }
    for (const auto& [group, sides] : sides_of_group) {
      if (sides.size() > 1) return false;
    }
    for (const ProblemTensor& tensor : problem_.tensors) {
      if (tensor.bytes) continue;
      std::set<Side> sides;
      sides.insert(LiesOn(problem_, tensor, cut_));
      for (LayerId reader : tensor.readers) sides.insert(cut_[reader]);
      for (const Side side : {Side::kDevice, Side::kServer}) {
        if (IsWanted(problem_, tensor, side)) sides.insert(side);
      }
      if (sides.size() > 1) return false;
    }
    return true;
  }

  const Problem& problem_;
  Cut cut_;
  std::vector<CandidateCut> cuts_;
};

}  // namespace

Int128 CandidateCut::At(int64_t kbps) const {
  return static_cast<Int128>(kbps) * fixed_ns +
         static_cast<Int128>(kByteNsKbps) * link_bytes;
}

std::vector<CandidateCut> EnumerateCuts(const Problem& problem) {
  return Enumerator(problem).Take();
}

const CandidateCut& BestCut(const std::vector<CandidateCut>& cuts,
                            int64_t kbps) {
  const CandidateCut* best = &cuts.front();
  for (const CandidateCut& cut : cuts) {
    const Int128 difference = cut.At(kbps) - best->At(kbps);
    if (difference < 0 ||
        (difference == 0 && cut.device_layers < best->device_layers)) {
      best = &cut;
    }
  }
  for (const CandidateCut& cut : cuts) {
    if (cut.At(kbps) == best->At(kbps)) {
      EXPECT_TRUE(IsSubset(best->cut, cut.cut))
          << "the smallest device side at " << kbps << " kbit/s is not unique";
    }
  }
  return *best;
}

std::string CutText(const Cut& cut) {
  std::string text;
  for (Side side : cut) text += side == Side::kDevice ? 'D' : 'S';
  return text;
}

std::string ProblemText(const Problem& problem) {
  std::string text = fmt::format(
      "rtt {} ns, result on the {}, downlink {}, {}..{} kbit/s\n",
      problem.rtt_ns, problem.result == Side::kDevice ? "device" : "server",
      DownlinkName(problem.downlink), problem.range.min_kbps,
      problem.range.max_kbps);
  for (size_t l = 0; l < problem.layers.size(); ++l) {
    const ProblemLayer& layer = problem.layers[l];
    text += fmt::format("  layer {}: device {} server {}", l, layer.ns.device,
                        layer.ns.server);
    if (layer.pinned) {
      text += layer.pinned == Side::kDevice ? " pinned D" : " pinned S";
    }
    if (layer.group) text += fmt::format(" group {}", *layer.group);
    text += '\n';
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    text += fmt::format(
        "  tensor {}: {} -> [{}] bytes {} cross {}{}{}{}{}\n", tensor.name,
        tensor.producer, fmt::join(tensor.readers, " "),
        tensor.bytes ? std::to_string(*tensor.bytes) : std::string("null"),
        tensor.cross_ns, tensor.result ? " result" : "",
        tensor.wanted == Wanted::kAsAll
            ? ""
            : fmt::format(" wanted {}", static_cast<int>(tensor.wanted)),
        tensor.home == Side::kServer ? " on the server" : "",
        tensor.state_of ? fmt::format(" state of {}", *tensor.state_of) : "");
  }
  return text;
}

}  // namespace dnncut
