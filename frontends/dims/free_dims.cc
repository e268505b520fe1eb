// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/free_dims.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/base/shell_word.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/dims/shape_flags.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;
using ONNX_NAMESPACE::ValueInfoProto;

bool IsOpen(const TypeProto& type) {
  switch (type.value_case()) {
    case TypeProto::kTensorType: {
      const auto& dims = type.tensor_type().shape().dim();
      return !type.tensor_type().has_shape() ||
             std::any_of(dims.begin(), dims.end(),
                         [](const auto& dim) { return !dim.has_dim_value(); });
    }
    case TypeProto::kSequenceType:
      return IsOpen(type.sequence_type().elem_type());
    case TypeProto::kOptionalType:
      return IsOpen(type.optional_type().elem_type());
    default:
      return type.value_case() == TypeProto::VALUE_NOT_SET;
  }
}

class FreeDims {
 public:
  FreeDims(const DimNames& names, const DimValues& values)
      : names_(names), values_(values) {}

  void Add(const ValueInfoProto& input) {
    const std::string& name = input.name();
    if (!IsOpen(input.type())) return;
    if (!input.type().has_tensor_type()) {
      free_.push_back(
          {name, "", fmt::format("the type of input '{}'", name), ""});
      return;
    }
    const TensorShapeProto* shape = TensorShape(input);
    if (shape == nullptr) {
      free_.push_back(
          {name, "", fmt::format("the shape of input '{}'", name),
           ShellFlag("--shape",
                     fmt::format("{}={}x{}x{}", name, letters_.Of(""),
                                 letters_.Of(""), letters_.Of("")))});
      return;
    }
    const bool nameless = std::any_of(
        shape->dim().begin(), shape->dim().end(), [](const auto& dim) {
          return !dim.has_dim_value() && dim.dim_param().empty();
        });
    const std::string by_shape =
        nameless ? ShellFlag("--shape",
                             fmt::format("{}={}", name, ShapePattern(*shape)))
                 : "";
    for (int i = 0; i < shape->dim_size(); ++i) {
      const auto& dim = shape->dim(i);
      if (dim.has_dim_value()) continue;
      if (dim.dim_param().empty()) {
        free_.push_back({name, "",
                         fmt::format("dimension {} of input '{}'", i, name),
                         by_shape});
      } else {
        AddNamed(dim.dim_param(), name, by_shape);
      }
    }
  }

  std::vector<FreeDim> Take() { return std::move(free_); }

 private:
  // "1x3xAxB"
  std::string ShapePattern(const TensorShapeProto& shape) {
    std::vector<std::string> dims;
    for (const auto& dim : shape.dim()) {
      dims.push_back(dim.has_dim_value() ? fmt::to_string(dim.dim_value())
                                         : letters_.Of(dim.dim_param()));
    }
    return fmt::format("{}", fmt::join(dims, "x"));
  }

  void AddNamed(const std::string& dim, const std::string& input,
                const std::string& by_shape) {
    if (!names_.FollowsFromOthers(dim, values_)) {
      Ask(dim, input, by_shape);
      return;
    }
    for (const std::string& part : *names_.PartsOf(dim)) {
      if (!values_.contains(part)) Ask(part, input, by_shape);
    }
  }

  void Ask(const std::string& dim, const std::string& input,
           const std::string& by_shape) {
    free_.push_back({input, dim, fmt::format("'{}' of input '{}'", dim, input),
                     by_shape.empty()
                         ? ShellFlag("--dim", fmt::format("{}=VALUE", dim))
                         : by_shape});
  }

  const DimNames& names_;
  const DimValues& values_;
  DimLetters letters_;
  std::vector<FreeDim> free_;
};

}  // namespace

std::vector<FreeDim> FindFreeDims(const GraphProto& graph,
                                  const DimNames& names,
                                  const DimValues& values) {
  FreeDims free(names, values);
  for (int index : RealInputs(graph)) free.Add(graph.input(index));
  return free.Take();
}

}  // namespace dnncut
