// SPDX-License-Identifier: Apache-2.0
//
// Turns the types that were inferred in a child process into bytes for its
// parent, and back.
//
// Writer and Reader have the same functions in the same order, one for each
// struct; a field that is added must be added to both. Lists and texts are
// preceded by their length. Both ends are one program on one machine, so no
// version or byte order is needed. The child may have died while it wrote, so
// Reader checks each length against the bytes that are left before it reads.
#include "frontends/shapes/typed_graph.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace dnncut {
namespace {

// Numbers are copied as they are in memory, since both ends are the same
// program on the same machine.
class Writer {
 public:
  void Put(int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void Put(double value) { Put(std::bit_cast<int64_t>(value)); }
  void Put(const std::string& text) {
    Put(static_cast<int64_t>(text.size()));
    bytes_ += text;
  }
  void Put(const TensorType& type) {
    Put(static_cast<int64_t>(type.kind));
    Put(static_cast<int64_t>(type.dtype));
    Put(static_cast<int64_t>(type.has_rank));
    Put(type.shape);
  }
  void Put(const TypedTensor& tensor) {
    Put(tensor.type);
    Put(static_cast<int64_t>(tensor.blame.kind));
    Put(tensor.blame.text);
    Put(static_cast<int64_t>(tensor.constant));
  }
  void Put(const Operation& operation) {
    Put(operation.op_type);
    Put(operation.domain);
    Put(operation.opset);
    Put(operation.inputs);
    Put(operation.outputs);
    Put(std::vector<int64_t>(operation.constant_inputs.begin(),
                             operation.constant_inputs.end()));
    Put(operation.ints);
    Put(operation.floats);
    Put(operation.strings);
    Put(operation.bodies);
  }
  void Put(const Operation::Body& body) {
    Put(body.operations);
    Put(body.runs);
  }
  template <typename T>
  void Put(const std::vector<T>& items) {
    Put(static_cast<int64_t>(items.size()));
    for (const T& item : items) Put(item);
  }
  template <typename T>
  void Put(const std::map<std::string, T>& items) {
    Put(static_cast<int64_t>(items.size()));
    for (const auto& [name, item] : items) {
      Put(name);
      Put(item);
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  int64_t Int() {
    int64_t value = 0;
    std::memcpy(&value, Bytes(sizeof value), sizeof value);
    return value;
  }
  void Get(int64_t* value) { *value = Int(); }
  void Get(double* value) { *value = std::bit_cast<double>(Int()); }
  void Get(std::string* text) {
    int64_t size = Int();
    text->assign(Bytes(size), static_cast<size_t>(size));
  }
  void Get(TensorType* type) {
    type->kind = static_cast<TensorType::Kind>(Int());
    type->dtype = static_cast<DType>(Int());
    type->has_rank = Int() != 0;
    Get(&type->shape);
  }
  void Get(TypedTensor* tensor) {
    Get(&tensor->type);
    tensor->blame.kind = static_cast<Blame::Kind>(Int());
    Get(&tensor->blame.text);
    tensor->constant = Int() != 0;
  }
  void Get(Operation* operation) {
    Get(&operation->op_type);
    Get(&operation->domain);
    Get(&operation->opset);
    Get(&operation->inputs);
    Get(&operation->outputs);
    std::vector<int64_t> constant_inputs;
    Get(&constant_inputs);
    operation->constant_inputs.assign(constant_inputs.begin(),
                                      constant_inputs.end());
    Get(&operation->ints);
    Get(&operation->floats);
    Get(&operation->strings);
    Get(&operation->bodies);
  }
  void Get(Operation::Body* body) {
    Get(&body->operations);
    Get(&body->runs);
  }
  template <typename T>
  void Get(std::vector<T>* items) {
    int64_t count = Int();
    for (int64_t i = 0; i < count; ++i) Get(&items->emplace_back());
  }
  template <typename T>
  void Get(std::map<std::string, T>* items) {
    int64_t count = Int();
    for (int64_t i = 0; i < count; ++i) {
      std::string name;
      Get(&name);
      Get(&(*items)[name]);
    }
  }

 private:
  const char* Bytes(int64_t count) {
    if (count < 0 || static_cast<size_t>(count) > bytes_.size() - position_) {
      throw std::logic_error("the child's answer is cut short");
    }
    const char* bytes = bytes_.data() + position_;
    position_ += static_cast<size_t>(count);
    return bytes;
  }

  const std::string& bytes_;
  size_t position_ = 0;
};

}  // namespace

std::string SerializeTypedGraph(const TypedGraph& graph) {
  Writer writer;
  writer.Put(static_cast<int64_t>(graph.tensors.size()));
  for (const auto& [name, tensor] : graph.tensors) {
    writer.Put(name);
    writer.Put(tensor);
  }
  writer.Put(static_cast<int64_t>(graph.bodies.size()));
  for (const auto& [node, bodies] : graph.bodies) {
    writer.Put(static_cast<int64_t>(node));
    writer.Put(bodies);
  }
  return writer.Take();
}

TypedGraph ParseTypedGraph(const std::string& bytes) {
  Reader reader(bytes);
  TypedGraph graph;
  int64_t tensor_count = reader.Int();
  for (int64_t i = 0; i < tensor_count; ++i) {
    std::string name;
    reader.Get(&name);
    reader.Get(&graph.tensors[name]);
  }
  int64_t body_count = reader.Int();
  for (int64_t i = 0; i < body_count; ++i) {
    int node = static_cast<int>(reader.Int());
    reader.Get(&graph.bodies[node]);
  }
  return graph;
}

}  // namespace dnncut
