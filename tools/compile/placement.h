// SPDX-License-Identifier: Apache-2.0
//
// --pin-device and --pin-server: which layers a user wants where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/make_problem.h"

namespace dnncut {

// '*' is any text, '?' any byte; everything else, brackets too, is itself
// (ONNX names are full of brackets and slashes).
bool MatchesGlob(std::string_view glob, std::string_view text);

// The layers whose name, or the name of one of whose outputs, matches a glob of
// `flag`. Throws Error E120 when there is none.
std::vector<LayerId> LayersOf(const Graph& graph, std::string_view flag,
                              const std::string& glob);

// Pins the layers whose name, or the name of one of whose outputs, matches a
// glob. Throws Error E120 for a glob that matches nothing and E121 for a layer
// that is wanted on both sides.
Placement PinLayers(const Graph& graph,
                    const PerSide<std::vector<std::string>>& globs);

}  // namespace dnncut
