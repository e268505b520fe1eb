// SPDX-License-Identifier: Apache-2.0
//
// Gives the free dimensions of a model their values, in this order: --dim,
// --shape and, of an input, --tensor-shape; dims whose names are numbers or
// expressions of known dims; 1 for a first dimension of an input that can only
// be a batch, with a warning; and again expressions, now of batches too.
//
// A name of a dimension means the same number everywhere in the main graph and
// its bodies. So all values are collected by name first, where a second,
// different value is an error, and then written into every shape that has the
// name. An option can fill a free dimension but not change one that the model
// fixes.
//
// What a batch is is guessed, so only where nothing speaks against it
// (batch_dims.h).
#include "frontends/shapes/fixed_dims.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/shell_word.h"
#include "compiler/model/onnx_shapes.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/dims/batch_dims.h"
#include "frontends/dims/dim_names.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::ValueInfoProto;

void Apply(const DimValues& values, GraphProto* graph) {
  if (values.empty()) return;
  ForEachShape(graph, [&](const std::string&, TensorShapeProto* shape) {
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

void SetShape(std::string_view flag, const std::string& name,
              const std::vector<int64_t>& wanted, ValueInfoProto* input,
              DimValues* values) {
  if (!input->type().has_tensor_type()) {
    Fail(ExitCode::kUsage, "E303", "{} {}: the input is no tensor", flag, name);
  }
  std::string text = fmt::format("{}", fmt::join(wanted, "x"));
  auto* type = input->mutable_type()->mutable_tensor_type();
  bool has_shape = type->has_shape();
  TensorShapeProto* shape = type->mutable_shape();
  int rank = static_cast<int>(wanted.size());
  if (has_shape && shape->dim_size() != rank) {
    Fail(ExitCode::kUsage, "E303",
         "{} {}={}: the input has {} dimensions, not {}", flag, name, text,
         shape->dim_size(), rank);
  }
  for (int i = 0; i < rank; ++i) {
    auto* dim = has_shape ? shape->mutable_dim(i) : shape->add_dim();
    if (wanted[i] < 0) {
      Fail(ExitCode::kUsage, "E304", "{} {}={}: a dimension is never negative",
           flag, name, text);
    }
    if (dim->has_dim_value() && dim->dim_value() != wanted[i]) {
      Fail(ExitCode::kUsage, "E303",
           "{} {}={}: dimension {} of the input is fixed to {} by the model",
           flag, name, text, i, dim->dim_value());
    }
    if (!dim->dim_param().empty()) {
      SetDim(dim->dim_param(), wanted[i],
             fmt::format("{} {}={}", flag, name, text), values);
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
    SetShape("--shape", name, shape, input->second, values);
  }
  for (const auto& [name, type] : options.stated.shapes) {
    auto input = inputs.find(name);
    if (input == inputs.end()) continue;
    if (options.shapes.contains(name)) {
      Fail(ExitCode::kUsage, "E108",
           "--shape and --tensor-shape both give the shape of '{}'", name);
    }
    SetShape("--tensor-shape", name, type.shape, input->second, values);
  }
}

DimValues GivenDims(const ImportOptions& options, const DimNames& names,
                    Warnings* warnings) {
  for (const auto& [name, value] : options.dims) {
    if (value < 0) {
      Fail(ExitCode::kUsage, "E304",
           "--dim {}={}: a dimension is never negative", name, value);
    }
    if (names.Contains(name)) continue;
    Warn(warnings, "W302",
         "--dim {}={}: the model has no dimension of this "
         "name{}",
         name, value, DidYouMean(name, names.All()));
  }
  return options.dims;
}

// Sets first dims that can be a batch and are still free to 1, so a model for
// any batch size is compiled for one sample. Adds to `values` which names that
// gives.
void FixBatch(const DimNames& names, GraphProto* graph, DimValues* values,
              std::vector<std::string>* guesses, Warnings* warnings) {
  const BatchDims batch(names, *graph);
  for (int index : RealInputs(*graph)) {
    ValueInfoProto* input = graph->mutable_input(index);
    const TensorShapeProto* shape = TensorShape(*input);
    if (shape == nullptr || shape->dim_size() == 0) continue;
    if (shape->dim(0).has_dim_value()) continue;
    if (!batch.CanLead(*shape, *values)) continue;
    const std::string name = shape->dim(0).dim_param();
    if (!name.empty() && !values->emplace(name, 1).second) continue;
    const std::string what =
        fmt::format("the first dimension of input '{}'", input->name());
    const std::string named = name.empty() ? "" : fmt::format(" ('{}')", name);
    const std::string flag =
        name.empty()
            ? ShellFlag("--shape", fmt::format("{}=...", input->name()))
            : ShellFlag("--dim", fmt::format("{}=VALUE", name));
    Warn(warnings, "W301",
         "{} is free{} and is taken as 1; give {} to choose another", what,
         named, flag);
    guesses->push_back(fmt::format("{}{} was taken as 1, which {} changes",
                                   what, named, flag));
    input->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(0)
        ->set_dim_value(1);
  }
}

}  // namespace

FixedDims FixDims(const ImportOptions& options, ModelProto* model,
                  Warnings* warnings) {
  FixedDims result;
  GraphProto* graph = model->mutable_graph();
  const DimNames names(graph);
  DimValues values = GivenDims(options, names, warnings);
  ApplyShapes(options, graph, &values);
  names.Compute(&values);
  Apply(values, graph);
  FixBatch(names, graph, &values, &result.guesses, warnings);
  names.Compute(&values);
  Apply(values, graph);
  result.free = FindFreeDims(*graph, names, values);
  return result;
}

}  // namespace dnncut
