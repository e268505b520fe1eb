// SPDX-License-Identifier: Apache-2.0
//
// Sides, layers and differences in words, the same in all that explains cuts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/cut.h"
#include "compiler/problem.h"

namespace dnncut {

// 'name', with control characters as \x1b.
std::string Quoted(std::string_view name);

// "'conv1'", "'conv1' and 'relu1'", "'conv1' .. 'relu9' (7
// layers)": `layers` ascend.
std::string LayerNames(const Problem& problem,
                       const std::vector<LayerId>& layers);

// "2/5", "5/5 all", "0/5 none".
std::string DeviceLayersText(const CutCosts& costs);

// "+1.2 ms", "-350 us", "+0 ms".
std::string FormatChange(int64_t ns);

// How much longer: "1.2 ms more (+4.8 %)", "1.06 s more (+8447 %)", "as much",
// "1 ms less (-2.1 %)".
std::string FormatMore(int64_t more_ns, int64_t than_ns);

}  // namespace dnncut
