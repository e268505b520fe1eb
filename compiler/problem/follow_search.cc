// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/follow_search.h"

#include <algorithm>

namespace dnncut {

FollowSearch::FollowSearch(const Problem& problem, Side side)
    : problem_(problem),
      side_(side),
      made_(problem.layers.size()),
      read_(problem.layers.size()),
      came_by_(problem.layers.size()),
      came_from_(problem.layers.size(), -1) {
  for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
    const ProblemTensor& tensor = problem.tensors[t];
    if (tensor.producer != kModelInput) made_[tensor.producer].push_back(t);
    for (const LayerId reader : tensor.readers) read_[reader].push_back(t);
  }
  for (LayerId l = 0; l < std::ssize(problem.layers); ++l) {
    const auto& group = problem.layers[l].group;
    if (group) groups_[*group].push_back(l);
  }
}

std::optional<Obstacle> FollowSearch::ObstacleTo(Side side,
                                                 LayerId layer) const {
  using Kind = Obstacle::Kind;
  const Side other = OtherSide(side);
  if (problem_.layers[layer].pinned == other) return Obstacle{Kind::kPinned};
  for (const TensorId t : made_[layer]) {
    const ProblemTensor& tensor = problem_.tensors[t];
    if (tensor.bytes || WantedOn(problem_, tensor) != other) continue;
    return Obstacle{Kind::kResult, t};
  }
  for (const TensorId t : read_[layer]) {
    const ProblemTensor& tensor = problem_.tensors[t];
    if (tensor.bytes || tensor.producer != kModelInput) continue;
    if (tensor.home == side) continue;
    return Obstacle{Kind::kInput, t};
  }
  return std::nullopt;
}

LayerId FollowSearch::Run(const std::vector<LayerId>& from,
                          const std::function<bool(LayerId)>& is_end) {
  for (const LayerId layer : from) {
    came_from_[layer] = layer;
    reached_.push_back(layer);
  }
  for (size_t at = 0; at < reached_.size(); ++at) {
    const LayerId layer = reached_[at];
    if (is_end(layer)) return layer;
    FollowFrom(layer);
  }
  return -1;
}

void FollowSearch::FollowFrom(LayerId from) {
  using Kind = FollowStep::Kind;
  if (const auto& group = problem_.layers[from].group) {
    // Empty when another member has reached them all.
    const auto members = groups_.extract(*group);
    if (!members.empty()) {
      for (const LayerId l : members.mapped()) {
        Reach(from, {Kind::kGroup, l, -1});
      }
    }
  }
  for (const TensorId t : made_[from]) {
    const ProblemTensor& tensor = problem_.tensors[t];
    if (tensor.bytes && side_ == Side::kDevice) continue;
    const Kind kind = tensor.bytes ? Kind::kReads : Kind::kNeverCrosses;
    for (const LayerId l : tensor.readers) Reach(from, {kind, l, t});
  }
  for (const TensorId t : read_[from]) {
    const ProblemTensor& tensor = problem_.tensors[t];
    if (tensor.bytes && side_ == Side::kServer) continue;
    // Its other readers follow from the producer.
    const Kind kind = tensor.bytes ? Kind::kMakes : Kind::kNeverCrosses;
    if (tensor.producer != kModelInput) {
      Reach(from, {kind, tensor.producer, t});
    }
  }
}

void FollowSearch::Reach(LayerId from, const FollowStep& step) {
  if (came_from_[step.layer] != -1) return;
  came_from_[step.layer] = from;
  came_by_[step.layer] = step;
  reached_.push_back(step.layer);
}

FollowSearch::Path FollowSearch::PathTo(LayerId layer) const {
  Path path;
  while (came_from_[layer] != layer) {
    path.steps.push_back(came_by_[layer]);
    layer = came_from_[layer];
  }
  path.first = layer;
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

}  // namespace dnncut
