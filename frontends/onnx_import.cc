// SPDX-License-Identifier: Apache-2.0
//
// ImportGraph: which nodes are layers, which are weights, what they read and
// make. Types come from type_inference.

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "compiler/base/checked_math.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/random_nodes.h"
#include "compiler/model/tensor_data.h"
#include "frontends/dims/input_bytes.h"
#include "frontends/onnx_frontend.h"
#include "frontends/shapes/fixed_dims.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/operations.h"
#include "frontends/shapes/stated_sizes.h"
#include "frontends/shapes/tensor_sizes.h"
#include "frontends/shapes/type_inference.h"
#include "frontends/unknown_costs.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// What the name of a tensor stands for: a tensor of the graph or a constant.
struct NameUse {
  bool is_constant = false;
  int id = -1;  // TensorId or ConstantId
};

class Importer {
 public:
  Importer(const ModelProto& model, const TypedGraph& types)
      : model_(model),
        types_(types),
        random_(model),
        functions_(IndexFunctions(model)) {
    for (const auto& import : model.opset_import()) {
      opsets_[std::string(NormalDomain(import.domain()))] = import.version();
    }
  }

  Graph Run() {
    AddInitializers();
    AddInputs();
    for (int i = 0; i < model_.graph().node_size(); ++i) AddNode(i);
    AddOutputs();
    FindSizesOnly();
    return std::move(graph_);
  }

 private:
  TensorType TypeOf(const std::string& name) const {
    auto found = types_.tensors.find(name);
    return found == types_.tensors.end() ? TensorType() : found->second.type;
  }

  OperandType OperandTypeOf(const std::string& name) {
    auto known = operands_.find(name);
    if (known == operands_.end()) {
      TensorType type;
      const auto found = types_.tensors.find(name);
      if (found != types_.tensors.end()) type = LargestType(found->second);
      if (name.empty()) type.kind = TensorType::Kind::kAbsent;
      known = operands_.emplace(name, std::move(type)).first;
    }
    return known->second;
  }

  ConstantId AddConstant(Constant constant) {
    ConstantId id = static_cast<ConstantId>(graph_.constants.size());
    names_[constant.name] = {true, id};
    graph_.constants.push_back(std::move(constant));
    return id;
  }

  void AddInitializers() {
    for (const auto& tensor : model_.graph().initializer()) {
      Constant constant;
      constant.name = tensor.name();
      constant.type = TypeOfTensor(tensor);
      constant.file_bytes = StoredBytes(tensor);
      constant.memory_bytes = constant.file_bytes;
      AddConstant(std::move(constant));
    }
    for (const auto& sparse : model_.graph().sparse_initializer()) {
      Constant constant;
      constant.name = sparse.values().name();
      constant.type.kind = TensorType::Kind::kOther;
      constant.file_bytes =
          CheckedAdd(StoredBytes(sparse.values()),
                     StoredBytes(sparse.indices()), constant.name);
      constant.memory_bytes = constant.file_bytes;
      AddConstant(std::move(constant));
    }
  }

  TensorId AddTensor(const std::string& name, LayerId producer) {
    Tensor tensor;
    tensor.name = name;
    tensor.type = TypeOf(name);
    tensor.producer = producer;
    TensorId id = static_cast<TensorId>(graph_.tensors.size());
    names_[name] = {false, id};
    graph_.tensors.push_back(std::move(tensor));
    return id;
  }

  void AddInputs() {
    for (int index : RealInputs(model_.graph())) {
      AddTensor(model_.graph().input(index).name(), kModelInput);
    }
    graph_.input_count = static_cast<int>(graph_.tensors.size());
  }

  void AddNode(int index) {
    const NodeProto& node = model_.graph().node(index);
    std::vector<TensorId> tensors;
    std::vector<ConstantId> constants;
    for (const std::string& name : ReadNames(node)) {
      const NameUse& use = names_.at(name);
      (use.is_constant ? constants : tensors).push_back(use.id);
    }
    std::sort(tensors.begin(), tensors.end());
    std::sort(constants.begin(), constants.end());
    if (tensors.empty() && !random_.Contains(node)) {
      AddConstantNode(index, constants);
    } else {
      AddLayer(index, std::move(tensors), std::move(constants));
    }
  }

  void AddConstantNode(int index, const std::vector<ConstantId>& inputs) {
    const NodeProto& node = model_.graph().node(index);
    int64_t stored = InnerWeightsOf(node).file_bytes;
    for (const auto& name : node.output()) {
      if (name.empty()) continue;
      Constant constant;
      constant.name = name;
      constant.type = TypeOf(name);
      constant.node = index;
      constant.inputs = inputs;
      // Stored once, whatever the number of outputs.
      constant.file_bytes = std::exchange(stored, 0);
      constant.memory_bytes = MemoryBytes(node, constant);
      AddConstant(std::move(constant));
    }
  }

  int64_t MemoryBytes(const NodeProto& node, const Constant& constant) const {
    // Runtimes keep quantised weights as they are and fuse this operator into
    // the one that reads its output.
    if (node.op_type() == "DequantizeLinear" && node.input_size() > 0) {
      const auto quantised = names_.find(node.input(0));
      if (quantised != names_.end()) {
        return graph_.constants[quantised->second.id].memory_bytes;
      }
    }
    if (HasStaticSize(constant.type)) {
      return BytesOf(constant.type.dtype, constant.type.shape,
                     fmt::format("tensor '{}'", constant.name));
    }
    // The size is not known before the constant is computed; the sizes of its
    // inputs are used instead.
    int64_t bytes = constant.file_bytes;
    for (ConstantId input : constant.inputs) {
      bytes = CheckedAdd(bytes, graph_.constants[input].memory_bytes,
                         fmt::format("tensor '{}'", constant.name));
    }
    return bytes;
  }

  void AddLayer(int index, std::vector<TensorId> inputs,
                std::vector<ConstantId> constants) {
    const NodeProto& node = model_.graph().node(index);
    LayerId id = static_cast<LayerId>(graph_.layers.size());
    Layer layer;
    layer.node = index;
    layer.inputs = std::move(inputs);
    layer.constants = std::move(constants);
    for (TensorId input : layer.inputs) {
      graph_.tensors[input].readers.push_back(id);
    }
    layer.operation = OperationOf(index);
    for (const auto& name : node.output()) {
      if (!name.empty()) layer.outputs.push_back(AddTensor(name, id));
    }
    layer.name = node.name();
    if (layer.name.empty() && !layer.outputs.empty()) {
      layer.name = graph_.tensors[layer.outputs[0]].name;
    }
    layer.inner_weights = InnerWeightsOf(node);
    graph_.layers.push_back(std::move(layer));
  }

  bool IsKnown(const NodeProto& node) const {
    return !random_.Contains(node) &&
           std::all_of(
               node.output().begin(), node.output().end(),
               [&](const std::string& name) {
                 const auto found = types_.tensors.find(name);
                 return name.empty() ||
                        (found != types_.tensors.end() && found->second.known);
               });
  }

  Operation OperationOf(int index) {
    const NodeProto& node = model_.graph().node(index);
    std::vector<Operand> inputs;
    for (const auto& name : node.input()) {
      inputs.push_back(
          {OperandTypeOf(name), !name.empty() && names_.at(name).is_constant});
    }
    std::vector<OperandType> outputs;
    for (const auto& name : node.output()) {
      outputs.push_back(OperandTypeOf(name));
    }
    auto opset = opsets_.find(NormalDomain(node.domain()));
    Operation operation =
        MakeOperation(node, opset == opsets_.end() ? 0 : opset->second,
                      std::move(inputs), std::move(outputs));
    operation.is_known = IsKnown(node);
    auto bodies = types_.bodies.find(index);
    if (bodies != types_.bodies.end()) operation.bodies = bodies->second;
    return operation;
  }

  InnerWeights InnerWeightsOf(const NodeProto& node) const {
    InnerWeights sum = WeightsInside(node);
    for (int called : CalledFunctions(model_, functions_, {&node})) {
      for (const auto& inner : model_.functions(called).node()) {
        const InnerWeights more = WeightsInside(inner);
        for (int64_t InnerWeights::*field :
             {&InnerWeights::elements, &InnerWeights::memory_bytes,
              &InnerWeights::file_bytes}) {
          sum.*field =
              CheckedAdd(sum.*field, more.*field, "weights of a function");
        }
      }
    }
    return sum;
  }

  void AddOutputs() {
    for (const auto& info : model_.graph().output()) {
      const NameUse& use = names_.at(info.name());
      ModelOutput output;
      output.name = info.name();
      output.id = use.id;
      if (use.is_constant) {
        output.source = ModelOutput::Source::kConstant;
      } else if (use.id < graph_.input_count) {
        output.source = ModelOutput::Source::kInput;
      } else {
        graph_.tensors[use.id].is_result = true;
      }
      graph_.outputs.push_back(std::move(output));
    }
  }

  // What makes a result, or nothing that is read, is wanted for itself.
  void FindSizesOnly() {
    for (Layer& layer : graph_.layers) {
      bool is_read = false;
      bool is_result = false;
      for (const TensorId t : layer.outputs) {
        is_read = is_read || !graph_.tensors[t].readers.empty();
        is_result = is_result || graph_.tensors[t].is_result;
      }
      layer.sizes_only = layer.operation.is_known && is_read && !is_result;
    }
  }

  const ModelProto& model_;
  const TypedGraph& types_;
  RandomNodes random_;
  FunctionIndex functions_;
  std::map<std::string, int64_t, std::less<>> opsets_;
  std::unordered_map<std::string, NameUse> names_;
  std::unordered_map<std::string, OperandType> operands_;  // by name
  Graph graph_;
};

// A tensor that crosses becomes an input of the server's half, where the body
// of every node can see it. ONNX allows a body to make a tensor of the same
// name if its node stands before the one that makes the outer tensor; in the
// half, the two names would then clash. So such tensors must not cross.
void KeepWhatBodiesHide(const GraphProto& proto, Graph* graph) {
  std::unordered_map<std::string_view, std::vector<int>> hiding;  // nodes
  for (int n = 0; n < proto.node_size(); ++n) {
    for (const GraphProto* body : Bodies(proto.node(n))) {
      ForEachNode(*body, [&](const NodeProto& inner) {
        for (const auto& name : inner.output()) hiding[name].push_back(n);
      });
    }
  }
  for (Tensor& tensor : graph->tensors) {
    const auto found = hiding.find(tensor.name);
    if (found == hiding.end() || tensor.producer == kModelInput) continue;
    const int maker = graph->layers[tensor.producer].node;
    const std::vector<int>& nodes = found->second;
    if (std::all_of(nodes.begin(), nodes.end(),
                    [&](int node) { return node == maker; })) {
      continue;
    }
    tensor.bytes.reset();
    tensor.why_not = "has the name of a tensor inside another layer";
  }
}

}  // namespace

Graph ImportGraph(const SourceModel& model, const ImportOptions& options,
                  Warnings* warnings) {
  SourceModel fixed = model;
  const FixedDims dims = FixDims(options, &fixed.proto, warnings);
  try {
    const TypedGraph types = InferTypes(fixed, options, warnings);
    Graph graph = Importer(fixed.proto, types).Run();
    graph.stated = EffectOf(options.stated, types);
    SetTensorSizes(types, dims.free, options, &graph, warnings);
    SetInputBytes(options, &graph);
    KeepWhatBodiesHide(fixed.proto.graph(), &graph);
    VerifyGraph(graph);
    WarnOfUnknownCosts(graph, warnings);
    return graph;
  } catch (const Error& error) {
    // A free dim is asked for; what else is wrong with the model may be so
    // because of a guess.
    if (dims.guesses.empty() || error.exit_code() != ExitCode::kBadInput ||
        error.id() == "E310") {
      throw;
    }
    throw Error(error.exit_code(), error.id(),
                fmt::format("{}; the guess may be why: {}", error.what(),
                            fmt::join(dims.guesses, ", ")));
  }
}

}  // namespace dnncut
