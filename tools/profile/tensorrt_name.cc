// SPDX-License-Identifier: Apache-2.0
//
// A layer that was fused bears the names of all that is in it:
//
//   Conv_0 + Relu_1                    a convolution with what follows
//   Conv_9 || Conv_12                  two with the same input in one
//   Conv_4 + PWN(PWN(Sigmoid_5), Mul_6)   with a chain of pointwise operators
//   {ForeignNode[onnx::Add_7...Softmax_40]}   a region for another compiler
//   Reformatting CopyNode for Input Tensor 0 to Conv_0 + Relu_1
//   Conv_0 + Relu_1 output reformatter 0
//   Concat_7 copy, Gemm_3_bias + [Shuffle], (Unnamed Layer* 3) [Constant]
//
// Names of nodes may hold brackets, so they are matched.
#include "tools/profile/tensorrt_name.h"

#include <array>
#include <optional>
#include <string>

namespace dnncut {
namespace {

bool IsOpening(char c) { return c == '(' || c == '[' || c == '{'; }
bool IsClosing(char c) { return c == ')' || c == ']' || c == '}'; }

// Where `separator` stands outside of all brackets; npos when it does not.
size_t FindOutside(std::string_view text, std::string_view separator) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (depth == 0 && text.substr(i).starts_with(separator)) return i;
    if (IsOpening(text[i])) ++depth;
    if (IsClosing(text[i]) && depth > 0) --depth;
  }
  return std::string_view::npos;
}

// "PWN(a)" with the prefix "PWN(" and the suffix ")" -> "a".
std::optional<std::string_view> Between(std::string_view text,
                                        std::string_view prefix,
                                        std::string_view suffix) {
  if (text.size() < prefix.size() + suffix.size() ||
      !text.starts_with(prefix) || !text.ends_with(suffix)) {
    return std::nullopt;
  }
  text.remove_prefix(prefix.size());
  text.remove_suffix(suffix.size());
  return text;
}

void AddParts(std::string_view text, TensorRtName* name) {
  for (const std::string_view separator : {" + ", " || ", " -> ", ", "}) {
    const size_t at = FindOutside(text, separator);
    if (at == std::string_view::npos) continue;
    AddParts(text.substr(0, at), name);
    AddParts(text.substr(at + separator.size()), name);
    return;
  }
  if (const auto chain = Between(text, "PWN(", ")")) {
    AddParts(*chain, name);
  } else if (const auto region = Between(text, "{ForeignNode[", "]}")) {
    const size_t dots = region->find("...");
    if (dots == std::string_view::npos) {
      name->parts.push_back(*region);
    } else {
      name->regions.emplace_back(region->substr(0, dots),
                                 region->substr(dots + 3));
    }
  } else if (!text.empty() && !text.starts_with('[') &&
             !text.starts_with("(Unnamed Layer*")) {
    name->parts.push_back(text);
  }
}

// "for Input Tensor 0 to Conv_0" -> "Conv_0", "for Network Input x" -> "x".
std::string_view Reformatted(std::string_view text) {
  for (const std::string_view network :
       {"for Network Input ", "for Network Output "}) {
    if (text.starts_with(network)) return text.substr(network.size());
  }
  constexpr std::string_view kTo = " to ";
  const size_t to = text.find(kTo);
  return to == std::string_view::npos ? text : text.substr(to + kTo.size());
}

// "Conv_0 output reformatter 0" -> "Conv_0".
std::optional<std::string_view> BeforeReformatter(std::string_view text) {
  for (const std::string_view kind :
       {" input reformatter ", " output reformatter "}) {
    const size_t at = text.rfind(kind);
    if (at != std::string_view::npos) return text.substr(0, at);
  }
  return Between(text, "", " copy");
}

}  // namespace

TensorRtName ParseTensorRtName(std::string_view text) {
  TensorRtName name;
  constexpr std::string_view kCopy = "Reformatting CopyNode ";
  if (text.starts_with(kCopy)) {
    name.is_helper = true;
    text = Reformatted(text.substr(kCopy.size()));
  } else if (const auto rest = BeforeReformatter(text)) {
    name.is_helper = true;
    text = *rest;
  }
  constexpr std::string_view kMlp = "2-layer MLP: ";
  if (text.starts_with(kMlp)) text.remove_prefix(kMlp.size());
  AddParts(text, &name);
  return name;
}

std::string_view WithoutTensorRtAffixes(std::string_view name) {
  for (const std::string_view prefix :
       {"node_of_", "reshape_before_", "reshape_after_", "squeeze_after_",
        "unsqueeze_node_after_", "squeeze_node_after_", "unsqueeze_node_",
        "squeeze_node_", "shuffle_before_", "shuffle_after_"}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  for (const std::string_view suffix :
       {"_quantize_scale_node", "_dequantize_scale_node", "_bias"}) {
    if (name.ends_with(suffix)) {
      return name.substr(0, name.size() - suffix.size());
    }
  }
  const size_t clone = name.rfind("_clone_");
  return clone == std::string_view::npos ? name : name.substr(0, clone);
}

}  // namespace dnncut
