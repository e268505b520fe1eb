// SPDX-License-Identifier: Apache-2.0
//
// Attention that is spelt out: a product of queries and keys, scaled and
// masked, a Softmax and the product with the values. A runtime that fuses it
// never stores the scores.
//
//   Q --> MatMul -> Div -> Add -> Softmax -> MatMul --> out
//   K -----^               ^                  ^
//                     mask +                V +
//
// From the Softmax the search goes up to the first product and down to the
// second; each layer in between is the only reader of the one before. Then come
// layers before the products that transpose or scale an operand for them alone.
// The second product is the only exit.
#include <algorithm>

#include "cost_models/fusion/fusion_draft.h"

namespace dnncut {
namespace {

constexpr std::string_view kProducts[] = {"MatMul", "FusedMatMul"};
constexpr std::string_view kAbove[] = {"Add",  "Sub",     "Mul",  "Div",
                                       "Tanh", "Where",   "Cast", "Reshape",
                                       "Clip", "Identity"};
constexpr std::string_view kBelow[] = {"Cast",    "Mul",     "Where",
                                       "Reshape", "Dropout", "Identity"};
constexpr std::string_view kBefore[] = {"Transpose", "Mul", "Div", "Cast"};

class AttentionSearch {
 public:
  AttentionSearch(LayerId softmax, const FusionDraft& draft)
      : draft_(draft), members_{softmax} {}

  // The unit; empty when there is none.
  std::vector<LayerId> Run() {
    if (!GoUp(members_.front()) || !GoDown(members_.front())) return {};
    for (size_t i = 0; i < products_.size(); ++i) AddBefore(products_[i]);
    return members_;
  }

 private:
  // Is it read by the layer only?
  bool Feeds(LayerId maker, LayerId reader) const {
    const std::optional<TensorId> output = draft_.OutputOf(maker);
    return output && draft_.OnlyReader(*output) == reader;
  }

  // What is above a layer with one operand that is made for it alone and is not
  // a mask or a bias: those come from no product.
  bool GoUp(LayerId layer) {
    for (const TensorId input : draft_.layer(layer).inputs) {
      const LayerId maker = draft_.tensor(input).producer;
      if (maker == kModelInput || !draft_.IsAlone(maker) ||
          !Feeds(maker, layer)) {
        continue;
      }
      const size_t before = members_.size();
      members_.push_back(maker);
      if (draft_.IsOneOf(maker, kProducts)) {
        // A product with weights is a layer of its own.
        if (draft_.layer(maker).inputs.size() != 2) return false;
        products_.push_back(maker);
        return true;
      }
      if (draft_.IsOneOf(maker, kAbove) && GoUp(maker)) return true;
      members_.resize(before);
    }
    return false;
  }

  bool GoDown(LayerId layer) {
    while (true) {
      const std::optional<TensorId> output = draft_.OutputOf(layer);
      if (!output) return false;
      std::optional<LayerId> reader = draft_.OnlyReader(*output);
      if (!reader) reader = PastIsNan(*output);
      if (!reader || !draft_.IsAlone(*reader)) return false;
      members_.push_back(*reader);
      if (draft_.IsOneOf(*reader, kProducts)) {
        products_.push_back(*reader);
        return draft_.OutputOf(*reader).has_value();
      }
      if (!draft_.IsOneOf(*reader, kBelow)) return false;
      layer = *reader;
    }
  }

  // Rows that are masked throughout: Where(IsNaN(p), 0, p). Returns the Where.
  std::optional<LayerId> PastIsNan(TensorId tensor) {
    const Tensor& made = draft_.tensor(tensor);
    if (made.is_result || made.readers.size() != 2) return std::nullopt;
    const auto [test, choice] = std::pair(made.readers[0], made.readers[1]);
    if (draft_.Op(test) != "IsNaN" || draft_.Op(choice) != "Where" ||
        !draft_.IsAlone(test) || !Feeds(test, choice)) {
      return std::nullopt;
    }
    members_.push_back(test);
    return choice;
  }

  // Layers that transpose or scale an operand for this layer only.
  void AddBefore(LayerId reader) {
    for (const TensorId input : draft_.layer(reader).inputs) {
      const LayerId maker = draft_.tensor(input).producer;
      if (maker == kModelInput || !draft_.IsAlone(maker) ||
          !draft_.IsOneOf(maker, kBefore) ||
          !draft_.ReadsOnly(maker, draft_.layer(maker).inputs.front()) ||
          !Feeds(maker, reader) ||
          std::find(members_.begin(), members_.end(), maker) !=
              members_.end()) {
        continue;
      }
      members_.push_back(maker);
      AddBefore(maker);
    }
  }

  const FusionDraft& draft_;
  std::vector<LayerId> members_;
  std::vector<LayerId> products_;
};

}  // namespace

void FuseAttention(FusionDraft* draft) {
  for (LayerId layer = 0; layer < std::ssize(draft->graph().layers); ++layer) {
    if (draft->Op(layer) != "Softmax" || !draft->IsAlone(layer)) continue;
    const std::vector<LayerId> unit = AttentionSearch(layer, *draft).Run();
    if (!unit.empty()) draft->Join(unit);
  }
}

}  // namespace dnncut
