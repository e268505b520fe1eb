// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/shape_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "compiler/base/shell_word.h"

namespace dnncut {
namespace {

// Made by a layer, without a size or a bound, and such that a shape would give
// it one.
bool IsOpen(const Tensor& tensor) {
  if (tensor.producer == kModelInput) return false;
  if (tensor.type.kind == TensorType::Kind::kUnknown) return true;
  return tensor.type.kind == TensorType::Kind::kTensor &&
         !IsStatic(tensor.type) && tensor.size_basis != SizeBasis::kAtMost;
}

// The open tensors that `tensors` are, or follow from, and that follow from no
// other: ascending.
std::vector<TensorId> Origins(const Graph& graph,
                              const std::vector<TensorId>& tensors) {
  std::vector<TensorId> origins;
  std::set<TensorId> seen;
  std::vector<TensorId> left;
  const auto visit = [&](TensorId id) {
    if (!IsOpen(graph.tensors[id])) return false;
    if (seen.insert(id).second) left.push_back(id);
    return true;
  };
  for (const TensorId id : tensors) visit(id);
  while (!left.empty()) {
    const TensorId id = left.back();
    left.pop_back();
    const Layer& maker = graph.layers[graph.tensors[id].producer];
    bool follows = false;
    for (const TensorId input : maker.inputs) {
      if (visit(input)) follows = true;
    }
    if (!follows) origins.push_back(id);
  }
  std::sort(origins.begin(), origins.end());
  return origins;
}

std::string TypePattern(const TensorType& type, DimLetters* letters) {
  const std::string dtype = type.dtype == DType::kUndefined
                                ? "TYPE"
                                : std::string(DTypeName(type.dtype));
  if (!type.has_rank) return fmt::format("{}[SHAPE]", dtype);
  std::vector<std::string> dims;
  for (const int64_t dim : type.shape) {
    dims.push_back(dim < 0 ? letters->Of("") : fmt::to_string(dim));
  }
  return fmt::format("{}[{}]", dtype, fmt::join(dims, ","));
}

}  // namespace

std::string DimLetters::Of(const std::string& name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWYZ";
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    return known->second;
  }
  const int count = static_cast<int>(kLetters.size());
  std::string letter(1, kLetters[used_ % count]);
  if (used_ >= count) letter += fmt::to_string(used_ / count);
  ++used_;
  if (!name.empty()) by_name_[name] = letter;
  return letter;
}

std::string TensorShapeFlags(const Graph& graph,
                             const std::vector<TensorId>& tensors) {
  constexpr size_t kShown = 16;
  std::vector<TensorId> origins = Origins(graph, tensors);
  origins.resize(std::min(origins.size(), kShown));
  DimLetters letters;
  std::vector<std::string> flags;
  for (const TensorId id : origins) {
    const Tensor& tensor = graph.tensors[id];
    flags.push_back(ShellFlag(
        "--tensor-shape",
        fmt::format("{}={}", tensor.name, TypePattern(tensor.type, &letters))));
  }
  return fmt::format("{}", fmt::join(flags, " "));
}

}  // namespace dnncut
