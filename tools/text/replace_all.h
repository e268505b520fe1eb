// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dnncut {

// Replaces each `what`, which is not empty, by `with`, from left to right; what
// was put in is not looked at again.
inline void ReplaceAll(std::string_view what, std::string_view with,
                       std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

}  // namespace dnncut
