// SPDX-License-Identifier: Apache-2.0
//
// Turns the types that were inferred in a child process into bytes for its
// parent, and back.
//
// There is one Pack and one Unpack for each struct, with its fields in the same
// order; a field that is added must be added to both. Lists and texts are
// preceded by their length. Both ends are one program on one machine, so no
// version or byte order is needed. The child may have died while it wrote, so
// each length is checked against the bytes that are left before it is read.
#include "frontends/shapes/typed_graph.h"

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

static void Pack(const Operation::Body& body, std::string* bytes);

static void Pack(const Operation& operation, std::string* bytes) {
  Pack(operation.op_type, bytes);
  Pack(operation.domain, bytes);
  Pack(operation.opset, bytes);
  Pack(static_cast<int64_t>(operation.is_known), bytes);
  Pack(operation.inputs, bytes);
  Pack(operation.outputs, bytes);
  Pack(std::vector<int64_t>(operation.constant_inputs.begin(),
                            operation.constant_inputs.end()),
       bytes);
  Pack(operation.ints, bytes);
  Pack(operation.floats, bytes);
  Pack(operation.strings, bytes);
  Pack(operation.bodies, bytes);
}

static void Pack(const Operation::Body& body, std::string* bytes) {
  Pack(body.operations, bytes);
  Pack(body.runs, bytes);
  Pack(body.loop, bytes);
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

static void Unpack(PackedReader* reader, Operation::Body* body);

static void Unpack(PackedReader* reader, Operation* operation) {
  Unpack(reader, &operation->op_type);
  Unpack(reader, &operation->domain);
  Unpack(reader, &operation->opset);
  operation->is_known = reader->Int() != 0;
  Unpack(reader, &operation->inputs);
  Unpack(reader, &operation->outputs);
  std::vector<int64_t> constant_inputs;
  Unpack(reader, &constant_inputs);
  operation->constant_inputs.assign(constant_inputs.begin(),
                                    constant_inputs.end());
  Unpack(reader, &operation->ints);
  Unpack(reader, &operation->floats);
  Unpack(reader, &operation->strings);
  Unpack(reader, &operation->bodies);
}

static void Unpack(PackedReader* reader, Operation::Body* body) {
  Unpack(reader, &body->operations);
  Unpack(reader, &body->runs);
  Unpack(reader, &body->loop);
}

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
  for (const auto& [node, bodies] : graph.bodies) {
    Pack(static_cast<int64_t>(node), &bytes);
    Pack(bodies, &bytes);
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
  const size_t body_count = reader.Count();
  for (size_t i = 0; i < body_count; ++i) {
    const int node = static_cast<int>(reader.Int());
    Unpack(&reader, &graph.bodies[node]);
  }
  Unpack(&reader, &graph.counted_loops);
  Unpack(&reader, &graph.wrong_count);
  return graph;
}

}  // namespace dnncut
