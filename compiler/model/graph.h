// SPDX-License-Identifier: Apache-2.0
//
// The model as layers and tensors, made by the frontend from a SourceModel.
// Always true of it:
//
// * layers are in topological order, and the nodes of the halves keep that
//   order;
// * a layer depends on a model input or is random; any other node, whose inputs
//   are all constants, is not a layer: it makes a Constant;
// * tensors that the body of an If, Loop or Scan captures are ordinary inputs
//   of the layer;
// * ids are indices into the vectors; names are for people, except tensor
//   names, which are unique.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/model/dtype.h"
#include "compiler/model/size_basis.h"

namespace dnncut {

using LayerId = int;
using TensorId = int;
using ConstantId = int;

// `producer` of a tensor that is a model input.
inline constexpr LayerId kModelInput = -1;

struct TensorType {
  enum class Kind {
    kAbsent,   // an optional input or output that is not there ("")
    kUnknown,  // nothing is known
    kTensor,
    kOther,  // sequence, map, optional, sparse tensor, opaque
  };
  Kind kind = Kind::kUnknown;
  DType dtype = DType::kUndefined;
  bool has_rank = false;
  // Empty for a scalar (with has_rank). -1: not known, or decided by the data.
  std::vector<int64_t> shape;
  // Of a type with its dims as large as they get: how many elements there are
  // at most, where that is fewer than these dims make together, or one of them
  // is not known. -1: what the dims say.
  int64_t most_elements = -1;

  bool operator==(const TensorType&) const = default;
};

// The type of an operand, which may stand in many operations: all of them share
// one.
class OperandType {
 public:
  OperandType() : OperandType(TensorType()) {}
  // A type may stand wherever an operand's is wanted.
  OperandType(TensorType type)  // NOLINT(google-explicit-constructor)
      : type_(std::make_shared<const TensorType>(std::move(type))) {}

  const TensorType& operator*() const { return *type_; }
  operator const TensorType&() const {  // NOLINT(google-explicit-constructor)
    return *type_;
  }
  bool operator==(const OperandType& other) const {
    return *type_ == *other.type_;
  }

 private:
  std::shared_ptr<const TensorType> type_;  // never null
};

// True when dtype, rank and every dim are known.
bool IsStatic(const TensorType& type);

// The same, and an element has a fixed size: not of strings.
bool HasStaticSize(const TensorType& type);

// What the user says of sizes that cannot be computed.
struct StatedSizes {
  // --tensor-shape: types with a static shape, by tensor; with kUndefined for
  // elements of which nothing is said.
  std::map<std::string, TensorType> shapes;
  // --loop-count: how often a Loop runs, by its node or a tensor that it makes.
  std::map<std::string, int64_t> loops;

  bool empty() const { return shapes.empty() && loops.empty(); }
  bool operator==(const StatedSizes&) const = default;
};

// What the cost models know of one operation: a layer, or a node in the body of
// one. No tensor names, only types.
struct Operation {
  struct Body;

  std::string op_type;
  std::string domain;  // "" is the default domain; "ai.onnx" is spelt ""
  int64_t opset = 0;   // imported version of the domain
  // What it makes follows from the sizes of the model's inputs: a runtime
  // computes it once, for nothing.
  bool is_known = false;
  // By position; absent ones are kAbsent. Dims that only the data decides are
  // as large as they get, where that is known.
  std::vector<OperandType> inputs;
  std::vector<OperandType> outputs;  // by position
  std::vector<bool>
      constant_inputs;  // by position: a weight, not an activation

  // Attributes by name. INT and INTS are both in `ints`, FLOAT and FLOATS in
  // `floats`. Graphs are `bodies`; other kinds are left out.
  std::map<std::string, std::vector<int64_t>> ints;
  std::map<std::string, std::vector<double>> floats;
  std::map<std::string, std::string> strings;

  // The branches of an If, the body of a Loop, a Scan or a model-local
  // function.
  std::vector<Body> bodies;
};

struct Operation::Body {
  std::vector<Operation> operations;
  // How often it runs, at most: 1 for a branch or a function, the trip count
  // for a Loop or Scan; -1 when only the data decides.
  int64_t runs = 1;
  // The Loop whose body it is, as --loop-count names it; "": of none.
  std::string loop;
};

// Weights that stand inside a node and not in a Constant of the graph.
struct InnerWeights {
  int64_t elements = 0;  // of numbers
  int64_t memory_bytes = 0;
  int64_t file_bytes = 0;

  bool operator==(const InnerWeights&) const = default;
};

struct Layer {
  std::string name;  // of the node; for a nameless one its first output's
  // It computes what follows from the sizes of the inputs, for other layers
  // only: part of the model's bookkeeping, and in no count of layers.
  bool sizes_only = false;
  int node = -1;  // index into GraphProto.node
  Operation operation;
  std::vector<TensorId> inputs;       // each once, ascending; captures included
  std::vector<TensorId> outputs;      // each once, in the node's order
  std::vector<ConstantId> constants;  // that it reads, each once, ascending
  // In its attributes, its bodies and the functions that it calls.
  InnerWeights inner_weights;
};

struct Tensor {
  std::string name;
  TensorType type;
  // By position: is the dim known to be the same at all sizes of the model's
  // free dims? Empty: nothing is known. See FindConstantDims.
  std::vector<bool> constant_dims;
  // Size when it crosses, in bytes. nullopt: must not cross, `why_not` says
  // why ("is a sequence", "only the data decides its size").
  std::optional<int64_t> bytes;
  SizeBasis size_basis = SizeBasis::kExact;  // of `bytes`
  std::string why_not;
  // Of an input that is sent in a form of its own (a JPEG), whose size is
  // `bytes`: the size of the tensor that comes out of it.
  std::optional<int64_t> decoded_bytes;
  LayerId producer = kModelInput;
  std::vector<LayerId> readers;  // ascending, each once
  bool is_result = false;        // a model output made by a layer
};

// The shape of the tensor that whoever receives it can rely on, once
// FindConstantDims was called: of a size that is stated only the dims that
// follow from nothing that is, the others are -1.
std::vector<int64_t> ReliableShape(const Tensor& tensor);

// A tensor that depends on no model input: an initializer, or the output of a
// node whose inputs are all constants. Each side whose layers need it gets a
// copy.
struct Constant {
  std::string name;
  TensorType type;
  int node = -1;  // index into GraphProto.node; -1: an initializer
  std::vector<ConstantId> inputs;  // constants that its node reads
  int64_t file_bytes = 0;    // stored with it (initializer, Constant value)
  int64_t memory_bytes = 0;  // once computed; what a runtime holds
};

// One of the model's outputs, in the model's order.
struct ModelOutput {
  enum class Source { kLayer, kInput, kConstant };
  std::string name;
  Source source = Source::kLayer;
  int id = -1;  // TensorId, or ConstantId for kConstant
};

struct Graph {
  std::vector<Layer> layers;
  std::vector<Tensor> tensors;  // the model's inputs first, in its order
  std::vector<Constant> constants;
  std::vector<ModelOutput> outputs;
  int input_count = 0;  // of `tensors`
  StatedSizes stated;   // what of it sizes and costs follow from
};

// Those that count: without those that only compute sizes.
int CountLayers(const Graph& graph);

// Throws std::logic_error when one of the promises above does not hold.
void VerifyGraph(const Graph& graph);

}  // namespace dnncut
