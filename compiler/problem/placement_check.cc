// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/placement_check.h"

#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/problem/follow_search.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// What keeps a layer off `side`, for a sentence that starts with the layer.
std::string ReasonText(const Problem& problem, const Obstacle& obstacle,
                       Side side) {
  const std::string_view other = SideName(OtherSide(side));
  const auto tensor = [&] { return problem.tensors[obstacle.tensor].name; };
  switch (obstacle.kind) {
    case Obstacle::Kind::kPinned:
      return fmt::format("is pinned to the {}", other);
    case Obstacle::Kind::kResult:
      return fmt::format(
          "makes the result '{}', which must not cross and is wanted on the {}",
          tensor(), other);
    case Obstacle::Kind::kInput:
      break;
  }
  return fmt::format("reads the model input '{}', which must not cross",
                     tensor());
}

// The text between two layers of a path: why the second follows the first.
std::string FollowStepText(const Problem& problem, const FollowStep& step) {
  if (step.kind == FollowStep::Kind::kGroup) {
    return fmt::format(" =[group {}]= ",
                       problem.layers[step.layer].group.value());
  }
  const ProblemTensor& tensor = problem.tensors[step.tensor];
  if (tensor.producer != step.layer) return " -> ";
  return fmt::format(" =[tensor '{}' must not cross]= ", tensor.name);
}

// "'a' -> 'x' -> 'b'"; the middle of a long path is left out.
std::string PathText(const Problem& problem, const FollowSearch::Path& path) {
  constexpr size_t kShownAtEachEnd = 4;
  const size_t count = path.steps.size() + 1;
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    if (i == kShownAtEachEnd && count > 2 * kShownAtEachEnd + 1) {
      const size_t skipped = count - 2 * kShownAtEachEnd;
      text += fmt::format(" -> ... ({} layers) ...", skipped);
      i += skipped;
    }
    if (i > 0) text += FollowStepText(problem, path.steps[i - 1]);
    const LayerId layer = i == 0 ? path.first : path.steps[i - 1].layer;
    text += "'" + problem.layers[layer].name + "'";
  }
  return text;
}

// What the user can change at the two ends of the path.
std::string Advice(const Problem& problem, const Obstacle& first,
                   const Obstacle& last) {
  const auto is_pin = [](const Obstacle& obstacle) {
    return obstacle.kind == Obstacle::Kind::kPinned;
  };
  if (is_pin(first) && is_pin(last)) return "remove one of the pins";
  if (is_pin(first) || is_pin(last)) return "remove the pin";
  return fmt::format(
      "use --result {}, or give the tensor a size with --tensor-bytes",
      SideName(OtherSide(problem.result)));
}

// The first layer that must be on the device and follows one that must be on
// the server; -1: none, so that there is a feasible cut: the one with just the
// layers on the server that must be there.
LayerId FindClash(const Problem& problem, FollowSearch* search) {
  std::vector<LayerId> on_server;
  for (LayerId l = 0; l < std::ssize(problem.layers); ++l) {
    if (search->ObstacleTo(Side::kDevice, l)) on_server.push_back(l);
  }
  return search->Run(on_server, [search](LayerId layer) {
    return search->ObstacleTo(Side::kServer, layer).has_value();
  });
}

}  // namespace

bool HasFeasibleCut(const Problem& problem) {
  FollowSearch search(problem, Side::kServer);
  return FindClash(problem, &search) == -1;
}

void CheckPlacement(const Problem& problem) {
  FollowSearch search(problem, Side::kServer);
  const LayerId last = FindClash(problem, &search);
  if (last == -1) return;
  const FollowSearch::Path path = search.PathTo(last);
  const Obstacle to_device =
      search.ObstacleTo(Side::kDevice, path.first).value();
  const Obstacle to_server = search.ObstacleTo(Side::kServer, last).value();
  const std::string first_reason =
      ReasonText(problem, to_device, Side::kDevice);
  const std::string last_reason = ReasonText(problem, to_server, Side::kServer);
  const std::string advice = Advice(problem, to_device, to_server);
  const std::string& first_name = problem.layers[path.first].name;
  if (path.steps.empty()) {
    Fail(ExitCode::kBadInput, "E501", "layer '{}' {} but {}; {}", first_name,
         first_reason, last_reason, advice);
  }
  Fail(ExitCode::kBadInput, "E501",
       "layer '{}' {} but layer '{}', which follows it to the server ({}), "
       "{}; {}",
       first_name, first_reason, problem.layers[last].name,
       PathText(problem, path), last_reason, advice);
}

}  // namespace dnncut
