// SPDX-License-Identifier: Apache-2.0
//
// Three steps: the private layers; what of theirs must not leave; who reads
// that, with all that these need. Each layer that is kept notes why, for the
// message that says what it contradicts.
//
// Values that only tell sizes are no data: a Shape of a private tensor runs on
// the device, but what it makes may be sent.
#include "tools/compile/privacy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/problem.h"
#include "tools/compile/placement.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

class PrivateLayers {
 public:
  PrivateLayers(const Graph& graph, Placement* placement)
      : graph_(graph),
        placement_(*placement),
        is_private_(graph.layers.size(), false),
        reasons_(graph.layers.size()) {}

  void Keep(const std::string& name) {
    const bool is_count =
        !name.empty() &&
        name.find_first_not_of("0123456789") == std::string::npos;
    if (is_count) {
      KeepFirst(name);
    } else {
      KeepNamed(name);
    }
  }

  void KeepTensors(Side result) {
    for (TensorId t = 0; t < std::ssize(graph_.tensors); ++t) {
      if (IsInside(graph_.tensors[t])) KeepTensor(t, result);
    }
  }

  void PinAll() {
    for (size_t l = 0; l < reasons_.size(); ++l) {
      if (reasons_[l].empty()) continue;
      std::optional<Side>& pin = placement_.pins[l];
      if (pin == Side::kServer) {
        Fail(ExitCode::kUsage, "E136",
             "layer '{}' is pinned to the server, but must stay on the device: "
             "{}; drop it from --pin-server, or keep less private",
             graph_.layers[l].name, reasons_[l]);
      }
      pin = Side::kDevice;
    }
  }

 private:
  // The first layers, of those that count.
  void KeepFirst(const std::string& name) {
    const int count = CountLayers(graph_);
    const int64_t first = ParseCount("--keep-private", name, 1, INT32_MAX);
    if (first > count) {
      Fail(ExitCode::kUsage, "E136",
           "--keep-private {}: the model has {}; a layer of that name is "
           "written with a '*' behind it",
           name, FormatPlural(count, "layer"));
    }
    int64_t left = first;
    for (LayerId l = 0; left > 0; ++l) {
      if (graph_.layers[l].sizes_only) continue;
      KeepPrivateLayer(l, fmt::format("--keep-private {} keeps it", name));
      --left;
    }
  }

  void KeepNamed(const std::string& glob) {
    const std::vector<LayerId> layers =
        LayersOf(graph_, "--keep-private", glob);
    for (const LayerId l : layers) {
      KeepPrivateLayer(l, fmt::format("--keep-private '{}' keeps it", glob));
    }
  }

  void KeepPrivateLayer(LayerId layer, const std::string& reason) {
    for (const LayerId l : KeepWithAncestors(layer, reason)) {
      is_private_[l] = true;
    }
  }

  // Returns the layer and what it depends on, as far as it is not kept yet.
  std::vector<LayerId> KeepWithAncestors(LayerId layer,
                                         const std::string& reason) {
    if (!reasons_[layer].empty()) return {};
    reasons_[layer] = reason;
    std::vector<LayerId> kept = {layer};
    for (size_t at = 0; at < kept.size(); ++at) {
      for (const TensorId t : graph_.layers[kept[at]].inputs) {
        const LayerId producer = graph_.tensors[t].producer;
        if (producer == kModelInput || !reasons_[producer].empty()) continue;
        reasons_[producer] = fmt::format("layer '{}' depends on it, and {}",
                                         graph_.layers[layer].name, reason);
        kept.push_back(producer);
      }
    }
    return kept;
  }

  // Is it for private layers only?
  bool IsInside(const Tensor& tensor) const {
    const bool is_made_here = tensor.producer == kModelInput ||
                              (is_private_[tensor.producer] &&
                               !graph_.layers[tensor.producer].sizes_only);
    return is_made_here &&
           std::ranges::any_of(tensor.readers, [&](LayerId reader) {
             return is_private_[reader] && !graph_.layers[reader].sizes_only;
           });
  }

  void KeepTensor(TensorId t, Side result) {
    const Tensor& tensor = graph_.tensors[t];
    if (std::ranges::count(placement_.inputs_on_server, t) > 0) {
      Fail(ExitCode::kUsage, "E136",
           "input '{}' lies on the server (--input-on), but --keep-private "
           "keeps it on the device; drop one",
           tensor.name);
    }
    const auto found = placement_.wanted.find(t);
    const Wanted wanted =
        found == placement_.wanted.end() ? Wanted::kAsAll : found->second;
    if (tensor.is_result &&
        (wanted == Wanted::kServer ||
         (wanted == Wanted::kAsAll && result == Side::kServer))) {
      Fail(ExitCode::kUsage, "E136",
           "the result '{}' is wanted on the server, but --keep-private keeps "
           "it on the device; give --result '{}=device', or keep less private",
           tensor.name, tensor.name);
    }
    const std::string reason = fmt::format(
        "it reads '{}', which --keep-private keeps there", tensor.name);
    for (const LayerId reader : tensor.readers) {
      KeepWithAncestors(reader, reason);
    }
    const auto state = placement_.states.find(t);
    if (state == placement_.states.end()) return;
    KeepWithAncestors(
        graph_.tensors[state->second].producer,
        fmt::format("it makes the state '{}', which --keep-private keeps there",
                    tensor.name));
  }

  const Graph& graph_;
  Placement& placement_;
  std::vector<bool> is_private_;
  std::vector<std::string> reasons_;  // by layer; "": it is not kept
};

}  // namespace

void KeepPrivate(const Graph& graph, const std::vector<std::string>& names,
                 Side result, Placement* placement) {
  PrivateLayers layers(graph, placement);
  for (const std::string& name : names) layers.Keep(name);
  layers.KeepTensors(result);
  layers.PinAll();
}

}  // namespace dnncut
