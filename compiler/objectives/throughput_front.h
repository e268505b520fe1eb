// SPDX-License-Identifier: Apache-2.0
//
// The best cuts for a stream of frames. A frame passes through the device, the
// link, the server, and a downlink with a rate of its own, and each of them
// works on another frame meanwhile. So frames come out at the pace of the
// slowest: at W kbit/s one every
//
//   max(device time, server time, download time, 8e6 / W * link bytes)
//
// nanoseconds. The device's time has what crossings cost it; with
// Downlink::kSame the link's bytes have those that come down, and with kFree
// nothing comes down. The round trip only delays frames.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/objectives/front_search.h"
#include "compiler/objectives/memory_bound.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cost_ratio.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// How long a frame keeps the slowest machine busy; the link is none.
int64_t BusiestNs(const CutCosts& costs);

// W * the time from a frame to the next at W kbit/s.
Int128 ScaledFrameNs(int64_t busiest_ns, int64_t link_bytes, int64_t kbps);

// How much longer than necessary the frames of a row may take: the largest
// ratio to what is proved to be the least, and where. 1 when the row is exact.
struct FrameGap {
  CostRatio ratio;
  int64_t kbps = 0;
};

struct ThroughputTable {
  // Rows as those of a CutTable. From the first to the last, machines are less
  // and less busy and more and more is sent.
  std::vector<TableCut> cuts;
  std::vector<TableRow> rows;
  std::vector<FrameGap> gaps;  // by row
  bool is_exact = false;       // every gap is 1
  bool is_canonical = false;   // every cut is the best one of its values
  int64_t labels = 0;          // what the search took
};

// The best cut at every integer kbit/s of problem.range. Of cuts that are as
// fast there, the one whose busiest machine is less busy; of those, that which
// sends less; then the one with the least latency, then with the fewest layers
// on the device, then the one that has the first layer in which they differ on
// the server. So the answer does not depend on how it is searched for. The
// weights of problem.objective do not matter. Throws Error on overflow, or when
// there is no feasible cut.
//
// A search that ends at a limit gives the best cuts that it found, and gaps
// that are proved.
//
// With `memory`, of the cuts that fit. A table without rows then says that none
// does, or, if it is not exact, that none was found.
ThroughputTable MakeThroughputTable(const Problem& problem,
                                    const SearchLimits& limits,
                                    const MemoryBound* memory = nullptr);

}  // namespace dnncut
