// SPDX-License-Identifier: Apache-2.0
#include "tools/explain/why_held.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/problem/side.h"
#include "tools/text/layer_words.h"

namespace dnncut {
namespace {

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

std::string EndText(const Problem& problem, const WhyHeld& held) {
  const std::vector<FollowStep>& steps = held.path.steps;
  const LayerId last = steps.empty() ? held.path.first : steps.back().layer;
  const std::string layer = Quoted(problem.layers[last].name);
  if (!held.obstacle) {
    return fmt::format("so {} would be on the {}, too", layer,
                       SideName(held.side));
  }
  const std::string_view held_on = SideName(OtherSide(held.side));
  const auto tensor = [&] {
    return Quoted(problem.tensors[held.obstacle->tensor].name);
  };
  switch (held.obstacle->kind) {
    case Obstacle::Kind::kPinned:
      return fmt::format("{} is pinned to the {}", layer, held_on);
    case Obstacle::Kind::kResult:
      return fmt::format(
          "{} makes the result {}, which never crosses and is wanted on the {}",
          layer, tensor(), held_on);
    case Obstacle::Kind::kInput:
      break;
  }
  return fmt::format("{} reads the model input {}, which never crosses", layer,
                     tensor());
}

}  // namespace

std::optional<WhyHeld> WhyNotOn(const Problem& problem, LayerId layer,
                                Side side, LayerId stays) {
  FollowSearch search(problem, side);
  const LayerId last = search.Run({layer}, [&](LayerId reached) {
    return reached == stays || search.ObstacleTo(side, reached);
  });
  if (last == -1) return std::nullopt;
  WhyHeld held = {side, search.PathTo(last), search.ObstacleTo(side, last)};
  const bool is_pinned =
      held.obstacle && held.obstacle->kind == Obstacle::Kind::kPinned;
  if (last == stays && !is_pinned) held.obstacle.reset();
  return held;
}

std::vector<LayerId> MustFollow(const Problem& problem, LayerId layer,
                                Side side) {
  FollowSearch search(problem, side);
  search.Run({layer}, [](LayerId) { return false; });
  std::vector<LayerId> followers(search.Reached().begin() + 1,
                                 search.Reached().end());
  std::sort(followers.begin(), followers.end());
  return followers;
}

std::string WhyHeldText(const Problem& problem, const WhyHeld& held) {
  const std::vector<FollowStep>& steps = held.path.steps;
  std::string text;
  for (size_t i = 0; i < steps.size();) {
    size_t end = i + 1;
    while (end < steps.size() && steps[end].kind == steps[i].kind) ++end;
    text += StepText(problem, steps[end - 1], end - i) + "; ";
    i = end;
  }
  return text + EndText(problem, held);
}

}  // namespace dnncut
