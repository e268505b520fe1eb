// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/memory.h"

#include <utility>
#include <vector>

#include "compiler/model/dtype.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// Of `bytes` bytes of that type, in the precision of a side.
int64_t BytesIn(Precision precision, DType dtype, int64_t bytes) {
  if (dtype != DType::kFloat32) return bytes;
  const int64_t factor =
      BitsOf(DType::kFloat32) / BitsOf(PrecisionType(precision));
  return bytes / factor + (bytes % factor != 0 ? 1 : 0);
}

PerSide<int64_t> BytesOnSides(const PerSide<Precision>& precisions, DType dtype,
                              int64_t bytes) {
  return {BytesIn(precisions.device, dtype, bytes),
          BytesIn(precisions.server, dtype, bytes)};
}

// An input that is sent as a JPEG is a tensor once it is there.
int64_t BytesInMemory(const Tensor& tensor) {
  if (tensor.decoded_bytes) return *tensor.decoded_bytes;
  return tensor.bytes.value_or(TensorBytes(tensor.type));
}

}  // namespace

MemoryBound CountMemory(const Graph& graph,
                        const PerSide<Precision>& precisions) {
  MemoryBound memory;
  for (const Tensor& tensor : graph.tensors) {
    memory.tensor_bytes.push_back(
        BytesOnSides(precisions, tensor.type.dtype, BytesInMemory(tensor)));
  }
  std::vector<std::vector<LayerId>> readers(graph.constants.size());
  for (LayerId l = 0; l < std::ssize(graph.layers); ++l) {
    const Layer& layer = graph.layers[l];
    for (const ConstantId constant : layer.constants) {
      readers[constant].push_back(l);
    }
    // Of several types, which nobody has noted.
    const int64_t inner = layer.inner_weights.memory_bytes;
    if (inner > 0) memory.weights.push_back({{inner, inner}, {l}});
  }
  for (size_t c = 0; c < readers.size(); ++c) {
    const Constant& constant = graph.constants[c];
    const int64_t bytes = constant.memory_bytes;
    if (readers[c].empty() || bytes == 0) continue;
    // What is kept in fewer bits already stays as it is.
    const bool is_plain = bytes == TensorBytes(constant.type);
    memory.weights.push_back(
        {is_plain ? BytesOnSides(precisions, constant.type.dtype, bytes)
                  : PerSide<int64_t>{bytes, bytes},
         std::move(readers[c])});
  }
  return memory;
}

}  // namespace dnncut
