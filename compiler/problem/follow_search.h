// SPDX-License-Identifier: Apache-2.0
//
// Finds which layers follow others to a side, and what keeps a layer off a
// side. Every constraint on a cut is either "layer l is on the device", "layer
// l is on the server", or "if a is on this side, so is b". The last kind holds
// from producer to reader for the server, because nothing flows back; from
// reader to producer for the device; and in both directions for both sides
// between the ends of a tensor that must not cross and inside a group. So a set
// of layers can be on a side exactly when no layer that follows one of them
// there, over any number of steps, must be on the other side.
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

// A breadth-first search over the layers that follow some given layers to a
// side, so the paths that it finds are shortest paths. The problem must outlive
// it.
class FollowSearch {
 public:
  FollowSearch(const Problem& problem, Side side);

  // What keeps the layer itself off a side. If it is pinned to the other side,
  // that is the answer; other reasons come after it.
  std::optional<Obstacle> ObstacleTo(Side side, LayerId layer) const;

  // The first layer that follows one of `from`, or is one of them, for which
  // `is_end` holds; -1: none. To be called once only.
  LayerId Run(const std::vector<LayerId>& from,
              const std::function<bool(LayerId)>& is_end);

  // The layers that were reached, in the order in which they were reached,
  // `from` first.
  const std::vector<LayerId>& Reached() const { return reached_; }

  // The path to a layer that was reached, from the layer of `from` where it
  // starts.
  struct Path {
    LayerId first = 0;
    std::vector<FollowStep> steps;
  };
  Path PathTo(LayerId layer) const;

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
      came_from_;  // itself where a path starts, -1: not reached
  std::vector<LayerId> reached_;
};

}  // namespace dnncut
