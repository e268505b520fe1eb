// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/boundary_type.h"

namespace dnncut {
namespace {

using Dimension = ONNX_NAMESPACE::TensorShapeProto::Dimension;

// `size`: of dims that are constant, else -1. A name stands for any size.
void CompleteDim(int64_t size, Dimension* dim) {
  if (!dim->dim_param().empty()) return;
  dim->clear_dim_value();
  if (size >= 0) dim->set_dim_value(size);
}

}  // namespace

void CompleteType(const TensorType& type,
                  const std::vector<bool>& constant_dims,
                  ONNX_NAMESPACE::ValueInfoProto* info) {
  if (type.kind != TensorType::Kind::kTensor) return;
  auto* tensor = info->mutable_type()->mutable_tensor_type();
  if (tensor->elem_type() == 0) {
    tensor->set_elem_type(static_cast<int32_t>(type.dtype));
  }
  if (!type.has_rank) return;
  auto* shape = tensor->mutable_shape();
  if (shape->dim_size() != std::ssize(type.shape)) {
    shape->clear_dim();
    for (size_t d = 0; d < type.shape.size(); ++d) shape->add_dim();
  }
  for (size_t d = 0; d < type.shape.size(); ++d) {
    const bool constant = d < constant_dims.size() && constant_dims[d];
    CompleteDim(constant ? type.shape[d] : -1,
                shape->mutable_dim(static_cast<int>(d)));
  }
}

}  // namespace dnncut
