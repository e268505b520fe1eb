// SPDX-License-Identifier: Apache-2.0
#include "tools/text/layer_words.h"

#include <fmt/format.h>

#include <iterator>

#include "compiler/base/unit_text.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/cut_words.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// Does nothing that counts lie between them?
bool AreNeighbours(const Problem& problem, LayerId a, LayerId b) {
  for (LayerId between = a + 1; between < b; ++between) {
    if (!problem.layers[between].sizes_only) return false;
  }
  return true;
}

// Of neighbours from `begin` on.
size_t RunLength(const Problem& problem, const std::vector<LayerId>& layers,
                 size_t begin) {
  size_t end = begin + 1;
  while (end < layers.size() &&
         AreNeighbours(problem, layers[end - 1], layers[end])) {
    ++end;
  }
  return end - begin;
}

// Three layers or more by the first and the last one.
std::string FirstToLast(std::string_view first, std::string_view last,
                        size_t count) {
  return fmt::format("{} .. {} ({} layers)", first, last, count);
}

}  // namespace

std::string Quoted(std::string_view name) {
  return fmt::format("'{}'", Printable(name));
}

std::string LayerNames(const Problem& problem,
                       const std::vector<LayerId>& layers) {
  if (layers.empty()) return "none";
  std::string first = Quoted(problem.layers[layers.front()].name);
  const std::string last = Quoted(problem.layers[layers.back()].name);
  if (layers.size() == 1) return first;
  if (layers.size() == 2) return fmt::format("{} and {}", first, last);
  return FirstToLast(first, last, layers.size());
}

std::string LayerRuns(const Problem& problem,
                      const std::vector<LayerId>& layers, size_t most) {
  std::string text;
  const auto name = [&](size_t i) {
    return fmt::format("'{}'", problem.layers[layers[i]].name);
  };
  size_t runs = 0;
  for (size_t i = 0; i < layers.size(); ++runs) {
    if (!text.empty()) text += ", ";
    if (runs == most) {
      const auto left = std::ssize(layers) - static_cast<int64_t>(i);
      return text + fmt::format("{} more", FormatPlural(left, "layer"));
    }
    const size_t length = RunLength(problem, layers, i);
    const size_t last = i + length - 1;
    text += length > 2 ? FirstToLast(name(i), name(last), length) : name(i);
    if (length == 2) text += ", " + name(last);
    i += length;
  }
  return text;
}

std::string LayersText(int count) {
  return count == 0 ? std::string(kNothing) : FormatPlural(count, "layer");
}

std::string LayerShareText(const PerSide<int>& layers) {
  return fmt::format("{}/{}", layers.device, layers.device + layers.server);
}

std::string DeviceLayersText(const CutCosts& costs) {
  std::string count = LayerShareText(costs.layers);
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
