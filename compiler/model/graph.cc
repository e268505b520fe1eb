// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/graph.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "compiler/base/ascending.h"
#include "compiler/base/require.h"

namespace dnncut {
namespace {

// True for ids that are ascending, each once, and in 0 .. count-1.
bool IsIdSet(const std::vector<int>& ids, size_t count) {
  return IsAscending(ids) &&
         (ids.empty() ||
          (ids.front() >= 0 && ids.back() < static_cast<int>(count)));
}

bool Contains(const std::vector<int>& sorted, int id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

void VerifyLayers(const Graph& graph) {
  for (LayerId l = 0; l < static_cast<int>(graph.layers.size()); ++l) {
    const Layer& layer = graph.layers[l];
    Require(IsIdSet(layer.inputs, graph.tensors.size()),
            "that a layer's inputs are ascending tensor ids");
    Require(IsIdSet(layer.constants, graph.constants.size()),
            "that a layer's constants are ascending constant ids");
    for (TensorId t : layer.inputs) {
      Require(Contains(graph.tensors[t].readers, l),
              "that a tensor lists every layer that reads it");
    }
    for (TensorId t : layer.outputs) {
      Require(t >= 0 && t < static_cast<int>(graph.tensors.size()) &&
                  graph.tensors[t].producer == l,
              "that a layer produces its outputs");
    }
  }
}

void VerifyTensors(const Graph& graph) {
  std::unordered_set<std::string_view> names;
  for (TensorId t = 0; t < static_cast<int>(graph.tensors.size()); ++t) {
    const Tensor& tensor = graph.tensors[t];
    Require(names.insert(tensor.name).second, "that tensor names are unique");
    Require((tensor.producer == kModelInput) == (t < graph.input_count),
            "that exactly the first tensors are model inputs");
    Require(!tensor.bytes || *tensor.bytes >= 0, "that sizes are >= 0");
    Require(IsIdSet(tensor.readers, graph.layers.size()),
            "that a tensor's readers are ascending layer ids");
    Require(tensor.readers.empty() || tensor.producer < tensor.readers.front(),
            "that layers are in topological order");
    for (LayerId reader : tensor.readers) {
      Require(Contains(graph.layers[reader].inputs, t),
              "that a tensor's readers read it");
    }
    if (tensor.producer == kModelInput) continue;
    Require(tensor.producer >= 0 &&
                tensor.producer < static_cast<int>(graph.layers.size()),
            "that a producer is a layer");
    const auto& outputs = graph.layers[tensor.producer].outputs;
    Require(std::count(outputs.begin(), outputs.end(), t) == 1,
            "that a tensor is one output of its producer");
  }
}

void VerifyOutputs(const Graph& graph) {
  std::vector<bool> is_result(graph.tensors.size(), false);
  for (const ModelOutput& output : graph.outputs) {
    const bool constant = output.source == ModelOutput::Source::kConstant;
    const size_t count =
        constant ? graph.constants.size() : graph.tensors.size();
    Require(output.id >= 0 && output.id < static_cast<int>(count),
            "that a model output exists");
    if (constant) continue;
    const bool by_layer = output.source == ModelOutput::Source::kLayer;
    Require(by_layer == (output.id >= graph.input_count),
            "that a model output says who makes it");
    if (by_layer) is_result[output.id] = true;
  }
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    Require(graph.tensors[t].is_result == is_result[t],
            "that exactly the model outputs made by layers are results");
  }
}

}  // namespace

bool IsStatic(const TensorType& type) {
  return type.kind == TensorType::Kind::kTensor &&
         type.dtype != DType::kUndefined && type.has_rank &&
         std::all_of(type.shape.begin(), type.shape.end(),
                     [](int64_t dim) { return dim >= 0; });
}

bool HasStaticSize(const TensorType& type) {
  return IsStatic(type) && BitsOf(type.dtype) > 0;
}

int CountLayers(const Graph& graph) {
  return static_cast<int>(
      std::count_if(graph.layers.begin(), graph.layers.end(),
                    [](const Layer& layer) { return !layer.sizes_only; }));
}

std::vector<int64_t> ReliableShape(const Tensor& tensor) {
  std::vector<int64_t> shape = tensor.type.shape;
  if (tensor.size_basis != SizeBasis::kStated) return shape;
  for (size_t d = 0; d < tensor.constant_dims.size(); ++d) {
    if (!tensor.constant_dims[d]) shape[d] = -1;
  }
  return shape;
}

void VerifyGraph(const Graph& graph) {
  Require(graph.input_count >= 0 &&
              graph.input_count <= static_cast<int>(graph.tensors.size()),
          "that the model's inputs are among the tensors");
  VerifyTensors(graph);
  VerifyLayers(graph);
  for (const Constant& constant : graph.constants) {
    for (ConstantId input : constant.inputs) {
      Require(input >= 0 && input < static_cast<int>(graph.constants.size()),
              "that a constant's inputs are constants");
    }
  }
  VerifyOutputs(graph);
}

}  // namespace dnncut
