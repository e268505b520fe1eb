// SPDX-License-Identifier: Apache-2.0
//
// Counts what cuts cost, and what is wrong with them, one after the other: only
// what differs from the cut before is looked at. A table of a large problem has
// as many cuts as layers, and neighbours differ in a few.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

class CostCounter {
 public:
  // Begins with every layer on the server, feasible or not. The problem must
  // outlive it.
  explicit CostCounter(const Problem& problem);

  void Put(LayerId layer, Side side);
  void Put(const Cut& cut);
  const Cut& cut() const { return cut_; }
  // IsFeasible(problem, cut()).
  bool IsFeasible();
  // CountCosts(problem, cut()), which is feasible.
  CutCosts Costs();

 private:
  enum class Way : uint8_t { kStays, kUp, kDown };

  // Of the tensors that cross in one direction.
  struct Crossing {
    Int128 bytes = 0;
    Int128 ns = 0;
    std::array<int, 4> bases = {};  // how many of each SizeBasis

    SizeBasis Worst() const;
  };

  // How many layers there are of a group, and how many are on the device.
  struct Group {
    int layers = 0;
    int on_device = 0;

    bool IsTorn() const { return on_device > 0 && on_device < layers; }
  };

  Way WayOf(TensorId id) const;
  bool IsBroken(TensorId id) const;
  void LookAgain();
  // `count` is 1 when a tensor begins to go this way and -1 when it no longer
  // does.
  void Add(TensorId id, Way way, int count);
  void LookAgain(TensorId id);
  void CountLayer(LayerId layer, Side side, int count);

  const Problem& problem_;
  std::vector<std::vector<TensorId>> read_;  // by layer
  std::vector<std::vector<TensorId>> held_;  // lie where the layer runs
  Cut cut_;
  std::vector<int> readers_on_device_;  // by tensor
  std::map<int, Group> groups_;
  std::vector<LayerId> moved_;  // since the last LookAgain
  // Rules that the cut breaks: pins, and groups on both sides.
  int64_t broken_by_layers_ = 0;
  // Of the cut at the last LookAgain.
  int64_t broken_by_tensors_ = 0;
  std::vector<bool> is_broken_;  // by tensor
  std::vector<Way> ways_;        // by tensor
  PerSide<int> layers_;
  PerSide<int> size_layers_;
  PerSide<Int128> ns_;
  Crossing up_;
  Crossing down_;
  std::set<TensorId> uploaded_;
  std::set<TensorId> fetched_;
};

}  // namespace dnncut
