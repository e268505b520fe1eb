// SPDX-License-Identifier: Apache-2.0
//
// How many bytes of weights the halves of each cut store. A table may have as
// many cuts as layers, and neighbours differ in a few: only what differs is
// looked at.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// By cut: the bytes of the constants that HalfMaker (halves.h) puts into each
// of its halves, each once; 0 where there is no half. Throws Error when they
// overflow.
std::vector<PerSide<int64_t>> WeightBytes(const SourceModel& model,
                                          const Graph& graph,
                                          const CutTable& table);

}  // namespace dnncut
