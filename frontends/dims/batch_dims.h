// SPDX-License-Identifier: Apache-2.0
//
// Which free dims of a model's inputs can be a batch. No model says which ones
// are, so what it says must leave it open: a name that also stands elsewhere
// than first (a mask of n x n), and the only dim of an input (the samples of a
// sound) are no batches.
#pragma once

#include <onnx/onnx_pb.h>

#include <set>
#include <string>

#include "frontends/dims/dim_names.h"

namespace dnncut {

class BatchDims {
 public:
  // Keeps a reference to `names`, those of the graph.
  BatchDims(const DimNames& names, const ONNX_NAMESPACE::GraphProto& graph);

  // Can the dim of that name be one? `values`: those of names that are known.
  bool Contains(const std::string& name, const DimValues& values) const;

  // Can the first dim of an input of this shape be one, which is free?
  bool CanLead(const ONNX_NAMESPACE::TensorShapeProto& shape,
               const DimValues& values) const;

 private:
  void Look(const ONNX_NAMESPACE::ValueInfoProto& info, bool is_input);

  const DimNames& names_;
  std::set<std::string> leading_;  // first of an input with other dims
  std::set<std::string> inner_;    // elsewhere than first, of inputs or outputs
};

}  // namespace dnncut
