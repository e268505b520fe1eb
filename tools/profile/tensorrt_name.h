// SPDX-License-Identifier: Apache-2.0
//
// What the name of a layer of a TensorRT engine tells of the model's nodes.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace dnncut {

// The views are parts of the name.
struct TensorRtName {
  // Nodes or tensors of the model that are named, or what looks like them.
  std::vector<std::string_view> parts;
  // "{ForeignNode[a...b]}": all from a up to b.
  std::vector<std::pair<std::string_view, std::string_view>> regions;
  // Copies or changes the layout of what belongs to the parts.
  bool is_helper = false;

  bool operator==(const TensorRtName&) const = default;
};

TensorRtName ParseTensorRtName(std::string_view name);

// The name of a node without what TensorRT puts around it for what it adds
// there ("unsqueeze_node_after_", "_clone_1"); the same if there is nothing.
std::string_view WithoutTensorRtAffixes(std::string_view name);

}  // namespace dnncut
