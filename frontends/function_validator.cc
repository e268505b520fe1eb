// SPDX-License-Identifier: Apache-2.0
#include "frontends/function_validator.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/error.h"
#include "compiler/onnx_walk.h"
#include "frontends/onnx_text.h"
#include "frontends/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// By function: the functions that it calls, as often as it calls them, and how
// many nodes it has, those of bodies included.
struct CallGraph {
  std::vector<std::vector<int>> calls;
  std::vector<int64_t> nodes;
};

CallGraph MakeCallGraph(const ModelProto& model, const FunctionIndex& index) {
  CallGraph graph;
  for (const FunctionProto& function : model.functions()) {
    auto& calls = graph.calls.emplace_back();
    auto& nodes = graph.nodes.emplace_back(0);
    ForEachNode(function, [&](const NodeProto& node) {
      ++nodes;
      const auto found = index.find(KeyOf(node));
      if (found != index.end()) calls.push_back(found->second);
    });
  }
  return graph;
}

FunctionIndex CheckKeys(const ModelProto& model, const ModelLimits& limits) {
  FunctionIndex index;
  for (int i = 0; i < model.functions_size(); ++i) {
    const FunctionProto& function = model.functions(i);
    CheckNameIsThere(limits, function.name(), "the model", "a function");
    CheckName(limits, function.domain(), "the model",
              "the domain of a function");
    if (!index.emplace(KeyOf(function), i).second) {
      Fail(ExitCode::kBadInput, "E228",
           "the function {} of the domain {} is defined twice",
           Quote(function.name()), Quote(function.domain()));
    }
  }
  return index;
}

// `path` are functions that call each other, the last one calls the one at
// `begin`.
[[noreturn]] void FailRecursive(const ModelProto& model,
                                const std::vector<int>& path, size_t begin) {
  constexpr size_t kMostShown = 20;
  std::string text;
  for (size_t i = begin; i < path.size() && i < begin + kMostShown; ++i) {
    text += Quote(model.functions(path[i]).name()) + " -> ";
  }
  if (path.size() > begin + kMostShown) text += "... -> ";
  Fail(ExitCode::kBadInput, "E224",
       "functions must not be recursive, but these call each other: {}{}", text,
       Quote(model.functions(path[begin]).name()));
}

// The functions, each after those that it calls.
std::vector<int> OrderFunctions(const ModelProto& model,
                                const CallGraph& graph) {
  enum class State { kNew, kOpen, kDone };
  std::vector<State> states(graph.calls.size(), State::kNew);
  std::vector<size_t> next(graph.calls.size(), 0);
  std::vector<int> order;
  std::vector<int> path;
  const auto open = [&](int function) {
    states[function] = State::kOpen;
    path.push_back(function);
  };
  for (int root = 0; root < model.functions_size(); ++root) {
    if (states[root] == State::kNew) open(root);
    while (!path.empty()) {
      const int caller = path.back();
      if (next[caller] == graph.calls[caller].size()) {
        states[caller] = State::kDone;
        order.push_back(caller);
        path.pop_back();
        continue;
      }
      const int callee = graph.calls[caller][next[caller]++];
      if (states[callee] == State::kOpen) {
        const auto begin = std::find(path.begin(), path.end(), callee);
        FailRecursive(model, path, static_cast<size_t>(begin - path.begin()));
      }
      if (states[callee] == State::kNew) open(callee);
    }
  }
  return order;
}

// `order` as OrderFunctions gives it.
void CheckDepth(const ModelProto& model, const CallGraph& graph,
                const std::vector<int>& order, const ModelLimits& limits) {
  std::vector<int64_t> depths(graph.calls.size(), 1);
  for (int function : order) {
    for (int callee : graph.calls[function]) {
      depths[function] = std::max(depths[function], depths[callee] + 1);
    }
    if (depths[function] > limits.call_depth) {
      Fail(ExitCode::kBadInput, "E225",
           "functions call each other more than {} deep (reached at function "
           "{}); --limit call-depth=N allows more",
           limits.call_depth, Quote(model.functions(function).name()));
    }
  }
}

}  // namespace

void CheckFunctions(const ModelProto& model, const ModelLimits& limits) {
  if (model.functions_size() == 0) return;
  const FunctionIndex index = CheckKeys(model, limits);
  const CallGraph graph = MakeCallGraph(model, index);
  // Stays at the limit + 1 once it is above it.
  const auto add = [&limits](int64_t a, int64_t b) {
    return std::min(a + b, limits.expanded_nodes + 1);
  };
  // By function: its nodes when all calls are replaced.
  std::vector<int64_t> expanded(graph.calls.size(), 0);
  const std::vector<int> order = OrderFunctions(model, graph);
  for (int function : order) {
    expanded[function] = add(0, graph.nodes[function]);
    for (int callee : graph.calls[function]) {
      expanded[function] = add(expanded[function], expanded[callee]);
    }
  }
  CheckDepth(model, graph, order, limits);
  int64_t total = 0;
  ForEachNode(model.graph(), [&](const NodeProto& node) {
    const auto found = index.find(KeyOf(node));
    if (found == index.end()) return;
    total = add(total, expanded[found->second]);
    if (total > limits.expanded_nodes) {
      Fail(
          ExitCode::kBadInput, "E225",
          "the functions that the model calls have more than {} nodes when "
          "every call is replaced by the function's nodes (reached at function "
          "{}); --limit expanded-nodes=N allows more",
          limits.expanded_nodes, Quote(node.op_type()));
    }
  });
}

}  // namespace dnncut
