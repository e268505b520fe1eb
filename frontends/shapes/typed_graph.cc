// SPDX-License-Identifier: Apache-2.0
//
// Turns the types that were inferred in a child process into bytes for its
// parent, and back.
//
// There is one function to pack and one to unpack each struct, with its fields
// in the same order; a field that is added must be added to both. Lists and
// texts are preceded by their length. Both ends are one program on one machine,
// so no version or byte order is needed. The child may have died while it
// wrote, so each length is checked against the bytes that are left before it is
// read.
#include "frontends/shapes/typed_graph.h"

#include <iterator>
#include <utility>

#include "compiler/base/packed_bytes.h"

namespace dnncut {

// In the namespace of the types, where the templates of packed_bytes.h find
// them.
static void Pack(const TensorType& type, std::string* bytes) {
  Pack(static_cast<int64_t>(type.kind), bytes);
  Pack(static_cast<int64_t>(type.dtype), bytes);
  Pack(static_cast<int64_t>(type.has_rank), bytes);
  Pack(type.shape, bytes);
  Pack(type.most_elements, bytes);
}

static void Pack(const TypedTensor& tensor, std::string* bytes) {
  Pack(tensor.type, bytes);
  Pack(tensor.upper_shape, bytes);
  Pack(tensor.most_elements, bytes);
  Pack(static_cast<int64_t>(tensor.blame.kind), bytes);
  Pack(tensor.blame.text, bytes);
  Pack(static_cast<int64_t>(tensor.blame.may_be_folded), bytes);
  Pack(static_cast<int64_t>(tensor.constant), bytes);
  Pack(static_cast<int64_t>(tensor.known), bytes);
}

static void Unpack(PackedReader* reader, TensorType* type) {
  type->kind = static_cast<TensorType::Kind>(reader->Int());
  type->dtype = static_cast<DType>(reader->Int());
  type->has_rank = reader->Int() != 0;
  Unpack(reader, &type->shape);
  type->most_elements = reader->Int();
}

static void Unpack(PackedReader* reader, TypedTensor* tensor) {
  Unpack(reader, &tensor->type);
  Unpack(reader, &tensor->upper_shape);
  tensor->most_elements = reader->Int();
  tensor->blame.kind = static_cast<Blame::Kind>(reader->Int());
  Unpack(reader, &tensor->blame.text);
  tensor->blame.may_be_folded = reader->Int() != 0;
  tensor->constant = reader->Int() != 0;
  tensor->known = reader->Int() != 0;
}

namespace {

// Types that operations share are written once, where they are first, and after
// that as their number.
class OperationPacker {
 public:
  explicit OperationPacker(std::string* bytes) : bytes_(bytes) {}

  void Add(const std::vector<Operation::Body>& bodies) {
    Pack(std::ssize(bodies), bytes_);
    for (const Operation::Body& body : bodies) {
      Pack(std::ssize(body.operations), bytes_);
      for (const Operation& operation : body.operations) Add(operation);
      Pack(body.runs, bytes_);
      Pack(body.loop, bytes_);
    }
  }

 private:
  void Add(const Operation& operation) {
    Pack(operation.op_type, bytes_);
    Pack(operation.domain, bytes_);
    Pack(operation.opset, bytes_);
    Pack(static_cast<int64_t>(operation.is_known), bytes_);
    Add(operation.inputs);
    Add(operation.outputs);
    Pack(std::vector<int64_t>(operation.constant_inputs.begin(),
                              operation.constant_inputs.end()),
         bytes_);
    Pack(operation.ints, bytes_);
    Pack(operation.floats, bytes_);
    Pack(operation.strings, bytes_);
    Add(operation.bodies);
  }

  void Add(const std::vector<OperandType>& types) {
    Pack(std::ssize(types), bytes_);
    for (const OperandType& type : types) {
      const auto [known, is_new] = types_.emplace(&*type, std::ssize(types_));
      Pack(known->second, bytes_);
      if (is_new) Pack(*type, bytes_);
    }
  }

  std::string* bytes_;
  std::unordered_map<const TensorType*, int64_t> types_;  // with their numbers
};

class OperationUnpacker {
 public:
  explicit OperationUnpacker(PackedReader* reader) : reader_(reader) {}

  void Take(std::vector<Operation::Body>* bodies) {
    const size_t count = reader_->Count();
    for (size_t i = 0; i < count; ++i) Take(&bodies->emplace_back());
  }

 private:
  void Take(Operation::Body* body) {
    const size_t count = reader_->Count();
    for (size_t i = 0; i < count; ++i) Take(&body->operations.emplace_back());
    Unpack(reader_, &body->runs);
    Unpack(reader_, &body->loop);
  }

  void Take(Operation* operation) {
    Unpack(reader_, &operation->op_type);
    Unpack(reader_, &operation->domain);
    Unpack(reader_, &operation->opset);
    operation->is_known = reader_->Int() != 0;
    Take(&operation->inputs);
    Take(&operation->outputs);
    std::vector<int64_t> constant_inputs;
    Unpack(reader_, &constant_inputs);
    operation->constant_inputs.assign(constant_inputs.begin(),
                                      constant_inputs.end());
    Unpack(reader_, &operation->ints);
    Unpack(reader_, &operation->floats);
    Unpack(reader_, &operation->strings);
    Take(&operation->bodies);
  }

  void Take(std::vector<OperandType>* types) {
    const size_t count = reader_->Count();
    for (size_t i = 0; i < count; ++i) {
      const auto number = static_cast<size_t>(reader_->Int());
      if (number >= types_.size()) {
        TensorType type;
        Unpack(reader_, &type);
        types_.emplace_back(std::move(type));
      }
      types->push_back(types_.at(number));
    }
  }

  PackedReader* reader_;
  std::vector<OperandType> types_;
};

}  // namespace

// Do the dims make more than `most` elements, or is one of them not known?
static bool MakeMore(const std::vector<int64_t>& dims, int64_t most) {
  int64_t count = 1;
  for (const int64_t dim : dims) {
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return true;
  }
  return count > most;
}

TensorType LargestType(const TypedTensor& tensor) {
  TensorType type = tensor.type;
  const std::vector<int64_t>& upper = tensor.upper_shape;
  for (size_t i = 0; i < upper.size() && i < type.shape.size(); ++i) {
    if (type.shape[i] < 0) type.shape[i] = upper[i];
  }
  // A dim that the file declares may say more than the bound did.
  if (!type.has_rank || MakeMore(type.shape, tensor.most_elements)) {
    type.most_elements = tensor.most_elements;
  }
  return type;
}

std::string SerializeTypedGraph(const TypedGraph& graph) {
  std::string bytes;
  Pack(static_cast<int64_t>(graph.tensors.size()), &bytes);
  for (const auto& [name, tensor] : graph.tensors) {
    Pack(name, &bytes);
    Pack(tensor, &bytes);
  }
  Pack(static_cast<int64_t>(graph.bodies.size()), &bytes);
  OperationPacker operations(&bytes);
  for (const auto& [node, bodies] : graph.bodies) {
    Pack(static_cast<int64_t>(node), &bytes);
    operations.Add(bodies);
  }
  Pack(graph.counted_loops, &bytes);
  Pack(graph.wrong_count, &bytes);
  return bytes;
}

TypedGraph ParseTypedGraph(const std::string& bytes) {
  PackedReader reader(bytes);
  TypedGraph graph;
  const size_t tensor_count = reader.Count();
  for (size_t i = 0; i < tensor_count; ++i) {
    std::string name;
    Unpack(&reader, &name);
    Unpack(&reader, &graph.tensors[name]);
  }
  OperationUnpacker operations(&reader);
  const size_t body_count = reader.Count();
  for (size_t i = 0; i < body_count; ++i) {
    const int node = static_cast<int>(reader.Int());
    operations.Take(&graph.bodies[node]);
  }
  Unpack(&reader, &graph.counted_loops);
  Unpack(&reader, &graph.wrong_count);
  return graph;
}

}  // namespace dnncut
