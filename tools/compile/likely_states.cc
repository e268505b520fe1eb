// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/likely_states.h"

#include <fmt/format.h>

#include <array>

#include "compiler/base/shell_word.h"

namespace dnncut {
namespace {

const std::array<StatePattern, 9> kKnownStates = {{
    {"past_key_values.*", "present.*"},
    {"past_*", "present_*"},
    {"past.*", "present.*"},
    {"past", "present"},
    {"h", "hn"},
    {"c", "cn"},
    {"h0", "hn"},
    {"c0", "cn"},
    {"state", "stateN"},
}};

}  // namespace

std::string LikelyStates::Flag() const {
  return ShellFlag("--state",
                   fmt::format("{}={}", pattern.input, pattern.output));
}

std::vector<LikelyStates> FindLikelyStates(const Graph& graph) {
  std::vector<LikelyStates> found;
  for (const StatePattern& pattern : kKnownStates) {
    auto states = StatesOf(graph, pattern);
    if (!states.empty()) found.push_back({pattern, std::move(states)});
  }
  return found;
}

}  // namespace dnncut
