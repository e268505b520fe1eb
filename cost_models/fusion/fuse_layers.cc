// SPDX-License-Identifier: Apache-2.0
//
// The order matters: what is spelt out becomes one unit first, so that an
// activation behind a convolution can be such a unit; then attention, so that
// its products take nothing else; then what runs behind a convolution or
// product; then integer layers, which are units between DequantizeLinear and
// QuantizeLinear.
//
// Every step adds a layer that is the only reader of a unit's exit, or one
// whose outputs are read in the unit only. So a unit always has one exit, and
// is convex: a path that leaves it starts at the exit, and if it came back to a
// member, from which the exit is reached inside, the graph would have a circle.
#include "cost_models/fusion/fuse_layers.h"

#include <algorithm>
#include <set>

#include "cost_models/fusion/fusion_draft.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

constexpr std::string_view kLeaders[] = {
    "Conv",      "ConvTranspose", "Gemm",        "MatMul",
    "FusedConv", "FusedMatMul",   "ConvInteger", "MatMulInteger"};
constexpr std::string_view kIntegerLeaders[] = {"ConvInteger", "MatMulInteger"};
// With a constant: a bias, a scale, a limit.
constexpr std::string_view kWithConstant[] = {"Add", "Sub", "Mul",
                                              "Div", "Max", "Min"};
constexpr std::string_view kActivations[] = {
    "Relu",     "LeakyRelu",   "PRelu",     "Clip",     "Sigmoid",
    "Tanh",     "HardSigmoid", "HardSwish", "Elu",      "Selu",
    "Celu",     "Gelu",        "FastGelu",  "BiasGelu", "QuickGelu",
    "Softplus", "Softsign",    "Mish",      "Swish",    "ThresholdedRelu"};

class Fuser {
 public:
  Fuser(const Graph& graph, const std::vector<std::optional<Side>>& pins)
      : graph_(graph), draft_(graph, pins) {}

  Fusion Run() {
    activation_of_ = FuseClusters(&draft_);
    FuseAttention(&draft_);
    for (LayerId layer = 0; layer < std::ssize(graph_.layers); ++layer) {
      if (draft_.IsOneOf(layer, kLeaders) && draft_.IsAlone(layer)) {
        FuseBehind(layer);
      }
    }
    fusion_ = FusionOf(graph_, {});
    for (LayerId layer = 0; layer < std::ssize(graph_.layers); ++layer) {
      FuseInteger(layer);
    }
    AbsorbShared();
    for (size_t unit = 0; unit < draft_.units().size(); ++unit) {
      for (const LayerId layer : draft_.units()[unit]) {
        fusion_.groups[layer] = static_cast<int>(unit);
      }
    }
    return std::move(fusion_);
  }

 private:
  // Bias, scale and normalization, as many as there are; one sum with a tensor
  // of the same shape; one activation.
  void FuseBehind(LayerId leader) {
    LayerId last = leader;
    const auto take = [&](std::optional<LayerId> next) {
      if (!next || !draft_.Join({last, *next})) return false;
      last = *next;
      return true;
    };
    while (take(NextWithConstants(leader, last))) {
    }
    take(NextSum(last));
    take(NextActivation(last));
  }

  // The layer that alone reads what `last` makes, if it may be added.
  std::optional<LayerId> NextOf(LayerId last) const {
    const std::optional<TensorId> output = draft_.OutputOf(last);
    if (!output) return std::nullopt;
    const std::optional<LayerId> next = draft_.OnlyReader(*output);
    if (!next || !draft_.IsAlone(*next) || !draft_.OutputOf(*next)) {
      return std::nullopt;
    }
    return next;
  }

  std::optional<LayerId> NextWithConstants(LayerId leader, LayerId last) const {
    const std::optional<LayerId> next = NextOf(last);
    if (!next) return std::nullopt;
    const std::string_view op = draft_.Op(*next);
    const size_t inputs = draft_.layer(*next).inputs.size();
    if (draft_.IsOneOf(leader, kIntegerLeaders)) {
      // Back from integers: a cast, and a product with a scale that may be
      // computed.
      if (op == "Cast" || (op == "Mul" && IsSmallBeside(*next, last))) {
        return next;
      }
    }
    if (inputs != 1) return std::nullopt;
    const bool added = (draft_.IsOneOf(*next, kWithConstant) &&
                        draft_.layer(*next).constants.size() == 1) ||
                       op == "BatchNormalization";
    return added ? next : std::nullopt;
  }

  // Do other inputs of the layer have fewer elements than what `last` makes?
  bool IsSmallBeside(LayerId layer, LayerId last) const {
    const TensorId made = draft_.OutputOf(last).value();
    for (const TensorId input : draft_.layer(layer).inputs) {
      if (input != made && Elements(draft_.tensor(input).type) >=
                               Elements(draft_.tensor(made).type)) {
        return false;
      }
    }
    return true;
  }

  std::optional<LayerId> NextSum(LayerId last) const {
    const std::optional<LayerId> next = NextOf(last);
    if (!next || draft_.Op(*next) != "Add") return std::nullopt;
    const std::vector<TensorId>& inputs = draft_.layer(*next).inputs;
    if (inputs.size() != 2 || draft_.tensor(inputs[0]).type.shape !=
                                  draft_.tensor(inputs[1]).type.shape) {
      return std::nullopt;
    }
    return next;
  }

  std::optional<LayerId> NextActivation(LayerId last) const {
    const std::optional<LayerId> next = NextOf(last);
    if (next && draft_.IsOneOf(*next, kActivations) &&
        draft_.layer(*next).inputs.size() == 1) {
      return next;
    }
    return NextCluster(last);
  }

  // An activation that is spelt out and reads what `last` makes, as nobody else
  // does.
  std::optional<LayerId> NextCluster(LayerId last) const {
    const std::optional<TensorId> output = draft_.OutputOf(last);
    if (!output || draft_.tensor(*output).is_result) return std::nullopt;
    const std::vector<LayerId>& readers = draft_.tensor(*output).readers;
    const int unit =
        readers.empty() ? FusionDraft::kAlone : draft_.UnitOf(readers.front());
    if (unit == FusionDraft::kAlone) return std::nullopt;
    for (const LayerId reader : readers) {
      if (draft_.UnitOf(reader) != unit) return std::nullopt;
    }
    const LayerId first = draft_.units()[unit].front();
    if (activation_of_[first] != output) return std::nullopt;
    return first;
  }

  // The exit of a unit, or of the layer alone.
  LayerId ExitOf(const std::vector<LayerId>& members) const {
    return members.back();  // the exit depends on all others
  }

  // What a unit reads from outside.
  std::vector<TensorId> EntriesOf(const std::vector<LayerId>& members) const {
    std::set<TensorId> entries;
    for (const LayerId member : members) {
      for (const TensorId input : draft_.layer(member).inputs) {
        const LayerId maker = draft_.tensor(input).producer;
        if (!std::binary_search(members.begin(), members.end(), maker)) {
          entries.insert(input);
        }
      }
    }
    return {entries.begin(), entries.end()};
  }

  // The unit with this exit becomes an integer layer if all that it reads comes
  // from DequantizeLinear, and its only reader is QuantizeLinear. A convolution
  // or product is one without that, too: its sums are scaled as they leave it.
  void FuseInteger(LayerId exit) {
    std::vector<LayerId> unit = draft_.MembersWith(exit);
    if (ExitOf(unit) != exit || IsConversion(exit) || draft_.Op(exit).empty()) {
      return;
    }
    const std::vector<TensorId> entries = EntriesOf(unit);
    if (entries.empty() ||
        !std::all_of(entries.begin(), entries.end(), [&](TensorId entry) {
          const LayerId maker = draft_.tensor(entry).producer;
          return maker != kModelInput && draft_.IsAlone(maker) &&
                 draft_.Op(maker) == "DequantizeLinear" &&
                 draft_.layer(maker).inputs.size() == 1;
        })) {
      return;
    }
    const bool leads = std::any_of(
        unit.begin(), unit.end(),
        [&](LayerId layer) { return draft_.IsOneOf(layer, kLeaders); });
    const std::optional<LayerId> behind = NextOf(exit);
    const bool quantized = behind && draft_.Op(*behind) == "QuantizeLinear" &&
                           draft_.layer(*behind).inputs.size() == 1;
    if (!quantized && !leads) return;
    const LayerId first = draft_.tensor(entries.front()).producer;
    const DType dtype = ComputeType(Input(draft_.layer(first).operation, 0));
    std::vector<LayerId> whole = unit;
    if (quantized) whole.push_back(*behind);
    for (const TensorId entry : entries) {
      const LayerId maker = draft_.tensor(entry).producer;
      const std::optional<TensorId> made = draft_.OutputOf(maker);
      std::vector<LayerId> with = unit;
      with.push_back(maker);
      if (made && draft_.HasOneExit(with, exit)) whole.push_back(maker);
    }
    if (whole.size() > 1 && !draft_.Join(whole)) return;
    for (const LayerId layer : whole) fusion_.computes_in[layer] = dtype;
  }

  bool IsConversion(LayerId layer) const {
    return draft_.Op(layer) == "QuantizeLinear" ||
           draft_.Op(layer) == "DequantizeLinear";
  }

  void AbsorbShared() {
    for (LayerId layer = 0; layer < std::ssize(graph_.layers); ++layer) {
      if (draft_.Op(layer) != "DequantizeLinear" || !draft_.IsAlone(layer)) {
        continue;
      }
      const std::optional<TensorId> output = draft_.OutputOf(layer);
      if (!output || draft_.tensor(*output).is_result) continue;
      const std::vector<LayerId>& readers = draft_.tensor(*output).readers;
      fusion_.absorbed[layer] =
          std::all_of(readers.begin(), readers.end(), [&](LayerId reader) {
            return fusion_.computes_in[reader].has_value();
          });
    }
  }

  const Graph& graph_;
  FusionDraft draft_;
  std::vector<std::optional<TensorId>> activation_of_;  // by first layer
  Fusion fusion_;
};

}  // namespace

Fusion FuseLayers(const Graph& graph,
                  const std::vector<std::optional<Side>>& pins) {
  return Fuser(graph, pins).Run();
}

Fusion FusionOf(const Graph& graph,
                const std::vector<std::optional<int>>& groups) {
  const size_t count = graph.layers.size();
  Fusion fusion;
  fusion.groups = groups;
  fusion.groups.resize(count);
  fusion.computes_in.resize(count);
  fusion.absorbed.resize(count, false);
  return fusion;
}

}  // namespace dnncut
