// SPDX-License-Identifier: Apache-2.0
//
// Types are inferred again with the free dims twice as large, from the inputs
// alone: what comes out the same is constant. A batch runs through a model
// unchanged and so shows itself, wherever a Reshape or Transpose puts it. Other
// free dims (a height, the length of a sequence) may influence a dim in any
// way; where there are some it must also be declared as that number. What
// follows from what the user states is not constant either, because nothing
// holds a run to it: types are inferred again without that.
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "compiler/base/child_process.h"
#include "frontends/dims/dim_names.h"
#include "frontends/onnx_frontend.h"
#include "frontends/shapes/fixed_dims.h"
#include "frontends/shapes/type_inference.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::ValueInfoProto;

InputShapes ShapesOfInputs(const Graph& graph) {
  InputShapes shapes;
  for (int i = 0; i < graph.input_count; ++i) {
    const Tensor& input = graph.tensors[i];
    if (input.type.has_rank) shapes[input.name] = input.type.shape;
  }
  return shapes;
}

// What the file says of inner tensors holds for one size only.
void ForgetDeclaredTypes(GraphProto* graph) {
  graph->clear_value_info();
  for (auto& output : *graph->mutable_output()) output.clear_type();
}

// The types without what the user states. `model` has its dims fixed.
TypedGraph TypesWithoutStated(const SourceModel& model, ImportOptions options) {
  // Dropped: the first inference has given them already.
  Warnings told;
  options.stated = {};
  return InferTypes(model, options, &told);
}

void WarnOfOpenDims(FreeSizes sizes, std::string_view why, Warnings* warnings) {
  Warn(warnings, "W313",
       "at twice {} the model's types cannot be inferred, so that the halves "
       "leave all dims of what crosses open: {}",
       sizes == FreeSizes::kAll ? "its free dims" : "the batch", why);
}

// The types at the second size; nullopt, with a warning, when the model does
// not allow it.
std::optional<TypedGraph> TypesAtTwice(const SourceModel& model,
                                       ImportOptions options, FreeSizes sizes,
                                       const InputShapes& shapes,
                                       Warnings* warnings) {
  Warnings told;  // dropped: the first size has given them already
  try {
    const auto second =
        ShapesAtTwice(sizes, model.proto.graph(), shapes, options.dims);
    if (!second) {
      WarnOfOpenDims(sizes, "the shapes of its inputs do not follow from it",
                     warnings);
      return std::nullopt;
    }
    SourceModel fixed = model;
    options.stated = {};
    options.dims.clear();
    options.shapes = *second;
    FixDims(options, &fixed.proto, &told);
    ForgetDeclaredTypes(fixed.proto.mutable_graph());
    return TypesWithoutStated(fixed, std::move(options));
  } catch (const Error& error) {
    // Halves must not depend on how fast a machine is.
    const bool of_model = error.exit_code() == ExitCode::kBadInput ||
                          error.exit_code() == ExitCode::kUsage;
    if (!of_model || IsOfDeadChild(error)) throw;
    WarnOfOpenDims(sizes, error.what(), warnings);
    return std::nullopt;
  }
}

// By name; of dims that are no numbers -1.
std::unordered_map<std::string, std::vector<int64_t>> DeclaredShapes(
    const GraphProto& graph) {
  std::unordered_map<std::string, std::vector<int64_t>> shapes;
  for (const auto* list : {&graph.value_info(), &graph.output()}) {
    for (const ValueInfoProto& info : *list) {
      const TensorShapeProto* shape = TensorShape(info);
      if (shape == nullptr) continue;
      std::vector<int64_t>& dims = shapes[info.name()];
      dims.clear();
      for (const auto& dim : shape->dim()) {
        dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
      }
    }
  }
  return shapes;
}

// The positions at which two shapes have the same number.
std::vector<bool> SameDims(const std::vector<int64_t>& a,
                           const std::vector<int64_t>& b) {
  std::vector<bool> same(a.size());
  for (size_t d = 0; d < a.size() && a.size() == b.size(); ++d) {
    same[d] = a[d] >= 0 && a[d] == b[d];
  }
  return same;
}

// Of a model that has no free dims; `types` are those without what is stated,
// if anything is.
void SetConstantDims(const std::optional<TypedGraph>& types, Graph* graph) {
  for (Tensor& tensor : graph->tensors) {
    const std::vector<int64_t>& shape = tensor.type.shape;
    tensor.constant_dims = SameDims(shape, shape);
    if (!types) continue;
    const auto found = types->tensors.find(tensor.name);
    tensor.constant_dims = SameDims(shape, found == types->tensors.end()
                                               ? std::vector<int64_t>()
                                               : found->second.type.shape);
  }
}

}  // namespace

void FindConstantDims(const SourceModel& model, const ImportOptions& options,
                      Graph* graph, Warnings* warnings) {
  const GraphProto& proto = model.proto.graph();
  const FreeDimKinds free = FindFreeDimKinds(proto);
  if (!free.batch && !free.other) {
    SetConstantDims(graph->stated.empty()
                        ? std::nullopt
                        : std::optional(TypesWithoutStated(model, options)),
                    graph);
    return;
  }
  const auto twice = TypesAtTwice(
      model, options, free.other ? FreeSizes::kAll : FreeSizes::kBatch,
      ShapesOfInputs(*graph), warnings);
  const auto declared = DeclaredShapes(proto);
  for (Tensor& tensor : graph->tensors) {
    tensor.constant_dims.assign(tensor.type.shape.size(), false);
    if (!twice) continue;
    const auto second = twice->tensors.find(tensor.name);
    if (second == twice->tensors.end()) continue;
    tensor.constant_dims =
        SameDims(tensor.type.shape, second->second.type.shape);
    if (!free.other) continue;
    const auto stated = declared.find(tensor.name);
    const std::vector<bool> agree =
        stated == declared.end() ? std::vector<bool>(tensor.type.shape.size())
                                 : SameDims(tensor.type.shape, stated->second);
    for (size_t d = 0; d < agree.size(); ++d) {
      if (!agree[d]) tensor.constant_dims[d] = false;
    }
  }
}

}  // namespace dnncut
