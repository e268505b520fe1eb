// SPDX-License-Identifier: Apache-2.0
//
// Asks libonnx's schema of an operator for the types of its outputs. What it
// answers is not believed: a complaint takes the shapes away that came with it,
// operator_table.cc says what it is known to get wrong, and dims that cannot be
// become unknown.
#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "frontends/read/onnx_text.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::GraphInferencer;
using ONNX_NAMESPACE::InferenceContext;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::OpSchema;
using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

namespace {

// A rule may ask about an operator of another domain than that of the node.
int SchemaVersion(const NodeRun& run, const NodeProto& asked) {
  constexpr int kNewest = 1000;
  if (NormalDomain(asked.domain()) != NormalDomain(run.node->domain())) {
    return kNewest;
  }
  return static_cast<int>(std::min<int64_t>(run.opset, kNewest));
}

bool HasNegativeDim(const TypeProto& type) {
  const auto& dims = type.tensor_type().shape().dim();
  return std::any_of(dims.begin(), dims.end(),
                     [](const auto& dim) { return dim.dim_value() < 0; });
}

}  // namespace

void LoadSchemas() { ONNX_NAMESPACE::OpSchemaRegistry::Schema("Identity"); }

// The node as libonnx's inference functions see it.
class NodeContext final : public InferenceContext {
 public:
  NodeContext(TypeEngine* engine, const NodeProto& node, NodeRun* run)
      : engine_(engine), node_(node), run_(run), outputs_(node.output_size()) {
    for (int i = 0; i < node.input_size(); ++i) {
      const std::string& name = node.input(i);
      inputs_.push_back(name.empty() ? nullptr : FindFact(*run->scope, name));
    }
  }

  const AttributeProto* getAttribute(const std::string& name) const override {
    for (const auto& attribute : node_.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }
  size_t getNumInputs() const override { return inputs_.size(); }
  const TypeProto* getInputType(size_t index) const override {
    const Fact* fact = inputs_.at(index);
    if (fact == nullptr ||
        fact->type.value_case() == TypeProto::VALUE_NOT_SET) {
      return nullptr;
    }
    return &fact->type;
  }
  const TensorProto* getInputData(size_t index) const override {
    const Fact* fact = inputs_.at(index);
    return fact == nullptr ? nullptr : fact->data;
  }
  size_t getNumOutputs() const override { return outputs_.size(); }
  TypeProto* getOutputType(size_t index) override {
    return &outputs_.at(index);
  }
  GraphInferencer* getGraphAttributeInferencer(
      const std::string& name) override;
  const SparseTensorProto* getInputSparseData(size_t) const override {
    return nullptr;
  }
  const TensorShapeProto* getSymbolicInput(size_t index) const override {
    const Fact* fact = inputs_.at(index);
    return fact == nullptr ? nullptr : fact->symbolic.get();
  }

 private:
  class BodyInferencer final : public GraphInferencer {
   public:
    BodyInferencer(NodeContext* context, std::string attribute)
        : context_(context), attribute_(std::move(attribute)) {}
    std::vector<const TypeProto*> doInferencing(
        const std::vector<const TypeProto*>& types,
        const std::vector<const TensorProto*>& data) override;

   private:
    NodeContext* context_;
    std::string attribute_;
    std::vector<Fact> results_;  // owns the types that doInferencing returns
  };

  TypeEngine* engine_;
  const NodeProto& node_;
  NodeRun* run_;
  std::vector<const Fact*> inputs_;
  std::vector<TypeProto> outputs_;
  std::map<std::string, BodyInferencer> inferencers_;
};

GraphInferencer* NodeContext::getGraphAttributeInferencer(
    const std::string& name) {
  return &inferencers_.try_emplace(name, this, name).first->second;
}

std::vector<const TypeProto*> NodeContext::BodyInferencer::doInferencing(
    const std::vector<const TypeProto*>& types,
    const std::vector<const TensorProto*>&) {
  const AttributeProto* attribute = context_->getAttribute(attribute_);
  if (attribute == nullptr || !attribute->has_g()) {
    throw ONNX_NAMESPACE::InferenceError("there is no graph " + attribute_);
  }
  std::vector<Fact> inputs(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i] != nullptr) inputs[i].type = *types[i];
  }
  results_ = context_->engine_->InferBody(context_->run_, attribute_,
                                          attribute->g(), inputs);
  std::vector<const TypeProto*> pointers;
  for (const Fact& result : results_) pointers.push_back(&result.type);
  return pointers;
}

void TypeEngine::InferWithSchema(const NodeProto& node, NodeRun* run) {
  const OpSchema* schema = ONNX_NAMESPACE::OpSchemaRegistry::Schema(
      node.op_type(), SchemaVersion(*run, node),
      std::string(NormalDomain(node.domain())));
  if (schema == nullptr) {
    run->problem = "not known to libonnx";
    run->unknown = true;
    return;
  }
  if (!schema->has_type_and_shape_inference_function()) {
    if (schema->HasFunction()) {
      InferCall(run, *schema->GetFunction(), false);
    } else {
      run->problem = "libonnx does not infer its sizes";
      run->unknown = true;
    }
    return;
  }
  NodeContext context(this, node, run);
  try {
    schema->GetTypeAndShapeInferenceFunction()(context);
  } catch (const std::exception& error) {
    run->problem = Shortened(error.what());
  }
  for (size_t i = 0; i < run->outputs.size(); ++i) {
    TypeProto& type = run->outputs[i].type;
    type = std::move(*context.getOutputType(i));
    // A shape that was set before the function failed may be incomplete.
    if (!run->problem.empty() && type.has_tensor_type()) {
      type.mutable_tensor_type()->clear_shape();
    }
    if (run->rules->correct != nullptr) run->rules->correct(*run, &type);
    if (!run->rules->sized_by_values && HasNegativeDim(type)) {
      run->problem = "its input is too small: a size would be negative";
    }
    if (!Sanitize(&type)) {
      run->problem = "its result is too large";
      run->refused = true;
    }
  }
}

}  // namespace dnncut
