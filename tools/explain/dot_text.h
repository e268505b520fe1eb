// SPDX-License-Identifier: Apache-2.0
//
// A cut as a picture for Graphviz.
#pragma once

#include <optional>
#include <string>

#include "tools/explain/explain.h"

namespace dnncut {

// The graph in Graphviz's DOT language: device layers are blue boxes, server
// layers orange ellipses, each side in a frame; tensors that are sent are bold
// nodes of their own with their bytes, whoever reads them. With `context` only
// layers within so many steps of the cut are drawn (1: those that make or read
// what is sent), and the others of a side are one node with their number.
std::string DotText(const StoredResult& compiled, const OperatingPoint& point,
                    std::optional<int64_t> context);

}  // namespace dnncut
