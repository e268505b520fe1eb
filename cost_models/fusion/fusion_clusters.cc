// SPDX-License-Identifier: Apache-2.0
//
// Finds functions of one tensor that an exporter has spelt out in several
// layers: activations (GELU, SiLU, ...), normalizations (LayerNormalization,
// RMS, Softmax) and rotary embeddings.
//
//            +--> Div -> Erf -> Add --+
//   entry x -+                        +--> Mul -> Mul      GELU
//            +------------------------+
//
// Exporters write each in many ways, with other orders and other constants, so
// what is looked for is no fixed list of layers. From the entry, the layers are
// collected that depend on nothing but the entry and constants; the first of
// them with whose ancestors the wanted operators are complete, and nothing
// else, is the unit's exit. As all else that the ancestors make is read inside,
// the unit has one exit. Rotary embeddings also multiply by sines and cosines,
// which may be computed elsewhere.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cost_models/fusion/fusion_draft.h"

namespace dnncut {
namespace {

using Op = std::string_view;

// More layers are no single function. The longest known, a LayerNormalization
// with casts, has 13.
constexpr size_t kMostLayers = 20;

constexpr size_t kMostOps = 13;

// Operators; unused places are empty.
using Ops = std::array<Op, kMostOps>;

struct Pattern {
  Ops required;  // each at least as often as it stands here
  Ops allowed;   // besides the required ones
  Ops exits;     // one of these is the exit
  // Layers behind the exit, each read by the next only, which take constants.
  Ops behind = {};
  bool is_activation = false;
  bool multiplies_by_others = false;
  // Read the entry in several places: without that a chain of layers is meant.
  bool forks = true;
};

constexpr Pattern kPatterns[] = {
    // GELU by erf and by tanh, SiLU and QuickGELU, HardSwish, Mish.
    {{"Erf"}, {"Mul", "Div", "Add", "Cast"}, {"Mul"}, {"Mul", "Div"}, true},
    {{"Tanh"}, {"Mul", "Pow", "Add", "Cast"}, {"Mul"}, {"Mul", "Div"}, true},
    {{"Sigmoid"}, {"Mul"}, {"Mul"}, {}, true},
    {{"HardSigmoid"}, {}, {"Mul"}, {}, true},
    {{"Clip", "Add"}, {"Mul", "Div"}, {"Mul"}, {"Mul", "Div"}, true},
    {{"Softplus", "Tanh"}, {}, {"Mul"}, {}, true},
    // LayerNormalization; with the mean of squares alone, RMSNormalization.
    {{"ReduceMean", "Sqrt"},
     {"ReduceMean", "Sub", "Pow", "Mul", "Add", "Div", "Reciprocal", "Cast"},
     {"Div", "Mul"},
     {"Cast", "Mul", "Add"}},
    // The same with a power of -0.5.
    {{"ReduceMean", "Pow", "Pow"},
     {"ReduceMean", "Sub", "Mul", "Add", "Cast"},
     {"Mul"},
     {"Cast", "Mul", "Add"}},
    // Softmax.
    {{"Exp", "ReduceSum"},
     {"ReduceMax", "Sub"},
     {"Div"},
     {},
     false,
     false,
     /*forks=*/false},
    // Rotary embedding: half of each row is turned, or every other column.
    {{"Slice", "Slice", "Concat", "Mul", "Mul"},
     {"Neg", "Add", "Sub", "Unsqueeze", "Squeeze", "Reshape", "Cast"},
     {"Add", "Concat", "Reshape"},
     {},
     false,
     /*multiplies_by_others=*/true,
     /*forks=*/false},
    {{"Split", "Concat", "Mul", "Mul"},
     {"Neg", "Add", "Sub", "Unsqueeze", "Squeeze", "Reshape", "Cast"},
     {"Add", "Concat", "Reshape"},
     {},
     false,
     /*multiplies_by_others=*/true,
     /*forks=*/false},
};

bool Holds(const Ops& ops, Op op) {
  return !op.empty() && std::find(ops.begin(), ops.end(), op) != ops.end();
}

class ClusterSearch {
 public:
  ClusterSearch(const Pattern& pattern, TensorId entry,
                const FusionDraft& draft)
      : pattern_(pattern), entry_(entry), draft_(draft) {}

  // The unit, ascending; empty when there is none.
  std::vector<LayerId> Run() {
    std::set<LayerId> next;  // the smallest first, so makers before readers
    AddReaders(entry_, &next);
    while (!next.empty() && joined_.size() < kMostLayers) {
      const LayerId layer = *next.begin();
      next.erase(next.begin());
      if (!MayJoin(layer)) continue;
      joined_.push_back(layer);
      for (const TensorId output : draft_.layer(layer).outputs) {
        made_.insert(output);
        AddReaders(output, &next);
      }
      std::vector<LayerId> unit = UnitUpTo(layer);
      if (IsComplete(unit)) return WithLayersBehind(std::move(unit));
    }
    return {};
  }

 private:
  void AddReaders(TensorId tensor, std::set<LayerId>* next) const {
    for (const LayerId reader : draft_.tensor(tensor).readers) {
      next->insert(reader);
    }
  }

  bool IsInside(TensorId tensor) const {
    return tensor == entry_ || made_.contains(tensor);
  }

  bool MayJoin(LayerId layer) const {
    const Op op = draft_.Op(layer);
    if (!draft_.IsAlone(layer) ||
        !(Holds(pattern_.required, op) || Holds(pattern_.allowed, op) ||
          Holds(pattern_.exits, op))) {
      return false;
    }
    if (pattern_.multiplies_by_others && op == "Mul") return true;
    const std::vector<TensorId>& inputs = draft_.layer(layer).inputs;
    return std::all_of(inputs.begin(), inputs.end(),
                       [&](TensorId input) { return IsInside(input); });
  }

  // The layer and what it depends on, of those that have joined.
  std::vector<LayerId> UnitUpTo(LayerId exit) const {
    std::set<LayerId> unit = {exit};
    for (auto it = joined_.rbegin(); it != joined_.rend(); ++it) {
      if (!unit.contains(*it)) continue;
      for (const TensorId input : draft_.layer(*it).inputs) {
        if (made_.contains(input)) unit.insert(draft_.tensor(input).producer);
      }
    }
    return {unit.begin(), unit.end()};
  }

  bool IsComplete(const std::vector<LayerId>& unit) const {
    const LayerId exit = unit.back();
    if (!Holds(pattern_.exits, draft_.Op(exit)) || !draft_.OutputOf(exit)) {
      return false;
    }
    std::map<Op, int> missing;
    for (const Op op : pattern_.required) {
      if (!op.empty()) ++missing[op];
    }
    int forks = 0;
    for (const LayerId layer : unit) {
      --missing[draft_.Op(layer)];
      const std::vector<TensorId>& inputs = draft_.layer(layer).inputs;
      forks +=
          static_cast<int>(std::count(inputs.begin(), inputs.end(), entry_));
    }
    return std::all_of(missing.begin(), missing.end(),
                       [](const auto& item) { return item.second <= 0; }) &&
           (!pattern_.forks || forks >= 2) && draft_.HasOneExit(unit, exit);
  }

  // Scale and bias of a normalization, the half of a GELU.
  std::vector<LayerId> WithLayersBehind(std::vector<LayerId> unit) const {
    for (const Op op : pattern_.behind) {
      if (op.empty()) break;
      const TensorId output = draft_.OutputOf(unit.back()).value();
      const std::optional<LayerId> reader = draft_.OnlyReader(output);
      if (!reader || draft_.Op(*reader) != op || !draft_.IsAlone(*reader) ||
          !draft_.ReadsOnly(*reader, output) || !draft_.OutputOf(*reader)) {
        continue;
      }
      unit.push_back(*reader);
    }
    return unit;
  }

  const Pattern& pattern_;
  const TensorId entry_;
  const FusionDraft& draft_;
  std::vector<LayerId> joined_;  // ascending
  std::set<TensorId> made_;
};

}  // namespace

std::vector<std::optional<TensorId>> FuseClusters(FusionDraft* draft) {
  const Graph& graph = draft->graph();
  std::vector<std::optional<TensorId>> activation_of(graph.layers.size());
  for (TensorId entry = 0; entry < std::ssize(graph.tensors); ++entry) {
    for (const Pattern& pattern : kPatterns) {
      const std::vector<LayerId> unit =
          ClusterSearch(pattern, entry, *draft).Run();
      if (unit.empty() || !draft->Join(unit)) continue;
      if (pattern.is_activation) activation_of[unit.front()] = entry;
    }
  }
  return activation_of;
}

}  // namespace dnncut
