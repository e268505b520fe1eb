// SPDX-License-Identifier: Apache-2.0
//
// Why a layer cannot be on a side at any bandwidth.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/problem/follow_search.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// A layer, those that would follow it to a side, and why the last of them
// cannot be there.
struct WhyHeld {
  Side side = Side::kDevice;  // that the first layer cannot be on
  FollowSearch::Path path;    // a shortest one
  // nullopt: the last layer is the one that was to stay.
  std::optional<Obstacle> obstacle;
};

// nullopt: some cut has `layer` on `side` (and `stays`, if it is a layer, on
// the other).
std::optional<WhyHeld> WhyNotOn(const Problem& problem, LayerId layer,
                                Side side, LayerId stays = -1);

// The layers that follow `layer` to `side` and so are there in every cut that
// has it there, without itself, ascending. Layers that are there anyway, by a
// pin, and do not follow it are left out.
std::vector<LayerId> MustFollow(const Problem& problem, LayerId layer,
                                Side side);

// "'relu1' reads its 'conv1_out' and nothing flows back to the device; 'relu1'
// is pinned to the device".
std::string WhyHeldText(const Problem& problem, const WhyHeld& held);

}  // namespace dnncut
