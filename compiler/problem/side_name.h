// SPDX-License-Identifier: Apache-2.0
//
// Sides in words, in files and for people.
#pragma once

#include <string_view>

#include "compiler/problem/problem.h"

namespace dnncut {

constexpr std::string_view SideName(Side side) {
  return side == Side::kDevice ? "device" : "server";
}

}  // namespace dnncut
