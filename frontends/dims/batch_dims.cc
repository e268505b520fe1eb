// SPDX-License-Identifier: Apache-2.0
#include "frontends/dims/batch_dims.h"

#include "compiler/model/onnx_walk.h"

namespace dnncut {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::ValueInfoProto;

BatchDims::BatchDims(const DimNames& names, const GraphProto& graph)
    : names_(names) {
  for (int index : RealInputs(graph)) Look(graph.input(index), true);
  for (const auto& output : graph.output()) Look(output, false);
}

// An output has a first dim like an input, but is no place for a batch to come
// from.
void BatchDims::Look(const ValueInfoProto& info, bool is_input) {
  const TensorShapeProto* shape = TensorShape(info);
  if (shape == nullptr) return;
  for (int i = 0; i < shape->dim_size(); ++i) {
    const std::string& name = shape->dim(i).dim_param();
    if (name.empty()) continue;
    if (i == 0) {
      if (is_input && shape->dim_size() > 1) leading_.insert(name);
      continue;
    }
    inner_.insert(name);
    const std::set<std::string>* parts = names_.PartsOf(name);
    if (parts != nullptr) inner_.insert(parts->begin(), parts->end());
  }
}

bool BatchDims::Contains(const std::string& name,
                         const DimValues& values) const {
  if (inner_.contains(name) || !leading_.contains(name)) return false;
  return !names_.FollowsFromOthers(name, values);
}

bool BatchDims::CanLead(const TensorShapeProto& shape,
                        const DimValues& values) const {
  const std::string& name = shape.dim(0).dim_param();
  return name.empty() ? shape.dim_size() > 1 : Contains(name, values);
}

}  // namespace dnncut
