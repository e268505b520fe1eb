// SPDX-License-Identifier: Apache-2.0
//
// The best cut for a stream of frames at one bandwidth, of the problem in a
// result folder: what `dnncut solve --objective throughput` prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/cli/output.h"

namespace dnncut {

struct StreamQuestion {
  std::string folder;  // that compile wrote
  int64_t kbps = 0;
  std::optional<int64_t> rtt_ns;           // nullopt: that of the compile
  std::optional<int64_t> search_limit_ns;  // nullopt: only the search's own
};

// Throws Error: E140 for a bandwidth outside the compiled range, E148 when
// `folder` is no folder, E137 when no cut fits into memory, E138 when the
// search found none that does, E502 for times that are too large.
void SolveStream(const StreamQuestion& question, const Output& output);

}  // namespace dnncut
