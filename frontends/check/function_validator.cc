// SPDX-License-Identifier: Apache-2.0
//
// Checks the functions of a model: that each is defined once, that none calls
// itself over any number of others, that calls do not nest too deeply, and that
// the model does not become too large when calls are replaced by the functions'
// nodes.
//
// A depth-first search with its own stack either meets a function that is still
// open, which is a recursion, or orders the functions so that each comes after
// all that it calls. In that order the depth and the expanded size
// (call_expansion) of a function follow from those of the functions that it
// calls, in one pass: nothing is expanded, so a small file that stands for an
// enormous model is refused in time linear in the file.
#include "frontends/check/function_validator.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/check/call_expansion.h"
#include "frontends/check/node_validator.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// By function: those that its nodes call, bodies and graphs that are given to
// calls included.
using CallGraph = std::vector<std::vector<int>>;

CallGraph MakeCallGraph(const ModelProto& model, const FunctionIndex& index) {
  CallGraph graph;
  for (const FunctionProto& function : model.functions()) {
    auto& callees = graph.emplace_back();
    ForEachNode(function, [&](const NodeProto& node) {
      const auto found = index.find(KeyOf(node));
      if (found != index.end()) callees.push_back(found->second);
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

// Each function of `path` calls the next one, and the last one calls the one at
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
  std::vector<State> states(graph.size(), State::kNew);
  std::vector<size_t> next(graph.size(), 0);
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
      if (next[caller] == graph[caller].size()) {
        states[caller] = State::kDone;
        order.push_back(caller);
        path.pop_back();
        continue;
      }
      const int callee = graph[caller][next[caller]++];
      if (states[callee] == State::kOpen) {
        const auto begin = std::find(path.begin(), path.end(), callee);
        FailRecursive(model, path, static_cast<size_t>(begin - path.begin()));
      }
      if (states[callee] == State::kNew) open(callee);
    }
  }
  return order;
}

// `order` is the result of OrderFunctions.
void CheckDepth(const ModelProto& model, const CallGraph& graph,
                const std::vector<int>& order, const ModelLimits& limits) {
  std::vector<int64_t> depths(graph.size(), 1);
  for (int function : order) {
    for (const int callee : graph[function]) {
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

std::string FirstCallee(const NodeProto& node, const FunctionIndex& index) {
  std::string callee;
  ForEachNode(node, [&](const NodeProto& inner) {
    if (callee.empty() && index.contains(KeyOf(inner)))
      callee = inner.op_type();
  });
  return callee;
}

[[noreturn]] void FailExpanded(const ModelLimits& limits, bool is_nodes,
                               const std::string& function) {
  Fail(ExitCode::kBadInput, "E225",
       "the functions that the model calls have more than {} when every call "
       "is replaced by the function's nodes (reached at function {}); --limit "
       "{} allows more",
       is_nodes ? fmt::format("{} nodes", limits.expanded_nodes)
                : fmt::format("{} bytes", limits.graph_bytes),
       Quote(function), is_nodes ? "expanded-nodes=N" : "graph-bytes=SIZE");
}

}  // namespace

void CheckFunctions(const ModelProto& model, const ModelLimits& limits) {
  if (model.functions_size() == 0) return;
  const FunctionIndex index = CheckKeys(model, limits);
  const CallGraph graph = MakeCallGraph(model, index);
  const std::vector<int> order = OrderFunctions(model, graph);
  CheckDepth(model, graph, order, limits);
  for (const FunctionProto& function : model.functions()) {
    CheckDefaults(function, limits);
  }
  Expansion expansion(model, index, order);
  for (const NodeProto& node : model.graph().node()) {
    const Expanded size = expansion.Add(node);
    const bool has_nodes = size.nodes <= limits.expanded_nodes;
    if (has_nodes && size.bytes <= limits.graph_bytes) continue;
    FailExpanded(limits, !has_nodes, FirstCallee(node, index));
  }
}

}  // namespace dnncut
