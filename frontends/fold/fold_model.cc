// SPDX-License-Identifier: Apache-2.0
#include "frontends/fold/fold_model.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/model/onnx_walk.h"
#include "compiler/model/tensor_data.h"
#include "frontends/fold/inline_branches.h"
#include "frontends/read/limits.h"
#include "frontends/shapes/known_nodes.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

// How often each tensor is read, by nodes and as an output of the model.
using ReadCounts = std::unordered_map<std::string, int64_t>;

ReadCounts CountReads(const GraphProto& graph) {
  ReadCounts reads;
  for (const NodeProto& node : graph.node()) {
    for (const std::string& name : ReadNames(node)) ++reads[name];
  }
  for (const auto& output : graph.output()) ++reads[output.name()];
  return reads;
}

// Is there anything from which something could become known? Most models have
// nothing, and are not looked at further.
bool MayBeFolded(const GraphProto& graph) {
  return std::any_of(graph.node().begin(), graph.node().end(),
                     [](const NodeProto& node) {
                       const std::string& op = node.op_type();
                       return NormalDomain(node.domain()).empty() &&
                              (op == "Shape" || op == "Size" || op == "If");
                     });
}

void BecomeConstant(const std::string& value, NodeProto* node) {
  TensorProto tensor;
  if (!tensor.ParseFromString(value)) return;
  const std::string data = RawDataOf(tensor);
  ClearNumbers(&tensor);
  tensor.set_raw_data(data);
  node->set_op_type("Constant");
  node->clear_domain();
  node->clear_input();
  node->clear_attribute();
  auto* attribute = node->add_attribute();
  attribute->set_name("value");
  attribute->set_type(ONNX_NAMESPACE::AttributeProto::TENSOR);
  *attribute->mutable_t() = std::move(tensor);
}

// Nodes that were read before and are not any more; from the last one back, as
// one that goes no longer reads.
void RemoveUnread(const ReadCounts& before, GraphProto* graph) {
  ReadCounts reads = CountReads(*graph);
  std::vector<bool> goes(graph->node_size());
  for (int i = graph->node_size() - 1; i >= 0; --i) {
    const NodeProto& node = graph->node(i);
    bool was_read = false;
    bool is_read = false;
    for (const std::string& output : node.output()) {
      was_read = was_read || before.contains(output);
      is_read = is_read || reads[output] > 0;
    }
    goes[i] = was_read && !is_read;
    if (!goes[i]) continue;
    for (const std::string& name : ReadNames(node)) --reads[name];
  }
  auto* nodes = graph->mutable_node();
  int kept = 0;
  for (int i = 0; i < nodes->size(); ++i) {
    if (goes[i]) continue;
    if (kept != i) nodes->SwapElements(kept, i);
    ++kept;
  }
  nodes->DeleteSubrange(kept, nodes->size() - kept);
}

void DropOutputs(const std::vector<std::string>& names, GraphProto* graph) {
  if (names.empty()) return;
  const ReadCounts before = CountReads(*graph);
  auto* outputs = graph->mutable_output();
  for (int i = outputs->size() - 1; i >= 0; --i) {
    if (std::ranges::count(names, outputs->Get(i).name()) == 0) continue;
    outputs->DeleteSubrange(i, 1);
  }
  RemoveUnread(before, graph);
}

}  // namespace

void FoldModel(const InputValues& values,
               const std::vector<std::string>& dropped_outputs,
               SourceModel* model) {
  DropOutputs(dropped_outputs, model->proto.mutable_graph());
  model->dropped_outputs = dropped_outputs;
  FixInputs(values, &model->proto);
  model->fixed_inputs = values;
  GraphProto* graph = model->proto.mutable_graph();
  // A branch may hold the next If.
  for (int round = 0; round <= kMaxNesting && MayBeFolded(*graph); ++round) {
    const ReadCounts before = CountReads(*graph);
    const KnownNodes known = FindKnownNodes(*model);
    for (const auto& [node, value] : known.values) {
      BecomeConstant(value, graph->mutable_node(node));
    }
    const bool inlined = InlineBranches(known.conditions, &model->proto);
    RemoveUnread(before, graph);
    if (!inlined) break;
  }
}

}  // namespace dnncut
