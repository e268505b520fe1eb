// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "backends/report/layer_groups.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// An SVG of the groups, with the sides that they have in `cut`. Group i has the
// id "group-i" and edge i "edge-i", so that the script can show other cuts.
std::string GroupGraph(const Problem& problem, const LayerGroups& groups,
                       int cut);

// The same as a table: each group's layers, times and sides in every cut.
std::string GroupsTable(const Problem& problem, const LayerGroups& groups);

// Where its layers are in a cut: "device", "server", or "both" when the group
// is made of layers that a cut separates. Inputs are on the device, results on
// `result`.
std::string_view GroupSide(const LayerGroup& group, size_t cut, Side result);

}  // namespace dnncut
