// SPDX-License-Identifier: Apache-2.0
//
// What a cut is, seen from far: everything in one place, or a split. Read by
// all that describes cuts.
#pragma once

#include "compiler/cut.h"

namespace dnncut {

enum class CutKind { kDeviceOnly, kServerOnly, kSplit };

// A cut without any layer is device-only.
inline CutKind KindOf(const CutCosts& costs) {
  if (costs.server_layers == 0) return CutKind::kDeviceOnly;
  return costs.device_layers == 0 ? CutKind::kServerOnly : CutKind::kSplit;
}

// Pays for a round trip? A device-only cut does, too, when results of it are
// wanted on the server.
inline bool NeedsNetwork(const CutCosts& costs) {
  return costs.server_layers > 0 || !costs.uploaded.empty();
}

}  // namespace dnncut
