// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

namespace dnncut {

// Disjoint sets of 0 .. count - 1. A set is represented by its smallest member.
class DisjointSets {
 public:
  explicit DisjointSets(size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  int Find(int member) {
    while (parent_[member] != member) {
      member = parent_[member] = parent_[parent_[member]];
    }
    return member;
  }

  void Join(int a, int b) {
    a = Find(a);
    b = Find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

  void JoinAll(const std::vector<int>& members) {
    for (const int member : members) Join(members.front(), member);
  }

  // Find of every member.
  std::vector<int> Representatives() {
    std::vector<int> all(parent_.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = Find(static_cast<int>(i));
    return all;
  }

 private:
  std::vector<int> parent_;
};

}  // namespace dnncut
