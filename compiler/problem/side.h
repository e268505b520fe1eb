// SPDX-License-Identifier: Apache-2.0
//
// The two sides that a model is split between, in words, too, and what there is
// one of for each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace dnncut {

enum class Side : uint8_t { kDevice, kServer };

inline constexpr std::array kSides = {Side::kDevice, Side::kServer};

constexpr Side OtherSide(Side side) {
  return side == Side::kDevice ? Side::kServer : Side::kDevice;
}

// As files and people name it.
constexpr std::string_view SideName(Side side) {
  return side == Side::kDevice ? "device" : "server";
}

// One T for the device and one for the server.
template <typename T>
struct PerSide {
  T device = {};
  T server = {};

  constexpr T& operator[](Side side) {
    return side == Side::kDevice ? device : server;
  }
  constexpr const T& operator[](Side side) const {
    return side == Side::kDevice ? device : server;
  }

  bool operator==(const PerSide&) const = default;
};

}  // namespace dnncut
