// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/objectives/label.h"
#include "compiler/objectives/label_pass.h"
#include "compiler/objectives/reach.h"

namespace dnncut {

// Leaves of the labels at a node those that no other one replaces, as
// label_filter.cc says, and raises their amounts as it says. `labels` is not
// empty.
void KeepBest(const PassInput& input, PassKind kind, const Reach& reach,
              const Trail& trail, int node, std::vector<Label>* labels);

}  // namespace dnncut
