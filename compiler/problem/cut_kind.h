// SPDX-License-Identifier: Apache-2.0
//
// The kind of a cut: everything on one side, or a split; and whether it needs
// the network. Both follow from its counts alone, so all texts and files say
// the same of a cut.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compiler/problem/cut.h"

namespace dnncut {

enum class CutKind { kDeviceOnly, kServerOnly, kSplit };

// A cut without any layer is device-only.
inline CutKind KindOf(const CutCosts& costs) {
  if (costs.AllLayers(Side::kServer) == 0) return CutKind::kDeviceOnly;
  return costs.AllLayers(Side::kDevice) == 0 ? CutKind::kServerOnly
                                             : CutKind::kSplit;
}

// Does a cut with this many layers on the server and this many tensors that
// cross (results that come back not counted) pay for a round trip? A
// device-only cut does, too, when its results are wanted on the server or its
// inputs lie there. The overloads for TableCut and TableFile::Cut count the
// tensors; CutCosts that were read from a file do not have them.
constexpr bool NeedsNetwork(int64_t server_layers, size_t crossing) {
  return server_layers > 0 || crossing > 0;
}

}  // namespace dnncut
