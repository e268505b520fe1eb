// SPDX-License-Identifier: Apache-2.0
//
// Writes a network down as the graph that an exporter makes of it: what a
// published time is of, so that it can be priced as any model is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

using Shape = std::vector<int64_t>;

// A tensor of the network that is being written: float32, batch first.
struct NetTensor {
  TensorId id = -1;
  Shape shape;
};

class Network {
 public:
  NetTensor Input(Shape shape);

  // `pad` -1: half of the kernel, which keeps the size at stride 1.
  NetTensor Conv(const NetTensor& x, int64_t channels, int64_t kernel,
                 int64_t stride = 1, int64_t groups = 1, int64_t pad = -1);
  NetTensor Depthwise(const NetTensor& x, int64_t kernel, int64_t stride = 1);
  // Of the last dim; `x` may have any rank.
  NetTensor Dense(const NetTensor& x, int64_t features);
  NetTensor MatMul(const NetTensor& a, const NetTensor& b);
  NetTensor Pool(const NetTensor& x, const std::string& op, int64_t kernel,
                 int64_t stride, int64_t pad = 0, bool ceil = false);
  NetTensor GlobalPool(const NetTensor& x);  // channels remain
  // An operator without weights that keeps the shape of its first input.
  NetTensor Same(const std::string& op, const std::vector<NetTensor>& inputs);
  NetTensor Relu(const NetTensor& x) { return Same("Relu", {x}); }
  NetTensor Silu(const NetTensor& x);  // as exporters spell it
  NetTensor Concat(const std::vector<NetTensor>& inputs);
  // The elements in another order or shape; "Reshape", "Transpose", "Slice".
  NetTensor Reshape(const std::string& op, const NetTensor& x, Shape shape);

  Graph Take() { return std::move(graph_); }

 private:
  NetTensor Add(Operation operation, const std::vector<NetTensor>& inputs,
                const std::vector<Shape>& weights, Shape output);

  Graph graph_;
};

}  // namespace dnncut
