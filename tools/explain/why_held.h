// SPDX-License-Identifier: Apache-2.0
//
// Why a layer cannot be on a side at any bandwidth.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/problem/problem.h"

namespace dnncut {

// Why a layer follows the one before it to a side.
struct FollowStep {
  enum class Kind {
    kReads,         // it reads `tensor`, and nothing flows back to the device
    kMakes,         // it makes `tensor`, and nothing flows back to the device
    kNeverCrosses,  // it makes or reads `tensor`, too, which must not cross
    kGroup,         // it is of the same group
  };
  Kind kind = Kind::kReads;
  LayerId layer = 0;
  TensorId tensor = -1;  // -1 for kGroup
};

// A layer, those that would follow it to a side, and why the last of them
// cannot be there.
struct Hold {
  enum class Kind {
    kPinned,  // it is pinned to the other side
    kResult,  // it makes the result `tensor`, wanted there and never sent
    kInput,   // it reads the model input `tensor`, which is never sent
    kAsked,   // it is the layer that was to stay
  };
  Kind kind = Kind::kPinned;
  Side side = Side::kDevice;  // that the first layer cannot be on
  LayerId first = 0;
  std::vector<FollowStep> steps;  // a shortest way
  TensorId tensor = -1;           // of kResult and kInput
};

// nullopt: some cut has `layer` on `side` (and `stays`, if it is a layer, on
// the other). The constraints are those of placement_check.cc, each of which
// says that one layer follows another, so that nothing else holds a layer.
std::optional<Hold> WhyNotOn(const Problem& problem, LayerId layer, Side side,
                             LayerId stays = -1);

// The layers that follow `layer` to `side` and so are there in every cut that
// has it there, without itself, ascending. Layers that are there anyway, by a
// pin, and do not follow it are left out.
std::vector<LayerId> MustFollow(const Problem& problem, LayerId layer,
                                Side side);

// "'relu1' reads its 'conv1_out' and nothing flows back to the device; 'relu1'
// is pinned to the device".
std::string HoldText(const Problem& problem, const Hold& hold);

}  // namespace dnncut
