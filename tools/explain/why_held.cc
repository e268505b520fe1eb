// SPDX-License-Identifier: Apache-2.0
#include "tools/explain/why_held.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/problem/side_name.h"
#include "tools/text/layer_words.h"

namespace dnncut {
namespace {

// Breadth first over the layers that follow `layer` to `side`.
class Search {
 public:
  Search(const Problem& problem, Side side)
      : problem_(problem),
        side_(side),
        made_(problem.layers.size()),
        read_(problem.layers.size()),
        came_by_(problem.layers.size()),
        came_from_(problem.layers.size(), -1) {
    for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
      const ProblemTensor& tensor = problem.tensors[t];
      if (tensor.producer != kModelInput) made_[tensor.producer].push_back(t);
      for (const LayerId reader : tensor.readers) read_[reader].push_back(t);
    }
    for (LayerId l = 0; l < static_cast<int>(problem.layers.size()); ++l) {
      const auto& group = problem.layers[l].group;
      if (group) groups_[*group].push_back(l);
    }
  }

  std::optional<Hold> Run(LayerId first, LayerId stays) {
    open_ = {first};
    came_from_[first] = first;
    for (size_t at = 0; at < open_.size(); ++at) {
      const LayerId layer = open_[at];
      if (std::optional<Hold> hold = EndAt(layer, stays)) {
        hold->side = side_;
        hold->first = first;
        hold->steps = StepsTo(layer, first);
        return hold;
      }
      FollowFrom(layer);
    }
    return std::nullopt;
  }

  // All that follow `first`, whether they can or not.
  std::vector<LayerId> Followers(LayerId first) {
    open_ = {first};
    came_from_[first] = first;
    for (size_t at = 0; at < open_.size(); ++at) FollowFrom(open_[at]);
    std::vector<LayerId> followers(open_.begin() + 1, open_.end());
    std::sort(followers.begin(), followers.end());
    return followers;
  }

 private:
  std::optional<Hold> EndAt(LayerId layer, LayerId stays) const {
    Hold hold;
    const Side other = OtherSide(side_);
    if (problem_.layers[layer].pinned == other) return hold;
    if (layer == stays) {
      hold.kind = Hold::Kind::kAsked;
      return hold;
    }
    for (const TensorId t : made_[layer]) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (tensor.bytes || !tensor.result || problem_.result != other) continue;
      hold.kind = Hold::Kind::kResult;
      hold.tensor = t;
      return hold;
    }
    if (side_ == Side::kDevice) return std::nullopt;
    for (const TensorId t : read_[layer]) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (tensor.bytes || tensor.producer != kModelInput) continue;
      hold.kind = Hold::Kind::kInput;
      hold.tensor = t;
      return hold;
    }
    return std::nullopt;
  }

  void FollowFrom(LayerId from) {
    using Kind = FollowStep::Kind;
    if (const auto& group = problem_.layers[from].group) {
      for (const LayerId l : groups_[*group])
        Reach(from, {Kind::kGroup, l, -1});
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
      const Kind kind = tensor.bytes ? Kind::kMakes : Kind::kNeverCrosses;
      if (tensor.producer != kModelInput) {
        Reach(from, {kind, tensor.producer, t});
      }
    }
  }

  void Reach(LayerId from, const FollowStep& step) {
    if (came_from_[step.layer] != -1) return;
    came_from_[step.layer] = from;
    came_by_[step.layer] = step;
    open_.push_back(step.layer);
  }

  std::vector<FollowStep> StepsTo(LayerId layer, LayerId first) const {
    std::vector<FollowStep> steps;
    for (; layer != first; layer = came_from_[layer]) {
      steps.push_back(came_by_[layer]);
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
  }

  const Problem& problem_;
  const Side side_;
  std::vector<std::vector<TensorId>> made_;  // by LayerId
  std::vector<std::vector<TensorId>> read_;
  std::map<int, std::vector<LayerId>> groups_;
  std::vector<FollowStep> came_by_;
  std::vector<LayerId> came_from_;  // -1: not reached
  std::vector<LayerId> open_;
};

// What `count` steps of one kind in a row say, of which `step` is the last.
std::string StepText(const Problem& problem, const FollowStep& step,
                     size_t count) {
  const std::string layer = Quoted(problem.layers[step.layer].name);
  const std::string tensor =
      step.tensor == -1 ? "" : Quoted(problem.tensors[step.tensor].name);
  const auto text = [&](std::string_view one, std::string_view many) {
    return count == 1 ? fmt::format("{} {}", layer, one)
                      : fmt::format("{} {}, {} layers on", layer, many, count);
  };
  switch (step.kind) {
    case FollowStep::Kind::kReads:
      return text(fmt::format("reads {}", tensor), "depends on it") +
             ", and nothing flows back to the device";
    case FollowStep::Kind::kMakes:
      if (count > 1) {
        return fmt::format(
            "it depends on {}, {} layers back, and nothing flows back to the "
            "device",
            layer, count);
      }
      return fmt::format(
          "{} makes its {}, and nothing flows back to the device", layer,
          tensor);
    case FollowStep::Kind::kNeverCrosses:
      return text(fmt::format("shares {} with it, which never crosses", tensor),
                  "is tied to it by tensors that never cross");
    case FollowStep::Kind::kGroup:
      break;
  }
  return text("is of the same group", "is of the same group");
}

std::string EndText(const Problem& problem, const Hold& hold) {
  const LayerId last =
      hold.steps.empty() ? hold.first : hold.steps.back().layer;
  const std::string layer = Quoted(problem.layers[last].name);
  const std::string_view held_on = SideName(OtherSide(hold.side));
  const auto tensor = [&] { return Quoted(problem.tensors[hold.tensor].name); };
  switch (hold.kind) {
    case Hold::Kind::kPinned:
      return fmt::format("{} is pinned to the {}", layer, held_on);
    case Hold::Kind::kResult:
      return fmt::format(
          "{} makes the result {}, which never crosses and is wanted on the {}",
          layer, tensor(), held_on);
    case Hold::Kind::kInput:
      return fmt::format("{} reads the model input {}, which never crosses",
                         layer, tensor());
    case Hold::Kind::kAsked:
      break;
  }
  return fmt::format("so {} would be on the {}, too", layer,
                     SideName(hold.side));
}

}  // namespace

std::optional<Hold> WhyNotOn(const Problem& problem, LayerId layer, Side side,
                             LayerId stays) {
  return Search(problem, side).Run(layer, stays);
}

std::vector<LayerId> MustFollow(const Problem& problem, LayerId layer,
                                Side side) {
  return Search(problem, side).Followers(layer);
}

std::string HoldText(const Problem& problem, const Hold& hold) {
  std::string text;
  for (size_t i = 0; i < hold.steps.size();) {
    size_t end = i + 1;
    while (end < hold.steps.size() &&
           hold.steps[end].kind == hold.steps[i].kind) {
      ++end;
    }
    text += StepText(problem, hold.steps[end - 1], end - i) + "; ";
    i = end;
  }
  return text + EndText(problem, hold);
}

}  // namespace dnncut
