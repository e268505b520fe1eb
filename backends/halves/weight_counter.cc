// SPDX-License-Identifier: Apache-2.0
//
// What a half holds is what its layers need, directly or not. So there is a
// graph of *things* without cycles: a thing needs others, and a side has it as
// long as something there needs it, which is counted.
//
//   layer -> constants that it reads, functions that it calls, initializers
//            with the name of a tensor, annotations of its tensors
//   constant -> what is stored of it, the constants from which it is computed,
//            annotations of it
//   annotation -> what is stored of the constants and initializers that it
//            names; what is annotated of these does not count, as in HalfMaker
//   stored -> the same of the constants from which it is computed, functions
//   function -> functions that it calls
//
// When a layer moves, things come and go from there; whatever keeps its last
// user stays, so a step costs what it changes. Sums are kept in 128 bits, so
// they are the same whatever cuts came before.
#include "backends/halves/weight_counter.h"

#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>

#include "backends/halves/half_finder.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

class WeightCounter {
 public:
  // Keeps a reference to `graph`. All layers are on the server.
  WeightCounter(const SourceModel& model, const Graph& graph)
      : graph_(graph), functions_(IndexFunctions(model.proto)) {
    AddFunctions(model);
    AddInitializers(model);
    AddConstants(model);
    AddAnnotations(model);
    AddLayers(model);
    for (const Side side : kSides) uses_[side].resize(things_.size());
    for (const ModelOutput& output : graph.outputs) {
      if (output.source != ModelOutput::Source::kConstant) continue;
      for (const Side side : kSides) Use(constants_[output.id], side);
    }
    for (const int layer : layers_) Use(layer, Side::kServer);
  }

  void Put(LayerId layer, Side side) {
    Use(layers_[layer], side);
    Drop(layers_[layer], OtherSide(side));
  }

  int64_t Bytes(Side side) const {
    if (bytes_[side] > std::numeric_limits<int64_t>::max()) {
      Fail(ExitCode::kBadInput, "E210", "the size of all weights is too large");
    }
    return static_cast<int64_t>(bytes_[side]);
  }

 private:
  struct Thing {
    Int128 bytes = 0;
    std::vector<int> needs;
  };

  int Add(Thing thing) {
    things_.push_back(std::move(thing));
    return static_cast<int>(things_.size()) - 1;
  }

  void Need(int thing, int needed) { things_[thing].needs.push_back(needed); }

  // The tensors of a node or function, and what it calls.
  template <typename Code>
  void AddCode(const Code& code, int thing) {
    ForEachTensor(code, [&](const TensorProto& tensor) {
      things_[thing].bytes += StoredBytes(tensor);
    });
    if (functions_.empty()) return;
    ForEachNode(code, [&](const NodeProto& node) {
      const auto called = functions_.find(KeyOf(node));
      if (called != functions_.end()) Need(thing, called->second);
    });
  }

  // They come first, so that a thing's number is the function's index.
  void AddFunctions(const SourceModel& model) {
    things_.resize(model.proto.functions_size());
    for (int f = 0; f < model.proto.functions_size(); ++f) {
      AddCode(model.proto.functions(f), f);
    }
  }

  void AddInitializers(const SourceModel& model) {
    const auto& source = model.proto.graph();
    const auto add = [&](const std::string& name, Int128 bytes) {
      const auto [it, is_new] = initializers_.try_emplace(name, 0);
      if (is_new) it->second = Add({});
      things_[it->second].bytes += bytes;
    };
    for (const TensorProto& tensor : source.initializer()) {
      add(tensor.name(), StoredBytes(tensor));
    }
    for (const auto& sparse : source.sparse_initializer()) {
      add(sparse.values().name(),
          Int128{StoredBytes(sparse.values())} + StoredBytes(sparse.indices()));
    }
  }

  void AddConstants(const SourceModel& model) {
    for (const Constant& constant : graph_.constants) {
      const int stored = Add({});
      stored_.push_back(stored);
      if (constant.node >= 0) {
        AddCode(model.proto.graph().node(constant.node), stored);
      }
      NeedInitializer(constant.name, stored);
      constants_.push_back(Add({0, {stored}}));
    }
    for (size_t c = 0; c < constants_.size(); ++c) {
      for (const ConstantId input : graph_.constants[c].inputs) {
        Need(stored_[c], stored_[input]);
        Need(constants_[c], constants_[input]);
      }
    }
  }

  void NeedInitializer(const std::string& name, int thing) {
    const auto known = initializers_.find(name);
    if (known != initializers_.end()) Need(thing, known->second);
  }

  void AddAnnotations(const SourceModel& model) {
    std::unordered_map<std::string_view, int> by_name;
    for (size_t c = 0; c < graph_.constants.size(); ++c) {
      by_name.emplace(graph_.constants[c].name, stored_[c]);
    }
    for (const auto& source : model.proto.graph().quantization_annotation()) {
      const int annotation = Add({});
      annotations_[source.tensor_name()].push_back(annotation);
      for (const auto& entry : source.quant_parameter_tensor_names()) {
        const auto constant = by_name.find(entry.value());
        if (constant != by_name.end()) {
          Need(annotation, constant->second);
        } else {
          NeedInitializer(entry.value(), annotation);
        }
      }
    }
    for (size_t c = 0; c < graph_.constants.size(); ++c) {
      NeedAnnotations(graph_.constants[c].name, constants_[c]);
    }
  }

  void NeedAnnotations(const std::string& name, int thing) {
    const auto known = annotations_.find(name);
    if (known == annotations_.end()) return;
    for (const int annotation : known->second) Need(thing, annotation);
  }

  void AddLayers(const SourceModel& model) {
    for (const Layer& layer : graph_.layers) {
      const int thing = Add({});
      layers_.push_back(thing);
      AddCode(model.proto.graph().node(layer.node), thing);
      for (const ConstantId c : layer.constants) Need(thing, constants_[c]);
      for (const auto* tensors : {&layer.inputs, &layer.outputs}) {
        for (const TensorId t : *tensors) {
          NeedInitializer(graph_.tensors[t].name, thing);
          NeedAnnotations(graph_.tensors[t].name, thing);
        }
      }
    }
  }

  void Use(int thing, Side side) {
    pending_ = {thing};
    while (!pending_.empty()) {
      const int used = pending_.back();
      pending_.pop_back();
      if (uses_[side][used]++ > 0) continue;
      bytes_[side] += things_[used].bytes;
      const std::vector<int>& needs = things_[used].needs;
      pending_.insert(pending_.end(), needs.begin(), needs.end());
    }
  }

  void Drop(int thing, Side side) {
    pending_ = {thing};
    while (!pending_.empty()) {
      const int dropped = pending_.back();
      pending_.pop_back();
      if (--uses_[side][dropped] > 0) continue;
      bytes_[side] -= things_[dropped].bytes;
      const std::vector<int>& needs = things_[dropped].needs;
      pending_.insert(pending_.end(), needs.begin(), needs.end());
    }
  }

  const Graph& graph_;
  const FunctionIndex functions_;
  std::vector<Thing> things_;
  std::unordered_map<std::string_view, int> initializers_;
  std::unordered_map<std::string_view, std::vector<int>> annotations_;
  std::vector<int> stored_;     // by constant
  std::vector<int> constants_;  // by constant: stored, and what annotates it
  std::vector<int> layers_;     // by layer
  PerSide<std::vector<int>> uses_;  // by thing
  PerSide<Int128> bytes_;
  std::vector<int> pending_;
};

}  // namespace

std::vector<PerSide<int64_t>> WeightBytes(const SourceModel& model,
                                          const Graph& graph,
                                          const CutTable& table) {
  WeightCounter counter(model, graph);
  HalfFinder halves(graph);
  Cut last(graph.layers.size(), Side::kServer);
  std::vector<PerSide<int64_t>> bytes;
  for (const TableCut& cut : table.cuts) {
    ThrowIfInterrupted();
    ForEachMoved(last, cut.cut, [&](LayerId layer) {
      counter.Put(layer, cut.cut[layer]);
      halves.Put(layer, cut.cut[layer]);
    });
    last = cut.cut;
    PerSide<int64_t>& of_cut = bytes.emplace_back();
    for (const Side side : kSides) {
      if (halves.HasHalf(cut, side)) of_cut[side] = counter.Bytes(side);
    }
  }
  return bytes;
}

}  // namespace dnncut
