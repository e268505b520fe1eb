// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

namespace dnncut {

// What a value promises to whoever reads it, "that times are >= 0". When it
// does not hold, dnncut itself has made a mistake: throws std::logic_error.
inline void Require(bool holds, std::string_view promise) {
  if (!holds) throw std::logic_error(fmt::format("{} does not hold", promise));
}

}  // namespace dnncut
