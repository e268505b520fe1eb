// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/runtime_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/profile/layer_units.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
using Kind = NameMeaning::Kind;

constexpr std::string_view kBiasFusion = "/MatMulAddFusion";

bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// "conv_token_3" -> "conv": the runtime makes names unique like that.
std::string_view WithoutToken(std::string_view name) {
  constexpr std::string_view kToken = "_token_";
  const size_t at = name.rfind(kToken);
  if (at == std::string_view::npos) return name;
  return IsNumber(name.substr(at + kToken.size())) ? name.substr(0, at) : name;
}

// "fc/MatMulAddFusion" and "fc/MatMulScaleFusion/" -> "fc".
std::string_view WithoutFusion(std::string_view name) {
  std::string_view front = name;
  if (front.ends_with('/')) front.remove_suffix(1);
  const size_t at = front.rfind('/');
  return front.ends_with("Fusion") && at != std::string_view::npos
             ? front.substr(0, at)
             : name;
}

std::string_view WithoutPrefix(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

std::string_view WithoutSuffix(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size())
                                : name;
}

bool IsHelper(std::string_view name, std::string_view op) {
  if (op == "ReorderInput" || op == "ReorderOutput") return true;
  if (op == "Cast" || op.empty()) {
    if (WithoutInsertedCast(name) != name) return true;
  }
  const std::string_view plain = WithoutToken(name);
  return plain == "Transpose" || plain == "gemm_input_reshape" ||
         plain == "gemm_output_reshape";
}

// The runtime calls what it makes after the operator, or not at all; the
// profiler calls a nameless node "Conv_7".
bool IsNew(std::string_view name, std::string_view op) {
  const std::string_view plain = WithoutToken(name);
  if (plain == op || plain == "GPT2Gelu" || plain == kBiasFusion) return true;
  for (const std::string_view body :
       {"_inlfunc_", "_if_then_branch_", "_if_else_branch_"}) {
    if (name.starts_with(body)) return true;
  }
  return !op.empty() && plain.starts_with(op) &&
         plain.substr(op.size()).starts_with('_') &&
         IsNumber(plain.substr(op.size() + 1));
}

}  // namespace

NodeNames::NodeNames(const Graph& graph, const onnx::GraphProto& source)
    : graph_(graph), by_tensor_(LayersByTensor(graph)) {
  const std::map<int, LayerId> layers = LayersByNode(graph);
  // The runtime turns Constant nodes into initializers before it counts.
  int index = 0;
  for (int i = 0; i < source.node_size(); ++i) {
    const onnx::NodeProto& node = source.node(i);
    const auto layer = layers.find(i);
    const LayerOrNone id =
        layer == layers.end() ? std::nullopt : LayerOrNone(layer->second);
    if (!node.name().empty()) {
      const auto [it, is_new] = by_name_.emplace(node.name(), id);
      if (!is_new) it->second = std::nullopt;  // stands twice
    } else if (id) {
      nameless_[fmt::format("{}_{}", node.op_type(), index)] = *id;
    }
    if (node.op_type() != "Constant") ++index;
  }
  const auto add_reader = [&](const std::string& name, LayerId layer) {
    const auto [it, is_new] = reader_.emplace(name, layer);
    if (!is_new) it->second = std::nullopt;
  };
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const LayerId layer = static_cast<LayerId>(i);
    for (const ConstantId constant : graph.layers[i].constants) {
      add_reader(graph.constants[constant].name, layer);
    }
    for (const TensorId input : graph.layers[i].inputs) {
      add_reader(graph.tensors[input].name, layer);
    }
  }
}

// A cast is called after what it casts; a weight may have been changed before.
NameMeaning NodeNames::ReadHelper(std::string_view name) const {
  NameMeaning meaning{.kind = Kind::kHelper};
  std::string_view tensor = WithoutInsertedCast(name);
  if (tensor == name) return meaning;
  const auto made = by_tensor_.find(tensor);
  if (made != by_tensor_.end()) {
    meaning.layer = made->second;
    return meaning;
  }
  for (const std::string_view prefix :
       {"ConvBnFusion_W_", "ConvBnFusion_BN_B_"}) {
    tensor = WithoutPrefix(tensor, prefix);
  }
  const auto read = reader_.find(tensor);
  if (read != reader_.end() && read->second) meaning.layer = *read->second;
  return meaning;
}

NameMeaning NodeNames::Read(const NodeTime& node) const {
  const std::string_view name = node.name;
  if (const auto meaning = ReadUserName(name)) return *meaning;
  if (const auto it = nameless_.find(name);
      it != nameless_.end() &&
      graph_.layers[it->second].operation.op_type == node.op) {
    return {.kind = Kind::kLayer, .layer = it->second};
  }
  if (const auto layer = LayerOfLayoutName(graph_, by_tensor_, name)) {
    return {.kind = Kind::kLayer, .layer = *layer, .is_last_layer = true};
  }
  if (IsHelper(name, node.op)) return ReadHelper(name);
  if (const auto meaning = ReadChangedName(name)) return *meaning;
  return {.kind = IsNew(name, node.op) ? Kind::kNew : Kind::kStranger};
}

std::optional<NameMeaning> NodeNames::ReadUserName(
    std::string_view name) const {
  const auto it = by_name_.find(name);
  if (it == by_name_.end()) return std::nullopt;
  if (!it->second) return NameMeaning{.kind = Kind::kConstant};
  return NameMeaning{.kind = Kind::kLayer, .layer = *it->second};
}

// Takes off what the runtime has put on, which may be several things, until a
// name of the model is left: its names may look like that themselves.
std::optional<NameMeaning> NodeNames::ReadChangedName(
    std::string_view name) const {
  bool has_taken_bias = false;
  for (size_t size = name.size() + 1; name.size() < size;) {
    size = name.size();
    if (auto meaning = ReadUserName(name)) {
      meaning->has_taken_bias = has_taken_bias;
      return meaning;
    }
    const std::string_view without_token = WithoutToken(name);
    if (without_token != name) {
      name = without_token;
    } else if (name.ends_with("Fusion") || name.ends_with("Fusion/")) {
      has_taken_bias |= name.ends_with(kBiasFusion);
      name = WithoutFusion(name);
    } else if (name.starts_with("fused ")) {
      name = WithoutPrefix(name, "fused ");
    } else {
      name = WithoutSuffix(WithoutSuffix(name, "_new_reshape"), "/duplicated");
    }
  }
  return std::nullopt;
}

}  // namespace dnncut
