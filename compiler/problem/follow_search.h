// SPDX-License-Identifier: Apache-2.0
//
// Which layers follow others to a side, and what keeps a layer off a side.
// Every constraint on a cut is either "layer l is on the device", "layer l is
// on the server", or "if a is on this side, so is b": to the server from
// producer to reader, because nothing flows back, to the device from reader to
// producer; to both, both ways, between the ends of a tensor that must not
// cross, and inside a group. So a set of layers can be on a side exactly when
// no layer that follows one of them there, over any number of steps, must be on
// the other.
#pragma once

#include <functional>
#include <map>
#include <optional>
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

// What keeps a layer off a side.
struct Obstacle {
  enum class Kind {
    kPinned,  // it is pinned to the other side
    kResult,  // it makes the result `tensor`, wanted there and never sent
    kInput,   // it reads the model input `tensor`, which is never sent
  };
  Kind kind = Kind::kPinned;
  TensorId tensor = -1;  // of kResult and kInput
};

// One breadth first search over the layers that follow some to a side, so that
// the ways found are shortest ones. The problem must outlive it.
class FollowSearch {
 public:
  FollowSearch(const Problem& problem, Side side);

  // What keeps the layer itself off a side, a pin before all else.
  std::optional<Obstacle> ObstacleTo(Side side, LayerId layer) const;

  // The first layer that follows one of `from`, or is one of them, for which
  // `is_end` holds; -1: none. Once.
  LayerId Run(const std::vector<LayerId>& from,
              const std::function<bool(LayerId)>& is_end);

  // Those that were reached, in their order, `from` first.
  const std::vector<LayerId>& Reached() const { return reached_; }

  // The way to a layer that was reached. Its first layer is where it starts.
  struct Way {
    LayerId first = 0;
    std::vector<FollowStep> steps;
  };
  Way WayTo(LayerId layer) const;

 private:
  void FollowFrom(LayerId from);
  void Reach(LayerId from, const FollowStep& step);

  const Problem& problem_;
  const Side side_;
  std::vector<std::vector<TensorId>> made_;  // by LayerId
  std::vector<std::vector<TensorId>> read_;
  std::map<int, std::vector<LayerId>> groups_;  // that were not followed yet
  std::vector<FollowStep> came_by_;             // by LayerId
  std::vector<LayerId>
      came_from_;  // itself where a way starts, -1: not reached
  std::vector<LayerId> reached_;
};

}  // namespace dnncut
