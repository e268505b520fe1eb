// SPDX-License-Identifier: Apache-2.0
//
// Fits unknowns that cannot be negative, such as times, to measurements.
#pragma once

#include <vector>

namespace dnncut {

// The x >= 0 with the smallest sum of squares of rows * x - targets; one x for
// each column. Where columns depend on each other, one such x of many, with no
// large parts that cancel out. A column of zeros gets 0. The same number on
// every computer: + - * / sqrt in a fixed order. Meant for up to a few hundred
// columns. All rows have the same length, there is one target for each row, and
// all numbers are finite and below 1e150; throws std::logic_error otherwise.
std::vector<double> SolveNonnegative(
    const std::vector<std::vector<double>>& rows,
    const std::vector<double>& targets);

}  // namespace dnncut
