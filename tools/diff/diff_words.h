// SPDX-License-Identifier: Apache-2.0
//
// What the text and the Markdown of `dnncut diff` say the same way. Names stand
// in it as the files have them: whoever prints it makes them printable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/diff/result_diff.h"

namespace dnncut {

// "+5.26 %", "0 %", "under +0.01 %", "from 0".
std::string ChangeText(const CostRatio& ratio);

// "same", "faster" or "slower".
std::string_view KindName(ChangeKind kind);

// The verdict on the latency over the whole range, one line.
std::string LatencyVerdict(const ResultDiff& diff);

// "'b', 'c' and 2 more", "nothing", "nothing, but the server runs layers".
std::string SentNamesText(const CutUse& use);

// A line of the table of cuts: where a cut is used, from and to which
// bandwidth, "-" where it is not; a cut has one line for each range.
struct CutUseLine {
  std::string old_cut;
  std::string new_cut;
  std::string old_from;
  std::string new_from;
  std::string change;  // of where it begins, where that moved
  std::string old_to;
  std::string new_to;
};

std::vector<CutUseLine> CutUseLines(const CutUse& use);

// Why layers were not compared: a result has no problem.json.
std::string NoLayersText(const ResultDiff& diff);

// "new table and old server fit together: ..."
std::string CompatibleText(std::string_view what,
                           const ServerCompatibility& compatibility);

}  // namespace dnncut
