// SPDX-License-Identifier: Apache-2.0
//
// What the firmware table is made with besides the cuts: flags of compile, kept
// in table.json so that refine makes it the same way.
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
  // Cuts are stored for all of these and any round trip time; nullopt: for the
  // rows only.
  std::optional<SlowdownRange> slowdown = {};

  bool operator==(const FirmwareOptions&) const = default;
};

// The beginning of a C identifier, at most 32 characters.
bool IsFirmwarePrefix(const std::string& prefix);

}  // namespace dnncut
