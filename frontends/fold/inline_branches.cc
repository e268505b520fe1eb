// SPDX-License-Identifier: Apache-2.0
//
// A branch has no inputs: it reads tensors of the graph around it by name,
// which its nodes still can when they stand in that graph, where the If stood.
// What the branch makes gets the name of the If's output that it was, or else
// keeps its own if nothing else in the model has it: a name that is unique is
// hidden by none and hides none. An output of the branch that it does not make
// itself, or that stands for two outputs of the If, is copied by an Identity.
#include "frontends/fold/inline_branches.h"

#include <fmt/format.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::ValueInfoProto;

using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;
using Renames = std::unordered_map<std::string, std::string>;

// How many tensors of the model have a name, those in bodies included.
class Names {
 public:
  explicit Names(const GraphProto& graph) { Count(graph); }

  bool IsUnique(const std::string& name) const {
    const auto found = counts_.find(name);
    return found == counts_.end() || found->second == 1;
  }

  // A name that no other tensor has.
  std::string Fresh(const std::string& name) {
    for (int64_t i = 1;; ++i) {
      std::string fresh = fmt::format("{}_{}", name, i);
      if (counts_.emplace(fresh, 1).second) return fresh;
    }
  }

 private:
  void Count(const GraphProto& graph) {
    std::unordered_set<std::string> initializers;
    for (const auto& tensor : graph.initializer()) {
      initializers.insert(tensor.name());
    }
    for (const auto& sparse : graph.sparse_initializer()) {
      initializers.insert(sparse.values().name());
    }
    for (const std::string& name : initializers) ++counts_[name];
    for (const auto& input : graph.input()) {
      if (!initializers.contains(input.name())) ++counts_[input.name()];
    }
    for (const NodeProto& node : graph.node()) {
      for (const std::string& output : node.output()) ++counts_[output];
      for (const auto& attribute : node.attribute()) {
        if (attribute.has_g()) Count(attribute.g());
        for (const GraphProto& inner : attribute.graphs()) Count(inner);
      }
    }
  }

  std::unordered_map<std::string, int64_t> counts_;
};

void Rename(const Renames& renames, std::string* name) {
  const auto found = renames.find(*name);
  if (found != renames.end()) *name = found->second;
}

void RenameNode(const Renames& renames, NodeProto* node);

// In a body only what it captures is renamed. Its own inputs and initializers
// may have the name of a tensor outside, which they hide.
void RenameBody(const Renames& renames, GraphProto* body) {
  Renames visible = renames;
  for (const auto& input : body->input()) visible.erase(input.name());
  for (const auto& tensor : body->initializer()) visible.erase(tensor.name());
  for (const auto& sparse : body->sparse_initializer()) {
    visible.erase(sparse.values().name());
  }
  for (NodeProto& node : *body->mutable_node()) RenameNode(visible, &node);
  for (auto& output : *body->mutable_output()) {
    Rename(visible, output.mutable_name());
  }
}

void RenameNode(const Renames& renames, NodeProto* node) {
  for (std::string& input : *node->mutable_input()) Rename(renames, &input);
  for (std::string& output : *node->mutable_output()) Rename(renames, &output);
  for (auto& attribute : *node->mutable_attribute()) {
    if (attribute.has_g()) RenameBody(renames, attribute.mutable_g());
    for (GraphProto& body : *attribute.mutable_graphs()) {
      RenameBody(renames, &body);
    }
  }
}

// The names of what the branch makes, stores included.
std::vector<std::string> MadeNames(const GraphProto& branch) {
  std::vector<std::string> names;
  for (const auto& tensor : branch.initializer()) {
    names.push_back(tensor.name());
  }
  for (const auto& sparse : branch.sparse_initializer()) {
    names.push_back(sparse.values().name());
  }
  for (const NodeProto& node : branch.node()) {
    for (const std::string& output : node.output()) {
      if (!output.empty()) names.push_back(output);
    }
  }
  return names;
}

class Inliner {
 public:
  explicit Inliner(GraphProto* graph) : graph_(graph), names_(*graph) {
    for (const auto* infos : {&graph->output(), &graph->value_info()}) {
      for (const ValueInfoProto& info : *infos) declared_.insert(info.name());
    }
  }

  void Inline(const NodeProto& node, GraphProto* branch, Nodes* nodes) {
    const std::vector<std::string> made = MadeNames(*branch);
    Renames renames;
    for (const std::string& name : made) renames[name] = "";
    std::vector<std::pair<std::string, std::string>> copies;  // from, to
    for (int i = 0; i < node.output_size() && i < branch->output_size(); ++i) {
      if (node.output(i).empty()) continue;
      const auto found = renames.find(branch->output(i).name());
      if (found != renames.end() && found->second.empty()) {
        found->second = node.output(i);
      } else {
        copies.emplace_back(branch->output(i).name(), node.output(i));
      }
    }
    for (const std::string& name : made) {
      std::string& renamed = renames[name];
      if (!renamed.empty()) continue;
      renamed = names_.IsUnique(name) ? name : names_.Fresh(name);
    }
    Move(renames, branch, nodes);
    for (auto& [from, to] : copies) {
      Rename(renames, &from);
      NodeProto* copy = nodes->Add();
      copy->set_op_type("Identity");
      copy->add_input(from);
      copy->add_output(to);
    }
  }

 private:
  void Move(const Renames& renames, GraphProto* branch, Nodes* nodes) {
    for (auto& tensor : *branch->mutable_initializer()) {
      Rename(renames, tensor.mutable_name());
      *graph_->add_initializer() = std::move(tensor);
    }
    for (auto& sparse : *branch->mutable_sparse_initializer()) {
      Rename(renames, sparse.mutable_values()->mutable_name());
      *graph_->add_sparse_initializer() = std::move(sparse);
    }
    for (NodeProto& inner : *branch->mutable_node()) {
      RenameNode(renames, &inner);
      *nodes->Add() = std::move(inner);
    }
    for (auto* infos :
         {branch->mutable_value_info(), branch->mutable_output()}) {
      for (ValueInfoProto& info : *infos) {
        if (!renames.contains(info.name())) continue;
        Rename(renames, info.mutable_name());
        if (!declared_.insert(info.name()).second) continue;
        *graph_->add_value_info() = std::move(info);
      }
    }
  }

  GraphProto* graph_;
  Names names_;
  std::unordered_set<std::string> declared_;
};

GraphProto* BranchOf(NodeProto* node, bool condition) {
  for (auto& attribute : *node->mutable_attribute()) {
    const bool is_it =
        attribute.name() == (condition ? "then_branch" : "else_branch");
    if (is_it && attribute.has_g()) return attribute.mutable_g();
  }
  return nullptr;
}

}  // namespace

bool InlineBranches(const std::map<int, bool>& conditions, ModelProto* model) {
  GraphProto* graph = model->mutable_graph();
  std::map<int, bool> taken;
  for (const auto& [index, condition] : conditions) {
    NodeProto* node = graph->mutable_node(index);
    const GraphProto* branch = BranchOf(node, condition);
    if (branch == nullptr || branch->input_size() > 0 ||
        branch->output_size() != node->output_size()) {
      continue;
    }
    taken[index] = condition;
    // Its names are free again.
    GraphProto* other = BranchOf(node, !condition);
    if (other != nullptr) other->Clear();
  }
  if (taken.empty()) return false;
  Inliner inliner(graph);
  Nodes nodes;
  for (int i = 0; i < graph->node_size(); ++i) {
    NodeProto node = std::move(*graph->mutable_node(i));
    const auto known = taken.find(i);
    if (known == taken.end()) {
      *nodes.Add() = std::move(node);
    } else {
      inliner.Inline(node, BranchOf(&node, known->second), &nodes);
    }
  }
  graph->mutable_node()->Swap(&nodes);
  return true;
}

}  // namespace dnncut
