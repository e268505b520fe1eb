// SPDX-License-Identifier: Apache-2.0
//
// Looks into ONNX messages: what a node reads, its bodies, its tensors, the
// functions that it calls. The functions here recurse into bodies; the reader
// of model files bounds how deeply those are nested, so the recursion stays
// shallow.
#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

// "ai.onnx" is another spelling of the default domain, "".
std::string_view NormalDomain(std::string_view domain);

// The node's name; of a nameless one that of its first output, or "".
std::string NameOf(const ONNX_NAMESPACE::NodeProto& node);

// The graphs among a node's attributes, in their order: the branches of an If,
// the body of a Loop or Scan.
std::vector<const ONNX_NAMESPACE::GraphProto*> Bodies(
    const ONNX_NAMESPACE::NodeProto& node);

// The tensors that a node reads: its inputs, then what its bodies capture from
// outside, bodies in bodies included. Each once, never "".
std::vector<std::string> ReadNames(const ONNX_NAMESPACE::NodeProto& node);

// The names that a body captures: those that its nodes or its outputs read and
// that it does not define itself. Each once, never "".
std::vector<std::string> CapturedNames(const ONNX_NAMESPACE::GraphProto& body);

// The model's inputs that are not initializers, as indices, in the model's
// order.
std::vector<int> RealInputs(const ONNX_NAMESPACE::GraphProto& graph);

// The node itself first, then the nodes of its bodies, bodies in bodies
// included. For a graph or a function: that for each of its nodes.
using NodeVisitor = std::function<void(const ONNX_NAMESPACE::NodeProto&)>;
void ForEachNode(const ONNX_NAMESPACE::NodeProto& node,
                 const NodeVisitor& visit);
void ForEachNode(const ONNX_NAMESPACE::GraphProto& graph,
                 const NodeVisitor& visit);
void ForEachNode(const ONNX_NAMESPACE::FunctionProto& function,
                 const NodeVisitor& visit);

// Every TensorProto: initializers, values and indices of sparse tensors, tensor
// attributes; bodies included. For a model: its graph's and its functions', not
// those of its training_info.
using TensorVisitor = std::function<void(const ONNX_NAMESPACE::TensorProto&)>;
void ForEachTensor(const ONNX_NAMESPACE::NodeProto& node,
                   const TensorVisitor& visit);
void ForEachTensor(const ONNX_NAMESPACE::GraphProto& graph,
                   const TensorVisitor& visit);
void ForEachTensor(const ONNX_NAMESPACE::FunctionProto& function,
                   const TensorVisitor& visit);
void ForEachTensor(const ONNX_NAMESPACE::ModelProto& model,
                   const TensorVisitor& visit);

// The same, to change them.
using TensorMutator = std::function<void(ONNX_NAMESPACE::TensorProto*)>;
void ForEachTensor(ONNX_NAMESPACE::NodeProto* node, const TensorMutator& visit);
void ForEachTensor(ONNX_NAMESPACE::GraphProto* graph,
                   const TensorMutator& visit);
void ForEachTensor(ONNX_NAMESPACE::FunctionProto* function,
                   const TensorMutator& visit);
void ForEachTensor(ONNX_NAMESPACE::ModelProto* model,
                   const TensorMutator& visit);

// What identifies a model-local function. `overload` exists since IR version
// 10; libonnx 1.12 keeps it among the unknown fields.
struct FunctionKey {
  std::string domain;  // normal
  std::string name;
  std::string overload;

  auto operator<=>(const FunctionKey&) const = default;
};
FunctionKey KeyOf(const ONNX_NAMESPACE::FunctionProto& function);
// Of the function that the node calls, if there is such a function.
FunctionKey KeyOf(const ONNX_NAMESPACE::NodeProto& node);

// Index into ModelProto.functions.
using FunctionIndex = std::map<FunctionKey, int>;
FunctionIndex IndexFunctions(const ONNX_NAMESPACE::ModelProto& model);

// The functions that `nodes` call, directly, from bodies or from other
// functions: ascending indices into ModelProto.functions.
std::vector<int> CalledFunctions(
    const ONNX_NAMESPACE::ModelProto& model, const FunctionIndex& index,
    const std::vector<const ONNX_NAMESPACE::NodeProto*>& nodes);

}  // namespace dnncut
