// SPDX-License-Identifier: Apache-2.0
//
// Builds an ONNX graph layer by layer, the way a framework's exporter would
// leave it. The architectures (architectures.h) use it; WriteModel writes what
// it made. Weights are only described here, never made. Always true of it:
// nodes are sorted, node and tensor names are unique, names are those of the
// published implementation ("layer1.0.conv1").
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tools/examples/examples.h"

namespace dnncut {

// A tensor of the graph: a batch of one, whatever the options say. A dim that
// only the data decides is -1.
struct Activation {
  std::string name;
  std::vector<int64_t> shape;
};

// An initializer: literal bytes, or floats from a WeightStream of its name.
struct Initializer {
  std::string name = {};
  int32_t data_type = ONNX_NAMESPACE::TensorProto::FLOAT;
  std::vector<int64_t> dims = {};
  int64_t bytes = 0;         // as raw_data
  std::string literal = {};  // of that size, or empty: generated
  float center = 0;
  float spread = 0;
};

struct ConvSpec {
  int64_t channels = 0;  // of the output
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t pad = 0;
  int64_t groups = 1;
  bool bias = true;
};

struct PoolSpec {
  int64_t kernel = 2;
  int64_t stride = 2;
  int64_t pad = 0;
  bool ceil = false;
};

// How values are spread in a tensor of weights.
struct WeightRange {
  float center = 0;
  float spread = 0;
  float light = 0;  // of all values in a light model
};

class ModelBuilder {
 public:
  ModelBuilder(const std::string& graph_name, const ExampleOptions& options);

  // The outside. Output renames the value.
  Activation Input(const std::string& name, int32_t data_type,
                   std::vector<int64_t> shape);
  void Output(const Activation& value, const std::string& name);

  // Layers with weights. Parameters are called `name`.weight, `name`.bias, ...
  Activation Conv(const Activation& x, const std::string& name,
                  const ConvSpec& spec);
  Activation ConvTranspose(const Activation& x, const std::string& name,
                           const ConvSpec& spec);
  Activation BatchNorm(const Activation& x, const std::string& name);
  Activation LayerNorm(const Activation& x, const std::string& name,
                       float epsilon);
  Activation Gemm(const Activation& x, const std::string& name,
                  int64_t features);
  // MatMul and Add over the last dim: what exporters make of a linear layer on
  // more than two dims.
  Activation Linear(const Activation& x, const std::string& name,
                    int64_t features);

  // Layers without.
  Activation MaxPool(const Activation& x, const std::string& name,
                     const PoolSpec& spec);
  Activation AveragePool(const Activation& x, const std::string& name,
                         const PoolSpec& spec);
  Activation GlobalAveragePool(const Activation& x, const std::string& name);
  Activation Flatten(const Activation& x, const std::string& name);
  Activation Concat(const std::vector<Activation>& values,
                    const std::string& name, int64_t axis = 1);
  Activation Upsample(const Activation& x,
                      const std::string& name);  // nearest, twice
  Activation MatMul(const Activation& a, const Activation& b,
                    const std::string& name);
  Activation Softmax(const Activation& x,
                     const std::string& name);  // of the last dim
  Activation Reshape(const Activation& x, const std::string& name,
                     std::vector<int64_t> shape);  // the first dim stays
  Activation Transpose(const Activation& x, const std::string& name,
                       const std::vector<int64_t>& order);
  // Rows of a table: x is ids.
  Activation Embedding(const Activation& ids, const std::string& name,
                       const Activation& table);
  Activation Unary(const std::string& op, const Activation& x,
                   const std::string& name);
  // The result has the shape of `a`; `b` is broadcast to it.
  Activation Binary(const std::string& op, const Activation& a,
                    const Activation& b, const std::string& name);

  // Any other operator with one output, or several.
  Activation Add(const std::string& op, const std::vector<Activation>& inputs,
                 const std::string& name, std::vector<int64_t> shape);
  ONNX_NAMESPACE::NodeProto* AddNode(const std::string& op,
                                     const std::vector<Activation>& inputs,
                                     const std::string& name, int outputs);

  // A tensor of weights; `trained` ones count as parameters.
  Activation Weights(const std::string& name, std::vector<int64_t> dims,
                     const WeightRange& range, bool trained = true);
  // Constants; the same values share one initializer.
  Activation Scalar(float value);
  Activation Int64s(const std::vector<int64_t>& values);
  Activation Literal(const std::string& name, int32_t data_type,
                     std::vector<int64_t> dims, std::string bytes);

  const ONNX_NAMESPACE::GraphProto& graph() const { return graph_; }
  const std::vector<Initializer>& initializers() const { return initializers_; }
  int64_t parameters() const { return parameters_; }

 private:
  Activation Pool(const std::string& op, const Activation& x,
                  const std::string& name, const PoolSpec& spec);
  void SetType(const Activation& value, int32_t data_type,
               ONNX_NAMESPACE::ValueInfoProto* info) const;
  void Claim(const std::string& name);

  ExampleOptions options_;
  ONNX_NAMESPACE::GraphProto graph_;  // without initializers
  std::vector<Initializer> initializers_;
  std::set<std::string> names_;  // of nodes and tensors
  int64_t parameters_ = 0;
};

// Attributes of a node.
void SetInt(ONNX_NAMESPACE::NodeProto* node, const std::string& name,
            int64_t value);
void SetInts(ONNX_NAMESPACE::NodeProto* node, const std::string& name,
             const std::vector<int64_t>& values);
void SetFloat(ONNX_NAMESPACE::NodeProto* node, const std::string& name,
              float value);
void SetString(ONNX_NAMESPACE::NodeProto* node, const std::string& name,
               const std::string& value);

}  // namespace dnncut
