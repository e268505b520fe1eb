// SPDX-License-Identifier: Apache-2.0
//
// Values that a flag takes by name.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace dnncut {

template <typename Value>
using Choices = std::vector<std::pair<std::string_view, Value>>;

// Throws Error E109: "--as 'phone' must be device, server or both".
[[noreturn]] void FailChoice(std::string_view flag, std::string_view text,
                             const std::vector<std::string_view>& names);

// The value of that name. Throws Error E109 for another one; `flag` is where it
// was given.
template <typename Value>
Value ParseChoice(std::string_view flag, std::string_view text,
                  const Choices<Value>& choices) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    names.push_back(name);
  }
  FailChoice(flag, text, names);
}

}  // namespace dnncut
