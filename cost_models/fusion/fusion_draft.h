// SPDX-License-Identifier: Apache-2.0
//
// Units while they are being found, and what the searches for them ask of the
// graph.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/side.h"

namespace dnncut {

class FusionDraft {
 public:
  // A layer that is in no unit.
  static constexpr int kAlone = -1;

  FusionDraft(const Graph& graph, const std::vector<std::optional<Side>>& pins);

  const Graph& graph() const { return graph_; }
  const Layer& layer(LayerId id) const { return graph_.layers[id]; }
  const Tensor& tensor(TensorId id) const { return graph_.tensors[id]; }

  // The operator, if it is one of ONNX's or ONNX Runtime's; else "".
  std::string_view Op(LayerId layer) const;
  bool IsOneOf(LayerId layer, std::span<const std::string_view> ops) const;

  int UnitOf(LayerId layer) const { return unit_of_[layer]; }
  bool IsAlone(LayerId layer) const { return unit_of_[layer] == kAlone; }
  // Its layers; the layer itself when it is alone.
  std::vector<LayerId> MembersWith(LayerId layer) const;
  const std::vector<std::vector<LayerId>>& units() const { return units_; }

  // The only output of the layer that anything reads or that is a result;
  // nullopt: none, or several.
  std::optional<TensorId> OutputOf(LayerId layer) const;
  // The only layer that reads the tensor, which is no result.
  std::optional<LayerId> OnlyReader(TensorId tensor) const;
  // Is what these layers make, but for `sink`, read by them only and no result?
  bool HasOneExit(const std::vector<LayerId>& members, LayerId sink) const;

  // One activation, and otherwise constants.
  bool ReadsOnly(LayerId layer, TensorId tensor) const;

  // Makes the layers, of any units, one unit. False, and nothing is changed,
  // when pins force them to both sides.
  bool Join(const std::vector<LayerId>& layers);

 private:
  const Graph& graph_;
  // By LayerId, or empty: where a pin forces the layer, its own or one that it
  // depends on or that depends on it.
  std::vector<std::optional<Side>> forced_;
  std::vector<int> unit_of_;                 // by LayerId
  std::vector<std::vector<LayerId>> units_;  // empty ones were joined to others
};

// fusion_clusters.cc: activations, normalizations and rotary embeddings that
// are spelt out. By LayerId of a unit's first layer: what an activation is of.
std::vector<std::optional<TensorId>> FuseClusters(FusionDraft* draft);

// fusion_attention.cc: products around a Softmax.
void FuseAttention(FusionDraft* draft);

}  // namespace dnncut
