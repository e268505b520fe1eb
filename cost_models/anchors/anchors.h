// SPDX-License-Identifier: Apache-2.0
//
// Published times of known networks on the built-in machines, which say how
// much of their peaks programs attain.
#pragma once

#include <string>
#include <vector>

#include "cost_models/anchors/networks.h"
#include "cost_models/machines/machine.h"

namespace dnncut {

struct Anchor {
  NetworkSpec network;
  double ms = 0;  // of one run, with the whole batch

  bool operator==(const Anchor&) const = default;
};

// Of one machine in one precision, from one source.
struct AnchorSet {
  std::string machine;  // a built-in one
  Precision precision = Precision::kFp32;
  std::string runtime;  // "ncnn", with what else a repetition must know
  std::string source;   // where the times stand, and of what they are
  std::vector<Anchor> anchors;
};

// A machine in a precision may have several sets.
const std::vector<AnchorSet>& AnchorSets();

}  // namespace dnncut
