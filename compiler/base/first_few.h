// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace dnncut {

// "a, b, c and 4 more": the first `most` of `count` texts, and how many others
// there are. `text_of(i)` is the text with the number i.
template <typename TextOf>
std::string FirstFew(size_t count, size_t most, const TextOf& text_of) {
  std::string text;
  for (size_t i = 0; i < std::min(count, most); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", text_of(i));
  }
  if (count > most) text += fmt::format(" and {} more", count - most);
  return text;
}

// How many to show when about `most` are: "and 1 more" would save nothing.
constexpr size_t ShownOf(size_t count, size_t most) {
  return count > most + 1 ? most : count;
}

}  // namespace dnncut
