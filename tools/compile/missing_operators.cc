// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/missing_operators.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

class OperatorPins {
 public:
  OperatorPins(const Graph& graph, const OperatorLists& lists,
               Placement* placement)
      : graph_(graph),
        lists_(lists),
        placement_(*placement),
        reasons_(graph.layers.size()) {}

  void Pin() {
    for (LayerId l = 0; l < std::ssize(graph_.layers); ++l) PinLayer(l);
  }

  // In the order of the layers each knows the first one before it, over any
  // number of steps, that must be on the server.
  void RequireNoWayBack() const {
    std::vector<LayerId> on_server(graph_.layers.size(), -1);
    for (LayerId l = 0; l < std::ssize(graph_.layers); ++l) {
      if (placement_.pins[l] == Side::kServer) {
        on_server[l] = l;
        continue;
      }
      for (const TensorId t : graph_.layers[l].inputs) {
        const LayerId producer = graph_.tensors[t].producer;
        if (producer == kModelInput || on_server[producer] == -1) continue;
        on_server[l] = on_server[producer];
        break;
      }
      const LayerId before = on_server[l];
      if (before == -1 || placement_.pins[l] != Side::kDevice ||
          (reasons_[l].empty() && reasons_[before].empty())) {
        continue;
      }
      Fail(ExitCode::kUsage, "E147",
           "layer '{}' must run on the server ({}), and layer '{}', which "
           "depends on it, on the device ({}), but nothing flows back to the "
           "device; take another runtime, or replace one of the operators",
           graph_.layers[before].name, ReasonOf(before, Side::kServer),
           graph_.layers[l].name, ReasonOf(l, Side::kDevice));
    }
  }

 private:
  void PinLayer(LayerId l) {
    const Layer& layer = graph_.layers[l];
    if (layer.sizes_only) return;
    for (const Side side : kSides) {
      if (!lists_[side]) continue;
      const auto missing = MissingOperator(*lists_[side], layer.operation);
      if (!missing) continue;
      const std::string reason =
          fmt::format("the {} lacks {}, by --{}-ops {}", SideName(side),
                      *missing, SideName(side), lists_[side]->name);
      std::optional<Side>& pin = placement_.pins[l];
      if (pin == side) {
        Fail(ExitCode::kUsage, "E147",
             "layer '{}' must run on the {} ({}), but {}; take another "
             "runtime, or replace the operator",
             layer.name, SideName(side), ReasonOf(l, side), reason);
      }
      pin = OtherSide(side);
      reasons_[l] = reason;
    }
  }

  std::string ReasonOf(LayerId layer, Side side) const {
    if (!reasons_[layer].empty()) return reasons_[layer];
    return side == Side::kDevice ? "--pin-device or --keep-private"
                                 : "--pin-server";
  }

  const Graph& graph_;
  const OperatorLists& lists_;
  Placement& placement_;
  std::vector<std::string> reasons_;  // by layer; "": no operator decides
};

}  // namespace

void AvoidMissingOperators(const Graph& graph, const OperatorLists& lists,
                           Placement* placement) {
  if (!lists.device && !lists.server) return;
  OperatorPins pins(graph, lists, placement);
  pins.Pin();
  pins.RequireNoWayBack();
}

}  // namespace dnncut
