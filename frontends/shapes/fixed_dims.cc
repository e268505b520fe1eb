// SPDX-License-Identifier: Apache-2.0
//
// Gives the free dimensions of a model their values, in this order: --dim and
// --shape, then 1 for the first dimension of an input that is still free, with
// a warning.
//
// A name of a dimension means the same number everywhere in the main graph and
// its bodies. So all values are collected by name first, where a second,
// different value is an error, and then written into every shape that has the
// name. An option can fill a free dimension but not change one that the model
// fixes.
#include "frontends/shapes/fixed_dims.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "compiler/base/did_you_mean.h"
#include "compiler/model/onnx_walk.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;
using ONNX_NAMESPACE::ValueInfoProto;

using DimValues = std::map<std::string, int64_t>;

TensorShapeProto* ShapeOf(TypeProto* type) {
  switch (type->value_case()) {
    case TypeProto::kTensorType:
      return type->tensor_type().has_shape()
                 ? type->mutable_tensor_type()->mutable_shape()
                 : nullptr;
    case TypeProto::kSparseTensorType:
      return type->sparse_tensor_type().has_shape()
                 ? type->mutable_sparse_tensor_type()->mutable_shape()
                 : nullptr;
    case TypeProto::kSequenceType:
      return ShapeOf(type->mutable_sequence_type()->mutable_elem_type());
    case TypeProto::kOptionalType:
      return ShapeOf(type->mutable_optional_type()->mutable_elem_type());
    default:
      return nullptr;
  }
}

// Visits every shape of the graph and its bodies; a name of a dim means the
// same number in all of them.
using ShapeVisitor = std::function<void(TensorShapeProto*)>;

void ForEachShape(GraphProto* graph, const ShapeVisitor& visit);

void ForEachShape(NodeProto* node, const ShapeVisitor& visit) {
  for (auto& attribute : *node->mutable_attribute()) {
    if (attribute.has_g()) ForEachShape(attribute.mutable_g(), visit);
    for (auto& graph : *attribute.mutable_graphs()) {
      ForEachShape(&graph, visit);
    }
  }
}

void ForEachShape(GraphProto* graph, const ShapeVisitor& visit) {
  for (auto* list : {graph->mutable_input(), graph->mutable_output(),
                     graph->mutable_value_info()}) {
    for (ValueInfoProto& info : *list) {
      TensorShapeProto* shape = ShapeOf(info.mutable_type());
      if (shape != nullptr) visit(shape);
    }
  }
  for (auto& node : *graph->mutable_node()) ForEachShape(&node, visit);
}

std::set<std::string> DimNames(GraphProto* graph) {
  std::set<std::string> names;
  ForEachShape(graph, [&](TensorShapeProto* shape) {
    for (const auto& dim : shape->dim()) {
      if (!dim.dim_param().empty()) names.insert(dim.dim_param());
    }
  });
  return names;
}

void Apply(const DimValues& values, GraphProto* graph) {
  if (values.empty()) return;
  ForEachShape(graph, [&](TensorShapeProto* shape) {
    for (auto& dim : *shape->mutable_dim()) {
      if (dim.dim_param().empty()) continue;
      auto value = values.find(dim.dim_param());
      if (value != values.end()) dim.set_dim_value(value->second);
    }
  });
}

// Stores that the dim called `name` is `value`. Throws Error if it has another
// value already.
void SetDim(const std::string& name, int64_t value, const std::string& source,
            DimValues* values) {
  auto [known, added] = values->emplace(name, value);
  if (!added && known->second != value) {
    Fail(ExitCode::kUsage, "E302",
         "{} makes dimension '{}' {}, but it is {} already", source, name,
         value, known->second);
  }
}

bool IsFixed(const TensorShapeProto::Dimension& dim) {
  return dim.has_dim_value() && dim.dim_value() >= 0;
}

void SetShape(const std::string& name, const std::vector<int64_t>& wanted,
              ValueInfoProto* input, DimValues* values) {
  if (!input->type().has_tensor_type()) {
    Fail(ExitCode::kUsage, "E303", "--shape {}: the input is no tensor", name);
  }
  std::string text = fmt::format("{}", fmt::join(wanted, "x"));
  auto* type = input->mutable_type()->mutable_tensor_type();
  bool has_shape = type->has_shape();
  TensorShapeProto* shape = type->mutable_shape();
  int rank = static_cast<int>(wanted.size());
  if (has_shape && shape->dim_size() != rank) {
    Fail(ExitCode::kUsage, "E303",
         "--shape {}={}: the input has {} dimensions, not {}", name, text,
         shape->dim_size(), rank);
  }
  for (int i = 0; i < rank; ++i) {
    auto* dim = has_shape ? shape->mutable_dim(i) : shape->add_dim();
    if (wanted[i] < 1) {
      Fail(ExitCode::kUsage, "E304", "--shape {}={}: a dimension is at least 1",
           name, text);
    }
    if (IsFixed(*dim) && dim->dim_value() != wanted[i]) {
      Fail(ExitCode::kUsage, "E303",
           "--shape {}={}: dimension {} of the input is fixed to {} by the "
           "model",
           name, text, i, dim->dim_value());
    }
    if (!dim->dim_param().empty()) {
      SetDim(dim->dim_param(), wanted[i],
             fmt::format("--shape {}={}", name, text), values);
    }
    dim->set_dim_value(wanted[i]);
  }
}

void ApplyShapes(const ImportOptions& options, GraphProto* graph,
                 DimValues* values) {
  std::map<std::string, ValueInfoProto*> inputs;
  std::vector<std::string> names;
  for (int index : RealInputs(*graph)) {
    ValueInfoProto* input = graph->mutable_input(index);
    inputs[input->name()] = input;
    names.push_back(input->name());
  }
  for (const auto& [name, shape] : options.shapes) {
    auto input = inputs.find(name);
    if (input == inputs.end()) {
      Fail(ExitCode::kUsage, "E301",
           "--shape {}: the model has no input of this name{}", name,
           DidYouMean(name, names));
    }
    SetShape(name, shape, input->second, values);
  }
}

// Sets batches that are still free to 1, so a model for any batch size is
// compiled for one sample.
DimValues FreeBatches(GraphProto* graph, Warnings* warnings) {
  DimValues values;
  for (int index : RealInputs(*graph)) {
    ValueInfoProto* input = graph->mutable_input(index);
    if (!input->type().has_tensor_type()) continue;
    TensorShapeProto* shape = ShapeOf(input->mutable_type());
    if (shape == nullptr || shape->dim_size() == 0) continue;
    auto* batch = shape->mutable_dim(0);
    if (IsFixed(*batch)) continue;
    std::string name = batch->dim_param();
    if (!name.empty()) {
      bool first = values.emplace(name, 1).second;
      if (!first) continue;
    }
    Warn(warnings, "W301",
         "the first dimension of input '{}' is free{} and is taken as 1; give "
         "{} to choose another",
         input->name(), name.empty() ? "" : fmt::format(" ('{}')", name),
         name.empty() ? fmt::format("--shape {}=...", input->name())
                      : fmt::format("--dim {}=VALUE", name));
    batch->set_dim_value(1);
  }
  return values;
}

}  // namespace

void FixDims(const ImportOptions& options, ModelProto* model,
             Warnings* warnings) {
  GraphProto* graph = model->mutable_graph();
  DimValues values = options.dims;
  std::set<std::string> names = DimNames(graph);
  for (const auto& [name, value] : options.dims) {
    if (value < 1) {
      Fail(ExitCode::kUsage, "E304", "--dim {}={}: a dimension is at least 1",
           name, value);
    }
    if (names.contains(name)) continue;
    Warn(warnings, "W302",
         "--dim {}={}: the model has no dimension of this "
         "name{}",
         name, value, DidYouMean(name, {names.begin(), names.end()}));
  }
  ApplyShapes(options, graph, &values);
  Apply(values, graph);
  Apply(FreeBatches(graph, warnings), graph);
}

}  // namespace dnncut
