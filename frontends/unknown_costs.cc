// SPDX-License-Identifier: Apache-2.0
#include "frontends/unknown_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/first_few.h"
#include "compiler/base/shell_word.h"
#include "frontends/dims/shape_flags.h"

namespace dnncut {
namespace {

// What costs of the operation are counted from is not known. (Other outputs
// than the first, a mask of Dropout say, cost what that one costs.)
bool HasOpenSize(const Operation& operation) {
  const auto is_open = [](const TensorType& type) {
    return type.kind == TensorType::Kind::kUnknown ||
           (type.kind == TensorType::Kind::kTensor && !IsStatic(type));
  };
  const bool result =
      !operation.outputs.empty() && is_open(operation.outputs[0]);
  return result ||
         std::any_of(operation.inputs.begin(), operation.inputs.end(), is_open);
}

// Of the bodies that run an unknown number of times: the Loops that they are
// of, "" for those of Scans.
void FindUncounted(const Operation& operation, std::set<std::string>* loops) {
  for (const Operation::Body& body : operation.bodies) {
    if (body.runs < 0) loops->insert(body.loop);
    for (const Operation& inner : body.operations) {
      FindUncounted(inner, loops);
    }
  }
}

std::string Names(const std::vector<const Layer*>& layers) {
  constexpr size_t kShown = 3;
  return FirstFew(layers.size(), kShown, [&](size_t i) {
    return fmt::format("'{}'", layers[i]->name);
  });
}

void WarnOfUncounted(const Graph& graph, Warnings* warnings) {
  std::vector<const Layer*> layers;
  std::set<std::string> loops;
  for (const Layer& layer : graph.layers) {
    std::set<std::string> uncounted;
    FindUncounted(layer.operation, &uncounted);
    if (!uncounted.empty()) layers.push_back(&layer);
    loops.merge(uncounted);
  }
  if (layers.empty()) return;
  std::vector<std::string> flags;
  for (const std::string& loop : loops) {
    if (loop.empty()) continue;
    flags.push_back(ShellFlag("--loop-count", fmt::format("{}=N", loop)));
  }
  Warn(warnings, "W307",
       "how often the body of {} runs is not known, and it is counted once; "
       "{}measure it with dnncut profile",
       Names(layers),
       flags.empty() ? ""
                     : fmt::format("state what is typical: {}, or ",
                                   fmt::join(flags, " ")));
}

void WarnOfOpenSizes(const Graph& graph, Warnings* warnings) {
  std::vector<const Layer*> layers;
  std::vector<TensorId> tensors;
  for (const Layer& layer : graph.layers) {
    if (!HasOpenSize(layer.operation)) continue;
    layers.push_back(&layer);
    for (const auto* ends : {&layer.inputs, &layer.outputs}) {
      tensors.insert(tensors.end(), ends->begin(), ends->end());
    }
  }
  if (layers.empty()) return;
  const std::string flags = TensorShapeFlags(graph, tensors);
  Warn(warnings, "W308",
       "nothing bounds the sizes that {} of {} layers work on, so their costs "
       "are not known and count as nearly nothing ({}); {}measure them with "
       "dnncut profile",
       layers.size(), graph.layers.size(), Names(layers),
       flags.empty() ? ""
                     : fmt::format("state what is typical: {}, or ", flags));
}

}  // namespace

void WarnOfUnknownCosts(const Graph& graph, Warnings* warnings) {
  WarnOfUncounted(graph, warnings);
  WarnOfOpenSizes(graph, warnings);
}

}  // namespace dnncut
