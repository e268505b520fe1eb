// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/boundary_type.h"

#include <string_view>
#include <unordered_map>

namespace dnncut {

OpenDims FindOpenDims(const ONNX_NAMESPACE::GraphProto& model,
                      const Graph& graph) {
  std::unordered_map<std::string_view, const TensorType*> fixed;
  for (int i = 0; i < graph.input_count; ++i) {
    fixed[graph.tensors[i].name] = &graph.tensors[i].type;
  }
  OpenDims open;
  for (const auto& input : model.input()) {
    const auto found = fixed.find(input.name());
    if (found == fixed.end()) continue;
    const auto& type = input.type().tensor_type();
    if (input.type().has_tensor_type() && !type.has_shape()) open.all = true;
    for (int d = 0; d < type.shape().dim_size(); ++d) {
      if (type.shape().dim(d).has_dim_value()) continue;
      if (d > 0) open.all = true;
      open.leading = true;
      if (!found->second->shape.empty()) {
        open.values.insert(found->second->shape[0]);
      }
    }
  }
  return open;
}

namespace {

// Whether dim `d` of the type must stay open.
bool IsOpen(const TensorType& type, const OpenDims& open_dims, size_t d) {
  return type.shape[d] < 0 || open_dims.all ||
         (open_dims.leading &&
          (d == 0 || open_dims.values.contains(type.shape[d])));
}

// Opens dims of a declared shape that are not those that the operators compute,
// and a leading dim that is the size of a free batch.
void OpenStaleDims(const TensorType& type, const OpenDims& open_dims,
                   ONNX_NAMESPACE::TensorShapeProto* shape) {
  for (int d = 0; d < shape->dim_size(); ++d) {
    auto* dim = shape->mutable_dim(d);
    if (!dim->has_dim_value()) continue;
    const bool stale = type.shape[d] >= 0 && dim->dim_value() != type.shape[d];
    const bool batch = d == 0 && open_dims.leading &&
                       open_dims.values.contains(dim->dim_value());
    if (!stale && !batch) continue;
    dim->clear_dim_value();
    if (!IsOpen(type, open_dims, d)) dim->set_dim_value(type.shape[d]);
  }
}

}  // namespace

void CompleteType(const TensorType& type, const OpenDims& open_dims,
                  ONNX_NAMESPACE::ValueInfoProto* info) {
  if (type.kind != TensorType::Kind::kTensor) return;
  auto* tensor = info->mutable_type()->mutable_tensor_type();
  if (tensor->elem_type() == 0) {
    tensor->set_elem_type(static_cast<int32_t>(type.dtype));
  }
  if (!type.has_rank) return;
  auto* shape = tensor->mutable_shape();
  if (shape->dim_size() == static_cast<int>(type.shape.size())) {
    OpenStaleDims(type, open_dims, shape);
    return;
  }
  shape->clear_dim();
  for (size_t d = 0; d < type.shape.size(); ++d) {
    auto* dim = shape->add_dim();
    if (!IsOpen(type, open_dims, d)) dim->set_dim_value(type.shape[d]);
  }
}

}  // namespace dnncut
