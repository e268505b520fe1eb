// SPDX-License-Identifier: Apache-2.0
//
// What a cut is, seen from far: everything in one place or a split, with the
// network or without. Read by all that describes cuts.
#pragma once

#include <cstddef>

#include "compiler/problem/cut.h"

namespace dnncut {

enum class CutKind { kDeviceOnly, kServerOnly, kSplit };

// A cut without any layer is device-only.
inline CutKind KindOf(const CutCosts& costs) {
  if (costs.server_layers == 0) return CutKind::kDeviceOnly;
  return costs.device_layers == 0 ? CutKind::kServerOnly : CutKind::kSplit;
}

// Does a cut that sends so many tensors pay for a round trip? A device-only cut
// does, too, when results of it are wanted on the server. To be asked of a
// TableCut or a TableFile::Cut: the costs alone do not always know what is
// sent.
constexpr bool NeedsNetwork(int server_layers, size_t tensors_sent) {
  return server_layers > 0 || tensors_sent > 0;
}

}  // namespace dnncut
