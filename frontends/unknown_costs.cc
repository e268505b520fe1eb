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

// One number that is no measurement: a mode, a rate, a switch.
bool MayChooseBranches(const Tensor& input) {
  const DType dtype = input.type.dtype;
  const bool is_count =
      dtype == DType::kInt64 || dtype == DType::kInt32 || dtype == DType::kBool;
  return is_count && HasStaticSize(input.type) &&
         ElementCount(input.type.shape, input.name) == 1;
}

// The inputs from which the branch of an If among `layers` may follow: with
// their values known, it is replaced by that branch.
std::vector<std::string> InputsThatMayChoose(
    const Graph& graph, const std::vector<const Layer*>& layers) {
  std::set<TensorId> seen;
  std::vector<TensorId> left;
  const auto visit = [&](const Layer& layer) {
    for (const TensorId id : layer.inputs) {
      if (seen.insert(id).second) left.push_back(id);
    }
  };
  for (const Layer* layer : layers) {
    if (layer->operation.op_type == "If") visit(*layer);
  }
  std::vector<std::string> names;
  while (!left.empty()) {
    const Tensor& tensor = graph.tensors[left.back()];
    left.pop_back();
    if (tensor.producer != kModelInput) {
      visit(graph.layers[tensor.producer]);
    } else if (MayChooseBranches(tensor)) {
      names.push_back(tensor.name);
    }
  }
  return names;
}

// "if 'sr' always is the same, say so with --input-value sr=VALUE; "
std::string InputValueHint(const Graph& graph,
                           const std::vector<const Layer*>& layers) {
  const std::vector<std::string> names = InputsThatMayChoose(graph, layers);
  if (names.empty()) return "";
  return fmt::format(
      "if '{}' is always the same, say so with {}; ", names[0],
      ShellFlag("--input-value", fmt::format("{}=VALUE", names[0])));
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
       "are not known and count as nearly nothing ({}); {}{}measure them with "
       "dnncut profile",
       layers.size(), graph.layers.size(), Names(layers),
       InputValueHint(graph, layers),
       flags.empty() ? ""
                     : fmt::format("state what is typical: {}, or ", flags));
}

}  // namespace

void WarnOfUnknownCosts(const Graph& graph, Warnings* warnings) {
  WarnOfUncounted(graph, warnings);
  WarnOfOpenSizes(graph, warnings);
}

}  // namespace dnncut
