// SPDX-License-Identifier: Apache-2.0
//
// Checks the functions of a model: that each is defined once, that none calls
// itself over any number of others, that calls do not nest too deeply, and that
// the model does not become too large when calls are replaced by the functions'
// nodes.
//
// A depth-first search with its own stack either meets a function that is still
// open, which is a recursion, or orders the functions so that each comes after
// all that it calls. In that order the depth and the expanded size of a
// function follow from those of the functions that it calls, in one pass:
// nothing is expanded, so a small file that stands for an enormous model is
// refused in time linear in the file. Sizes stop at a limit instead of
// overflowing.
#include "frontends/check/function_validator.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// A call of a function, by another one or by the main graph.
struct Call {
  int callee = 0;
  int64_t bytes = 0;       // of the calling node
  int64_t references = 0;  // attributes that refer to the caller's attributes
};

// By function: its calls, the number of its nodes, with those of bodies, and
// the number of their attributes that refer to attributes of the function.
struct CallGraph {
  std::vector<std::vector<Call>> calls;
  std::vector<int64_t> nodes;
  std::vector<int64_t> references;
};

int64_t CountReferences(const NodeProto& node) {
  return std::count_if(
      node.attribute().begin(), node.attribute().end(),
      [](const auto& attribute) { return !attribute.ref_attr_name().empty(); });
}

CallGraph MakeCallGraph(const ModelProto& model, const FunctionIndex& index) {
  CallGraph graph;
  for (const FunctionProto& function : model.functions()) {
    auto& calls = graph.calls.emplace_back();
    auto& nodes = graph.nodes.emplace_back(0);
    auto& references = graph.references.emplace_back(0);
    ForEachNode(function, [&](const NodeProto& node) {
      ++nodes;
      const int64_t own = CountReferences(node);
      references += own;
      const auto found = index.find(KeyOf(node));
      if (found == index.end()) return;
      calls.push_back(
          {found->second, static_cast<int64_t>(node.ByteSizeLong()), own});
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
      const int callee = graph.calls[caller][next[caller]++].callee;
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
  std::vector<int64_t> depths(graph.calls.size(), 1);
  for (int function : order) {
    for (const Call& call : graph.calls[function]) {
      depths[function] = std::max(depths[function], depths[call.callee] + 1);
    }
    if (depths[function] > limits.call_depth) {
      Fail(ExitCode::kBadInput, "E225",
           "functions call each other more than {} deep (reached at function "
           "{}); --limit call-depth=N allows more",
           limits.call_depth, Quote(model.functions(function).name()));
    }
  }
}

// The sizes of functions after every call is replaced by the function's nodes,
// and every reference to an attribute by the value that the call gives it. A
// number that would become larger than kFar, which is far above all that a
// model may have, stays there.
class Expansion {
 public:
  Expansion(const ModelProto& model, const CallGraph& graph,
            const std::vector<int>& order);

  void Add(const Call& call) { AddCall(call, &nodes_, &bytes_); }
  int64_t nodes() const { return nodes_; }
  int64_t bytes() const { return bytes_; }

 private:
  // By function. `references`: how many copies of an attribute are made when a
  // call gives it.
  struct Size {
    int64_t nodes = 0;
    int64_t bytes = 0;
    int64_t references = 0;
  };

  static int64_t Sum(int64_t a, int64_t b) { return std::min(a + b, kFar); }
  static int64_t Product(int64_t a, int64_t b) {
    return a == 0 || b <= kFar / a ? a * b : kFar;
  }
  void AddCall(const Call& call, int64_t* nodes, int64_t* bytes) const {
    const Size& callee = sizes_[call.callee];
    *nodes = Sum(*nodes, callee.nodes);
    *bytes =
        Sum(*bytes, Sum(callee.bytes, Product(call.bytes, callee.references)));
  }

  static constexpr int64_t kFar = int64_t{1} << 60;
  std::vector<Size> sizes_;
  int64_t nodes_ = 0;
  int64_t bytes_ = 0;
};

Expansion::Expansion(const ModelProto& model, const CallGraph& graph,
                     const std::vector<int>& order)
    : sizes_(order.size()) {
  for (int function : order) {
    Size& size = sizes_[function];
    size.nodes = graph.nodes[function];
    size.bytes = static_cast<int64_t>(model.functions(function).ByteSizeLong());
    size.references = graph.references[function];
    for (const Call& call : graph.calls[function]) {
      AddCall(call, &size.nodes, &size.bytes);
      size.references =
          Sum(size.references,
              Product(call.references, sizes_[call.callee].references));
    }
  }
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
  Expansion expansion(model, graph, order);
  ForEachNode(model.graph(), [&](const NodeProto& node) {
    const auto found = index.find(KeyOf(node));
    if (found == index.end()) return;
    expansion.Add({found->second, static_cast<int64_t>(node.ByteSizeLong())});
    if (expansion.nodes() > limits.expanded_nodes) {
      FailExpanded(limits, true, node.op_type());
    }
    if (expansion.bytes() > limits.graph_bytes) {
      FailExpanded(limits, false, node.op_type());
    }
  });
}

}  // namespace dnncut
