// SPDX-License-Identifier: Apache-2.0
//
// Every constraint on a cut is either "layer l is on the device", "layer l is
// on the server", or "if a is on the server, so is b": from producer to reader
// because nothing flows back, both ways between the ends of a tensor that must
// not cross, both ways inside a group. So the layers that must be on the server
// are those that can be reached from one that is placed there. If none of them
// must be on the device they are the server side of a feasible cut; if one is,
// the path to it is the clash. Breadth first, so the path is a shortest one.
#include "compiler/problem/placement_check.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/problem/side_name.h"

namespace dnncut {
namespace {

// Why a layer must be on a side, for a sentence that starts with the layer.
struct Demand {
  std::string reason;
  bool is_pin = false;
};

using Demands = std::vector<std::optional<Demand>>;  // by LayerId

// How a layer follows another to the server.
struct Step {
  LayerId from = -1;
  std::string link;  // " -> ", or why they share a side
};

// The demands for one side, the user's pins before those of tensors.
Demands DemandsFor(const Problem& problem, Side side) {
  Demands demands(problem.layers.size());
  for (size_t l = 0; l < problem.layers.size(); ++l) {
    if (problem.layers[l].pinned != side) continue;
    demands[l] = {fmt::format("is pinned to the {}", SideName(side)), true};
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.bytes) continue;
    if (tensor.result && problem.result == side && !demands[tensor.producer]) {
      demands[tensor.producer] = {
          fmt::format("makes the result '{}', which must not cross and is "
                      "wanted on the {}",
                      tensor.name, SideName(side)),
          false};
    }
    if (tensor.producer != kModelInput || side != Side::kDevice) continue;
    for (LayerId reader : tensor.readers) {
      if (demands[reader]) continue;
      demands[reader] = {
          fmt::format("reads the model input '{}', which must not cross",
                      tensor.name),
          false};
    }
  }
  return demands;
}

class Search {
 public:
  explicit Search(const Problem& problem)
      : problem_(problem),
        reads_(problem.layers.size()),
        makes_(problem.layers.size()),
        steps_(problem.layers.size()),
        reached_(problem.layers.size(), false) {
    for (size_t t = 0; t < problem.tensors.size(); ++t) {
      const ProblemTensor& tensor = problem.tensors[t];
      if (tensor.producer == kModelInput) continue;
      makes_[tensor.producer].push_back(static_cast<int>(t));
      if (tensor.bytes) continue;
      for (LayerId reader : tensor.readers) {
        reads_[reader].push_back(static_cast<int>(t));
      }
    }
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      const auto& group = problem.layers[l].group;
      if (group) groups_[*group].push_back(static_cast<int>(l));
    }
  }

  // The first layer in `to` that follows a layer in `from`; -1: none.
  LayerId Run(const Demands& from, const Demands& to) {
    for (size_t l = 0; l < from.size(); ++l) {
      if (from[l]) Reach(static_cast<int>(l), {});
    }
    for (size_t i = 0; i < queue_.size(); ++i) {
      const LayerId layer = queue_[i];
      if (to[layer]) return layer;
      Expand(layer);
    }
    return -1;
  }

  // The layers on the way to `layer`, from where it starts.
  std::vector<LayerId> PathTo(LayerId layer) const {
    std::vector<LayerId> path;
    for (; layer != -1; layer = steps_[layer].from) path.push_back(layer);
    return {path.rbegin(), path.rend()};
  }

  const std::string& LinkTo(LayerId layer) const { return steps_[layer].link; }

 private:
  void Reach(LayerId layer, Step step) {
    if (reached_[layer]) return;
    reached_[layer] = true;
    steps_[layer] = std::move(step);
    queue_.push_back(layer);
  }

  void Expand(LayerId layer) {
    for (TensorId t : makes_[layer]) {
      for (LayerId reader : problem_.tensors[t].readers) {
        Reach(reader, {layer, " -> "});
      }
    }
    for (TensorId t : reads_[layer]) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (reached_[tensor.producer]) continue;
      // Its other readers follow from the producer.
      Reach(tensor.producer,
            {layer,
             fmt::format(" =[tensor '{}' must not cross]= ", tensor.name)});
    }
    if (!problem_.layers[layer].group) return;
    const auto members = groups_.extract(*problem_.layers[layer].group);
    if (members.empty()) return;  // another member reached them all
    const std::string link = fmt::format(" =[group {}]= ", members.key());
    for (LayerId member : members.mapped()) Reach(member, {layer, link});
  }

  const Problem& problem_;
  std::vector<std::vector<TensorId>> reads_;  // only what must not cross
  std::vector<std::vector<TensorId>> makes_;
  std::map<int, std::vector<LayerId>> groups_;
  std::vector<Step> steps_;
  std::vector<bool> reached_;
  std::vector<LayerId> queue_;
};

// "'a' -> 'x' -> 'b'"; the middle of a long path is left out.
std::string Describe(const Problem& problem, const Search& search,
                     const std::vector<LayerId>& path) {
  constexpr size_t kShownAtEachEnd = 4;
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    if (i == kShownAtEachEnd && path.size() > 2 * kShownAtEachEnd + 1) {
      const size_t skipped = path.size() - 2 * kShownAtEachEnd;
      text += fmt::format(" -> ... ({} layers) ...", skipped);
      i += skipped;
    }
    if (i > 0) text += search.LinkTo(path[i]);
    text += "'" + problem.layers[path[i]].name + "'";
  }
  return text;
}

// What the user can do about the two demands at the ends of a path.
std::string Advice(const Problem& problem, const Demand& server,
                   const Demand& device) {
  if (server.is_pin && device.is_pin) return "remove one of the pins";
  if (server.is_pin || device.is_pin) return "remove the pin";
  return fmt::format(
      "use --result {}, or give the tensor a size with --tensor-bytes",
      SideName(OtherSide(problem.result)));
}

}  // namespace

bool HasFeasibleCut(const Problem& problem) {
  return Search(problem).Run(DemandsFor(problem, Side::kServer),
                             DemandsFor(problem, Side::kDevice)) == -1;
}

void CheckPlacement(const Problem& problem) {
  const Demands server = DemandsFor(problem, Side::kServer);
  const Demands device = DemandsFor(problem, Side::kDevice);
  Search search(problem);
  const LayerId last = search.Run(server, device);
  if (last == -1) return;
  const std::vector<LayerId> path = search.PathTo(last);
  const LayerId first = path.front();
  const std::string advice = Advice(problem, *server[first], *device[last]);
  if (path.size() == 1) {
    Fail(ExitCode::kBadInput, "E501", "layer '{}' {} but {}; {}",
         problem.layers[first].name, server[first]->reason,
         device[last]->reason, advice);
  }
  Fail(ExitCode::kBadInput, "E501",
       "layer '{}' {} but layer '{}', which follows it to the server ({}), "
       "{}; {}",
       problem.layers[first].name, server[first]->reason,
       problem.layers[last].name, Describe(problem, search, path),
       device[last]->reason, advice);
}

}  // namespace dnncut
