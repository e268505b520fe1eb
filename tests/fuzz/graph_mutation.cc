// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/graph_mutation.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/model/onnx_walk.h"
#include "tests/fuzz/body_mutation.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

void CollectGraphs(GraphProto* graph, std::vector<GraphProto*>* graphs) {
  graphs->push_back(graph);
  for (NodeProto& node : *graph->mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) CollectGraphs(attribute.mutable_g(), graphs);
    }
  }
}

// One list of nodes, and what may be changed beside it.
class GraphMutation {
 public:
  GraphMutation(Random* random, ModelProto* model, GraphProto* graph)
      : random_(random), model_(model), graph_(graph) {}

  void Run() {
    if (graph_->node_size() == 0) return;
    const int at = random_->Below(graph_->node_size());
    switch (random_->Below(16)) {
      case 0:
        return ReplaceNode(at, IfOf(graph_->node(at), NewCondition(), random_));
      case 1:
        return ReplaceNode(at, LoopOf(graph_->node(at), random_));
      case 2:
        return ReplaceNode(at, ScanOf(graph_->node(at), random_));
      case 3:
        return ReplaceNode(at, CallOf(graph_->node(at), random_, model_));
      case 4:
        return InsertBefore(at);
      case 5:
        return DoubleNode(at);
      case 6:
        return BypassNode(at);
      case 7:
        return ReplaceOperator(at);
      case 8:
        return ReplaceInput(at);
      case 9:
        return AddResult(at);
      case 10:
        return RenameTensor(at);
      case 11:
        return MoveWeight();
      case 12:
        return FreeDimension();
      case 13:
        return graph_->mutable_node()->SwapElements(
            at, random_->Below(graph_->node_size()));
      case 14:
        return AddList(at);
      default:
        return AddWeight(at);
    }
  }

 private:
  std::string NewName() { return FreshName(random_); }

  void ReplaceNode(int at, const NodeProto& node) {
    *graph_->mutable_node(at) = node;
  }

  // At the place `at`; what stands there moves back.
  NodeProto* InsertNode(int at, const std::string& op_type) {
    NodeProto* const node = graph_->add_node();
    node->set_op_type(op_type);
    for (int i = graph_->node_size() - 1; i > at; --i) {
      graph_->mutable_node()->SwapElements(i, i - 1);
    }
    return graph_->mutable_node(at);
  }

  std::string NewCondition() {
    const std::string name = NewName();
    if (random_->Chance(1, 3)) {
      auto* const value = model_->mutable_graph()->add_initializer();
      value->set_name(name);
      value->set_data_type(TensorProto::BOOL);
      value->set_raw_data(std::string(1, '\1'));
    } else {
      AddScalar(TensorProto::BOOL, name,
                model_->mutable_graph()->mutable_input());
    }
    return name;
  }

  void InsertBefore(int at) {
    static const char* const kOperators[] = {
        "Identity", "Relu",      "Abs",     "Neg",  "Shape",
        "Dropout",  "NonZero",   "Softmax", "Cast", "RandomNormalLike",
        "Optional", "Unsqueeze", "Squeeze"};
    if (graph_->node(at).input_size() == 0) return;
    const int input = random_->Below(graph_->node(at).input_size());
    const std::string read = graph_->node(at).input(input);
    const std::string made = NewName();
    graph_->mutable_node(at)->set_input(input, made);
    NodeProto* const node =
        InsertNode(at, kOperators[random_->Below(std::size(kOperators))]);
    node->add_input(read);
    node->add_output(made);
    if (node->op_type() == "Cast") AddInteger("to", random_->Below(17), node);
  }

  void DoubleNode(int at) {
    const NodeProto copy = graph_->node(at);
    NodeProto* const node = InsertNode(at, copy.op_type());
    *node = copy;
    for (std::string& output : *node->mutable_output()) {
      if (!output.empty()) output = NewName();
    }
  }

  void BypassNode(int at) {
    const NodeProto node = graph_->node(at);
    if (node.input_size() == 0 || node.output_size() == 0) return;
    for (NodeProto& reader : *graph_->mutable_node()) {
      for (std::string& input : *reader.mutable_input()) {
        if (input == node.output(0)) input = node.input(0);
      }
    }
    if (random_->Chance(1, 2)) return;  // it makes what nobody reads
    graph_->mutable_node()->DeleteSubrange(at, 1);
  }

  void ReplaceOperator(int at) {
    static const char* const kOne[] = {
        "Relu",  "Neg",  "Shape",     "Size",       "NonZero", "Not",
        "Floor", "Tanh", "Transpose", "ReduceSum",  "Flatten", "Unique",
        "Sum",   "Max",  "Dropout",   "Multinomial"};
    static const char* const kTwo[] = {
        "Add",    "MatMul", "Mul",    "Concat", "Gather", "Reshape",
        "Expand", "Tile",   "Gather", "Less",   "Conv",   "Compress",
        "Split",  "Pow",    "Where",  "Resize"};
    NodeProto* const node = graph_->mutable_node(at);
    node->set_op_type(node->input_size() == 1
                          ? kOne[random_->Below(std::size(kOne))]
                          : kTwo[random_->Below(std::size(kTwo))]);
  }

  // A tensor that is there before the node `at`.
  std::string NameBefore(int at) {
    std::vector<std::string> names;
    for (const auto& input : graph_->input()) names.push_back(input.name());
    for (const auto& tensor : graph_->initializer()) {
      names.push_back(tensor.name());
    }
    for (int n = 0; n < at; ++n) {
      const auto& outputs = graph_->node(n).output();
      names.insert(names.end(), outputs.begin(), outputs.end());
    }
    return names.empty()
               ? ""
               : names[random_->Below(static_cast<int>(names.size()))];
  }

  void ReplaceInput(int at) {
    NodeProto* const node = graph_->mutable_node(at);
    const std::string name = random_->Chance(1, 10) ? "" : NameBefore(at);
    if (node->input_size() == 0 || random_->Chance(1, 5)) {
      node->add_input(name);
    } else {
      node->set_input(random_->Below(node->input_size()), name);
    }
  }

  void AddResult(int at) {
    if (graph_->node(at).output_size() == 0) return;
    auto* const output = graph_->add_output();
    output->set_name(graph_->node(at).output(0));
  }

  // Everywhere, to something that needs care where it is written.
  void RenameTensor(int at) {
    static const char* const kNames[] = {
        "</script>", "a b", "\xE2\x88\x9E", "'\"", "a/b",
        "$(x)",      "%s",  "\\",           "..",  "x:0"};
    const NodeProto& node = graph_->node(at);
    if (node.output_size() == 0) return;
    const std::string name = fmt::format(
        "{}{}", kNames[random_->Below(std::size(kNames))], random_->Below(9));
    const std::string old = node.output(0);
    for (GraphProto* graph : Graphs()) {
      RenameInNodes(old, name, graph->mutable_node());
      for (auto& output : *graph->mutable_output()) {
        if (output.name() == old) output.set_name(name);
      }
    }
    if (random_->Chance(1, 4)) graph_->mutable_node(at)->set_name(name);
  }

  std::vector<GraphProto*> Graphs() {
    std::vector<GraphProto*> graphs;
    CollectGraphs(graph_, &graphs);
    return graphs;
  }

  void MoveWeight() {
    if (graph_->initializer_size() == 0) return;
    const int at = random_->Below(graph_->initializer_size());
    TensorProto* const tensor = graph_->mutable_initializer(at);
    if (random_->Chance(1, 3)) {  // an input that may be given
      auto* const input = graph_->add_input();
      input->set_name(tensor->name());
      auto* const type = input->mutable_type()->mutable_tensor_type();
      type->set_elem_type(tensor->data_type());
      for (const int64_t dim : tensor->dims()) {
        type->mutable_shape()->add_dim()->set_dim_value(dim);
      }
    } else if (random_->Chance(1, 2)) {
      MakeExternal(tensor);
    } else {
      const TensorProto value = *tensor;
      graph_->mutable_initializer()->DeleteSubrange(at, 1);
      NodeProto* const node = InsertNode(0, "Constant");
      node->add_output(value.name());
      auto* const attribute = node->add_attribute();
      attribute->set_name("value");
      attribute->set_type(ONNX_NAMESPACE::AttributeProto::TENSOR);
      *attribute->mutable_t() = value;
    }
  }

  void MakeExternal(TensorProto* tensor) {
    const int64_t bytes = std::max<int64_t>(
        tensor->raw_data().size(), int64_t{4} * tensor->float_data_size());
    tensor->clear_raw_data();
    tensor->clear_float_data();
    tensor->set_data_location(TensorProto::EXTERNAL);
    const auto add = [&](const std::string& key, const std::string& value) {
      auto* const entry = tensor->add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    };
    add("location", "weights");
    add("offset", fmt::format("{}", 64 * random_->Below(80)));
    if (random_->Chance(3, 4)) add("length", fmt::format("{}", bytes));
  }

  void FreeDimension() {
    if (graph_->input_size() == 0) return;
    auto* const type =
        graph_->mutable_input(random_->Below(graph_->input_size()))
            ->mutable_type()
            ->mutable_tensor_type();
    if (type->shape().dim_size() == 0) {
      type->mutable_shape()->add_dim();
    }
    auto* const dim = type->mutable_shape()->mutable_dim(
        random_->Below(type->shape().dim_size()));
    if (random_->Chance(1, 2)) {
      dim->set_dim_param("n");
    } else {
      dim->set_dim_value(random_->Below(300));
    }
  }

  // A sequence crosses no cut.
  void AddList(int at) {
    if (graph_->node(at).input_size() == 0) return;
    const std::string list = NewName();
    const std::string made = NewName();
    const std::string read = graph_->node(at).input(0);
    graph_->mutable_node(at)->set_input(0, made);
    NodeProto* const joined = InsertNode(at, "ConcatFromSequence");
    joined->add_input(list);
    joined->add_output(made);
    AddInteger("axis", 0, joined);
    NodeProto* const made_list = InsertNode(at, "SequenceConstruct");
    made_list->add_input(read);
    made_list->add_output(list);
  }

  // Of any size around the limit for inline data, as an operand of `at`.
  void AddWeight(int at) {
    static const int kElements[] = {0, 1, 3, 255, 256, 257, 300, 2048};
    const int elements = kElements[random_->Below(std::size(kElements))];
    auto* const tensor = graph_->add_initializer();
    tensor->set_name(NewName());
    tensor->set_data_type(TensorProto::FLOAT);
    tensor->add_dims(elements);
    if (random_->Chance(1, 2)) {
      tensor->set_raw_data(std::string(static_cast<size_t>(4 * elements), 'r'));
    } else {
      for (int i = 0; i < elements; ++i) {
        tensor->add_float_data(static_cast<float>(i));
      }
    }
    const std::string name = tensor->name();
    NodeProto* const node = graph_->mutable_node(at);
    if (node->input_size() > 1) {
      node->set_input(1, name);
    } else {
      node->add_input(name);
    }
  }

  Random* random_;
  ModelProto* model_;
  GraphProto* graph_;
};

}  // namespace

void MutateGraph(Random* random, ModelProto* model) {
  std::vector<GraphProto*> graphs;
  CollectGraphs(model->mutable_graph(), &graphs);
  // Mostly the main one.
  GraphProto* const graph =
      random->Chance(2, 3)
          ? graphs[0]
          : graphs[random->Below(static_cast<int>(graphs.size()))];
  GraphMutation(random, model, graph).Run();
}

}  // namespace dnncut
