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

// A tensor of the graph: a batch of one, whatever the options say.
struct Value {
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
  Value Input(const std::string& name, int32_t data_type,
              std::vector<int64_t> shape);
  void Output(const Value& value, const std::string& name);

  // Layers with weights. Parameters are called `name`.weight, `name`.bias, ...
  Value Conv(const Value& x, const std::string& name, const ConvSpec& spec);
  Value ConvTranspose(const Value& x, const std::string& name,
                      const ConvSpec& spec);
  Value BatchNorm(const Value& x, const std::string& name);
  Value LayerNorm(const Value& x, const std::string& name, float epsilon);
  Value Gemm(const Value& x, const std::string& name, int64_t features);
  // MatMul and Add over the last dim: what exporters make of a linear layer on
  // more than two dims.
  Value Linear(const Value& x, const std::string& name, int64_t features);

  // Layers without.
  Value MaxPool(const Value& x, const std::string& name, const PoolSpec& spec);
  Value AveragePool(const Value& x, const std::string& name,
                    const PoolSpec& spec);
  Value GlobalAveragePool(const Value& x, const std::string& name);
  Value Flatten(const Value& x, const std::string& name);
  Value Concat(const std::vector<Value>& values, const std::string& name,
               int64_t axis = 1);
  Value Upsample(const Value& x, const std::string& name);  // nearest, twice
  Value MatMul(const Value& a, const Value& b, const std::string& name);
  Value Softmax(const Value& x, const std::string& name);  // of the last dim
  Value Reshape(const Value& x, const std::string& name,
                std::vector<int64_t> shape);  // the first dim stays
  Value Transpose(const Value& x, const std::string& name,
                  const std::vector<int64_t>& order);
  // Rows of a table: x is ids.
  Value Embedding(const Value& ids, const std::string& name,
                  const Value& table);
  Value Unary(const std::string& op, const Value& x, const std::string& name);
  // The result has the shape of `a`; `b` is broadcast to it.
  Value Binary(const std::string& op, const Value& a, const Value& b,
               const std::string& name);

  // Any other operator with one output, or several.
  Value Add(const std::string& op, const std::vector<Value>& inputs,
            const std::string& name, std::vector<int64_t> shape);
  ONNX_NAMESPACE::NodeProto* AddNode(const std::string& op,
                                     const std::vector<Value>& inputs,
                                     const std::string& name, int outputs);

  // A tensor of weights; `trained` ones count as parameters.
  Value Weights(const std::string& name, std::vector<int64_t> dims,
                const WeightRange& range, bool trained = true);
  // Constants; the same values share one initializer.
  Value Scalar(float value);
  Value Int64s(const std::vector<int64_t>& values);
  Value Literal(const std::string& name, int32_t data_type,
                std::vector<int64_t> dims, std::string bytes);

  const ONNX_NAMESPACE::GraphProto& graph() const { return graph_; }
  const std::vector<Initializer>& initializers() const { return initializers_; }
  int64_t parameters() const { return parameters_; }

 private:
  Value Pool(const std::string& op, const Value& x, const std::string& name,
             const PoolSpec& spec);
  void SetType(const Value& value, int32_t data_type,
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
