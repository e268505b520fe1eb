// SPDX-License-Identifier: Apache-2.0
//
// The options with which the firmware table is made. They come from the command
// line, and are kept in table.json so that a refined table is made the same
// way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/table/hysteresis.h"
#include "compiler/table/slowdown_cuts.h"

namespace dnncut {

inline constexpr int64_t kMaxDwellMs = 3'600'000;

struct FirmwareOptions {
  std::string prefix = "dnncut";  // of all symbols, see IsFirmwarePrefix
  HysteresisLimit hysteresis;
  int64_t dwell_ms = 1000;  // least time between two changes
  // If given, all cuts are stored that are best at any slowdown of this range
  // and any round trip time; nullopt: only the cuts of the rows.
  std::optional<SlowdownRange> slowdown = {};

  bool operator==(const FirmwareOptions&) const = default;
};

// The beginning of a C identifier, at most 32 characters.
bool IsFirmwarePrefix(const std::string& prefix);

}  // namespace dnncut
