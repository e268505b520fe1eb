// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/placement.h"

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

std::string_view FlagOf(Side side) {
  return side == Side::kDevice ? "--pin-device" : "--pin-server";
}

bool Matches(std::string_view glob, const Graph& graph, const Layer& layer) {
  if (MatchesGlob(glob, layer.name)) return true;
  for (const TensorId output : layer.outputs) {
    if (MatchesGlob(glob, graph.tensors[output].name)) return true;
  }
  return false;
}

[[noreturn]] void FailNoMatch(const Graph& graph, std::string_view flag,
                              const std::string& glob) {
  std::vector<std::string> names;
  for (const Layer& layer : graph.layers) {
    names.push_back(layer.name);
    for (const TensorId output : layer.outputs) {
      names.push_back(graph.tensors[output].name);
    }
  }
  Fail(ExitCode::kUsage, "E120",
       "{} '{}' matches no layer and no layer's output tensor{}; a compile "
       "without it lists the names in problem.json",
       flag, glob, DidYouMean(glob, names));
}

void Pin(const Graph& graph, const std::string& glob, Side side,
         Placement* placement) {
  for (const LayerId l : LayersOf(graph, FlagOf(side), glob)) {
    std::optional<Side>& pin = placement->pins[l];
    if (pin && *pin != side) {
      Fail(ExitCode::kUsage, "E121",
           "layer '{}' is wanted on both sides; drop it from --pin-device or "
           "from --pin-server",
           graph.layers[l].name);
    }
    pin = side;
  }
}

}  // namespace

bool MatchesGlob(std::string_view glob, std::string_view text) {
  size_t at = 0;
  size_t in_text = 0;
  // Where to go back to: behind the last '*', and how far that star reached.
  size_t star = std::string_view::npos;
  size_t star_end = 0;
  while (in_text < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = ++at;
      star_end = in_text;
    } else if (at < glob.size() &&
               (glob[at] == '?' || glob[at] == text[in_text])) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star;
      in_text = ++star_end;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

std::vector<LayerId> LayersOf(const Graph& graph, std::string_view flag,
                              const std::string& glob) {
  std::vector<LayerId> layers;
  for (LayerId l = 0; l < std::ssize(graph.layers); ++l) {
    if (Matches(glob, graph, graph.layers[l])) layers.push_back(l);
  }
  if (layers.empty()) FailNoMatch(graph, flag, glob);
  return layers;
}

Placement PinLayers(const Graph& graph,
                    const PerSide<std::vector<std::string>>& globs) {
  Placement placement;
  placement.pins.resize(graph.layers.size());
  for (const Side side : kSides) {
    for (const std::string& glob : globs[side]) {
      Pin(graph, glob, side, &placement);
    }
  }
  return placement;
}

}  // namespace dnncut
