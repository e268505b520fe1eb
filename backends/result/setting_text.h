// SPDX-License-Identifier: Apache-2.0
//
// What a result was compiled for, in words: machines and the link.
#pragma once

#include <optional>
#include <string>

#include "backends/result/labels.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// ", slowdown 4"; nothing for 1.
std::string SlowdownText(double slowdown);

// The machine whose times they are: "board", "board, refined, slowdown 4".
std::string MachineText(const MachineLabel& machine,
                        const std::optional<double>& slowdown);

// "uplink 64 kbit/s to 10 Gbit/s, round trip 5 ms, downlink as uplink".
std::string LinkText(const Problem& problem);

}  // namespace dnncut
