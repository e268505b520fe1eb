// SPDX-License-Identifier: Apache-2.0
//
// Are messages of a half those of the model? Weights are compared where they
// lie, block by block: they are never held.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "backends/halves/weights_file.h"
#include "compiler/model/source_model.h"

namespace dnncut {

class ContentComparer {
 public:
  // Keeps a reference to `whole`.
  explicit ContentComparer(const SourceModel& whole)
      : whole_(whole), whole_reader_(whole) {}

  // What differs, for a message: "attribute 'pads'", "the data of tensor 'w'";
  // empty when nothing does. `half` is the model that `a` is of; `b` is of the
  // whole. Throws Error when a file cannot be read.
  std::string Difference(const SourceModel& half,
                         const ONNX_NAMESPACE::NodeProto& a,
                         const ONNX_NAMESPACE::NodeProto& b);
  std::string Difference(const SourceModel& half,
                         const ONNX_NAMESPACE::TensorProto& a,
                         const ONNX_NAMESPACE::TensorProto& b);
  std::string Difference(const SourceModel& half,
                         const ONNX_NAMESPACE::SparseTensorProto& a,
                         const ONNX_NAMESPACE::SparseTensorProto& b);
  std::string Difference(const SourceModel& half,
                         const ONNX_NAMESPACE::FunctionProto& a,
                         const ONNX_NAMESPACE::FunctionProto& b);

 private:
  using Tensors = std::vector<const ONNX_NAMESPACE::TensorProto*>;

  // Of messages that are the same but for the data of their tensors.
  std::string DataDifference(const SourceModel& half, const Tensors& a,
                             const Tensors& b);
  bool SameData(const SourceModel& half, const ONNX_NAMESPACE::TensorProto& a,
                const ONNX_NAMESPACE::TensorProto& b);
  bool SameWeight(const SourceModel& half, WeightId a, WeightId b);

  const SourceModel& whole_;
  WeightReader whole_reader_;
  // Places in files of halves that were found to hold a weight of the whole:
  // the halves of a side share weights.bin.
  std::set<std::tuple<std::string, int64_t, int64_t, WeightId>> same_;
};

}  // namespace dnncut
