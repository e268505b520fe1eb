// SPDX-License-Identifier: Apache-2.0
//
// Names and numbers of layers in words, the same in all that explains cuts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// 'name', with control characters as \x1b.
std::string Quoted(std::string_view name);

// "'conv1'", "'conv1' and 'relu1'", "'conv1' .. 'relu9' (7
// layers)": `layers` ascend.
std::string LayerNames(const Problem& problem,
                       const std::vector<LayerId>& layers);

// "'conv1' .. 'conv9' (9 layers), 'relu3'": layers that follow each other
// become one, also where such that only compute sizes lie between them. At most
// `most` of these; what is left is counted. Names stand in it as they are:
// whoever prints it makes them printable.
std::string LayerRuns(const Problem& problem,
                      const std::vector<LayerId>& layers, size_t most);

// "nothing", "1 layer", "5 layers".
std::string LayersText(int count);

// "2/5": of all layers, those on the device.
std::string LayerShareText(const PerSide<int>& layers);

// "2/5", "5/5 all", "0/5 none".
std::string DeviceLayersText(const CutCosts& costs);

}  // namespace dnncut
