// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/dim_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/model/onnx_shapes.h"
#include "frontends/dims/dim_expression.h"

namespace dnncut {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::ValueInfoProto;

namespace {

std::optional<int64_t> Unknown(const std::string&) { return std::nullopt; }

// " with a=2, b=3"
std::string Where(const std::set<std::string>& parts, const DimValues& values) {
  std::string text;
  for (const std::string& part : parts) {
    text += fmt::format("{}{}={}", text.empty() ? " with " : ", ", part,
                        values.at(part));
  }
  return text;
}

}  // namespace

const TensorShapeProto* TensorShape(const ValueInfoProto& info) {
  return info.type().has_tensor_type() && info.type().tensor_type().has_shape()
             ? &info.type().tensor_type().shape()
             : nullptr;
}

DimNames::DimNames(GraphProto* graph) {
  ForEachShape(graph, [&](const std::string&, TensorShapeProto* shape) {
    for (const auto& dim : shape->dim()) {
      if (!dim.dim_param().empty()) Add(dim.dim_param());
    }
  });
}

void DimNames::Add(const std::string& name) {
  if (!own_.insert(name).second) return;
  const ComputedDim dim = ComputeDim(name, Unknown);
  if (dim.kind == ComputedDim::Kind::kName) return;
  // A number is a size; what is none, and 0, is more likely meant as a name.
  if (dim.names.empty() && dim.size == 0) return;
  parts_.insert(dim.names.begin(), dim.names.end());
  expressions_[name] = dim.names;
}

bool DimNames::Contains(const std::string& name) const {
  return own_.contains(name) || parts_.contains(name);
}

std::vector<std::string> DimNames::All() const {
  std::set<std::string> all = own_;
  all.insert(parts_.begin(), parts_.end());
  return {all.begin(), all.end()};
}

const std::set<std::string>* DimNames::PartsOf(const std::string& name) const {
  const auto found = expressions_.find(name);
  return found == expressions_.end() ? nullptr : &found->second;
}

bool DimNames::FollowsFromOthers(const std::string& name,
                                 const DimValues& values) const {
  const std::set<std::string>* parts = PartsOf(name);
  return parts != nullptr &&
         std::any_of(parts->begin(), parts->end(), [&](const auto& part) {
           return own_.contains(part) || values.contains(part);
         });
}

void DimNames::Compute(DimValues* values) const {
  const auto value_of = [&](const std::string& name) -> std::optional<int64_t> {
    const auto value = values->find(name);
    if (value == values->end()) return std::nullopt;
    return value->second;
  };
  // No expression reads another one: what it reads are words.
  DimValues computed;
  for (const auto& [name, parts] : expressions_) {
    const ComputedDim dim = ComputeDim(name, value_of);
    if (dim.kind == ComputedDim::Kind::kOpen) continue;
    const auto given = values->find(name);
    if (dim.kind == ComputedDim::Kind::kNoSize) {
      if (given != values->end()) continue;
      Fail(ExitCode::kUsage, "E306", "dimension '{}' is {}{}, which is no size",
           name, dim.value, Where(parts, *values));
    }
    // A number is nothing but a name to a runtime, so another one can be given.
    if (given != values->end() && given->second != dim.size && !parts.empty()) {
      Fail(ExitCode::kUsage, "E302",
           "dimension '{}' is given as {}, but it is {}{}", name, given->second,
           dim.size, Where(parts, *values));
    }
    computed.emplace(name, dim.size);
  }
  values->merge(computed);
}

}  // namespace dnncut
