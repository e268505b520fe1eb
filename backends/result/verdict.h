// SPDX-License-Identifier: Apache-2.0
//
// The answer in words: whether to split, at which bandwidths, and what that
// gains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/problem/memory_use.h"
#include "compiler/problem/problem.h"
#include "compiler/table/answer_band.h"
#include "compiler/table/cut_table.h"
#include "compiler/table/row_robustness.h"

namespace dnncut {

// How many times as fast the table is as running everything on one side, over
// the integer kbit/s of the range.
struct Gain {
  double least = 1;
  double most = 1;
  int64_t most_kbps = 0;  // where it is largest (the lowest such)
};

// Over running everything on `side`; nullopt: that is not feasible.
std::optional<Gain> GainOver(const Problem& problem, const CutTable& table,
                             Side side);

// "1.08x to 2.10x over device-only (most at 5 Mbit/s)"; `place` is "device" or
// "server".
std::string GainText(std::string_view place, const std::optional<Gain>& gain);

// Why a table is not exact: "--max-cuts", "the limit of the search".
std::string CauseOf(const Approximation& approximation);

// "1.25x", "any": how much longer the times of a side may take; of
// RowRobustness::Factors.
std::string FactorsText(const RowRobustness::Factors& factors);

// "at most 12.3 % above the best, at 5 Mbit/s, device 1.2x, server 0.8x".
std::string WorstText(const RowRobustness& row);

// "device 2.1 MiB (1.5 MiB of weights), server 48 KiB (32 KiB of weights)".
std::string MemoryText(const PerSide<MemoryUse>& use);

// "split: it pays from 1 Mbit/s to 5 Mbit/s", where a cut of the table that
// splits takes no longer than either side alone; or "do not split: run
// everything ..."; `exact` is what an approximate table was made of, else the
// table.
std::string VerdictText(const Problem& problem, const CutTable& table,
                        const CutTable& exact);

// "the device alone is best up to 38 Mbit/s, 22 Mbit/s to 64 Mbit/s", the same
// of the server, and for a table without splits whether one may pay.
std::string AnswerBandText(const AnswerBand& band, const CutTable& exact);

}  // namespace dnncut
