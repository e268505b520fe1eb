// SPDX-License-Identifier: Apache-2.0
//
// Of which cuts the halves are written. A small model can have thousands of
// cuts, and each has two halves, so that there is a limit; `dnncut halves`
// writes those of any other cut later.
#pragma once

#include <optional>
#include <vector>

#include "compiler/table/cut_table.h"

namespace dnncut {

// --limit cuts, unless it is given.
inline constexpr int kMostCutsWithHalves = 64;

// By cut: are its halves written? At most `most` are: those whose row is widest
// first, as max_kbps / min_kbps, because bandwidths are as likely to double
// from anywhere; of equal ones the lower number; cuts without a row last. With
// `only_cut` it is that cut alone; throws Error E609 when there is no such.
std::vector<bool> ChooseHalves(const CutTable& table, int most,
                               std::optional<int> only_cut);

}  // namespace dnncut
