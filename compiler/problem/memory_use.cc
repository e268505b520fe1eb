// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/memory_use.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

constexpr std::string_view kHalfMemory = "the memory of a half";
constexpr int64_t kMostBytes = std::numeric_limits<int64_t>::max();

// What a half holds all the time, and at each of its layers.
class UseCounter {
 public:
  UseCounter(const Problem& problem, const MemoryBound& memory, const Cut& cut,
             Side side)
      : problem_(problem),
        memory_(memory),
        cut_(cut),
        side_(side),
        change_(cut.size() + 1, 0) {}

  MemoryUse Count() {
    MemoryUse use;
    for (const MemoryBound::Weight& weight : memory_.weights) {
      if (!IsReadOn(side_, weight.readers)) continue;
      use.weight_bytes =
          CheckedAdd(use.weight_bytes, weight.bytes[side_], kHalfMemory);
    }
    for (TensorId t = 0; t < std::ssize(problem_.tensors); ++t) AddTensor(t);
    Int128 held = always_;
    Int128 most = held;
    for (LayerId l = 0; l < std::ssize(cut_); ++l) {
      held += change_[l];
      if (cut_[l] != side_ || (use.at >= 0 && held <= most)) continue;
      most = held;
      use.at = l;
    }
    if (most > kMostBytes - use.weight_bytes) {
      Fail(ExitCode::kBadInput, "E210", "{} is too large", kHalfMemory);
    }
    use.other_bytes = static_cast<int64_t>(most);
    return use;
  }

 private:
  bool IsReadOn(Side side, const std::vector<LayerId>& readers) const {
    return std::ranges::any_of(
        readers, [&](LayerId reader) { return cut_[reader] == side; });
  }

  void AddTensor(TensorId t) {
    const ProblemTensor& tensor = problem_.tensors[t];
    const int64_t bytes = memory_.tensor_bytes[t][side_];
    const Side origin = OriginOf(problem_, tensor, cut_);
    if (origin != side_) {
      if (IsSentHere(tensor)) always_ += bytes;
    } else if (tensor.producer == kModelInput) {
      always_ += bytes;
    } else {
      change_[tensor.producer] += bytes;
      if (tensor.result || IsReadOn(OtherSide(side_), tensor.readers)) return;
      const LayerId last =
          tensor.readers.empty() ? tensor.producer : tensor.readers.back();
      change_[last + 1] -= bytes;
    }
  }

  // The tensor lies on the other side.
  bool IsSentHere(const ProblemTensor& tensor) const {
    if (IsReadOn(side_, tensor.readers)) return true;
    return side_ == Side::kServer && WantedOn(problem_, tensor) == side_;
  }

  const Problem& problem_;
  const MemoryBound& memory_;
  const Cut& cut_;
  const Side side_;
  Int128 always_ = 0;
  std::vector<Int128> change_;  // by layer: of what is held there
};

}  // namespace

PerSide<MemoryUse> CountMemoryUse(const Problem& problem,
                                  const MemoryBound& memory, const Cut& cut) {
  return {UseCounter(problem, memory, cut, Side::kDevice).Count(),
          UseCounter(problem, memory, cut, Side::kServer).Count()};
}

bool IsWithin(const MemoryBound& memory, const PerSide<MemoryUse>& use) {
  return std::ranges::all_of(kSides, [&](Side side) {
    return use[side].Total() <= memory.limit[side].value_or(kMostBytes);
  });
}

bool Fits(const Problem& problem, const Cut& cut) {
  if (!problem.memory) return true;
  const auto& [device, server] = problem.memory->limit;
  return (!device && !server) ||
         IsWithin(*problem.memory,
                  CountMemoryUse(problem, *problem.memory, cut));
}

}  // namespace dnncut
