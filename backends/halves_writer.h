// SPDX-License-Identifier: Apache-2.0
//
// Writes halves into a result folder, and beside them the weights that those of
// a side share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/result/result.h"

namespace dnncut {

struct HalvesOptions {
  bool inline_weights = false;
  // Called with the weight bytes written so far and with all that there are.
  std::function<void(int64_t done_bytes, int64_t all_bytes)> progress;
};

// Writes the halves of those cuts that have halves, and weights.bin of each
// side. That holds the weights of the halves of all cuts, written or not, so
// that no half depends on which others there are. Throws Error.
void WriteHalves(const Result& result, const HalvesOptions& options,
                 const std::string& folder);

// Adds the halves of `cuts`, byte for byte as WriteHalves would have written
// them into this folder, which has the weights. Throws Error, E727 when its
// weights are others.
void AddHalves(const Result& result, const std::vector<int>& cuts,
               const HalvesOptions& options, const std::string& folder);

}  // namespace dnncut
