// SPDX-License-Identifier: Apache-2.0
#include "tools/text/layer_words.h"

#include <fmt/format.h>

#include "compiler/problem/cut_kind.h"
#include "tools/text/terminal.h"

namespace dnncut {

std::string Quoted(std::string_view name) {
  return fmt::format("'{}'", Printable(name));
}

std::string LayerNames(const Problem& problem,
                       const std::vector<LayerId>& layers) {
  if (layers.empty()) return "none";
  const std::string first = Quoted(problem.layers[layers.front()].name);
  const std::string last = Quoted(problem.layers[layers.back()].name);
  if (layers.size() == 1) return first;
  if (layers.size() == 2) return fmt::format("{} and {}", first, last);
  return fmt::format("{} .. {} ({} layers)", first, last, layers.size());
}

std::string DeviceLayersText(const CutCosts& costs) {
  const std::string count = fmt::format(
      "{}/{}", costs.device_layers, costs.device_layers + costs.server_layers);
  switch (KindOf(costs)) {
    case CutKind::kDeviceOnly:
      return count + " all";
    case CutKind::kServerOnly:
      return count + " none";
    case CutKind::kSplit:
      break;
  }
  return count;
}

}  // namespace dnncut
