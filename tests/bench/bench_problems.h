// SPDX-License-Identifier: Apache-2.0
//
// The problems that the benchmarks solve.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/problem/problem.h"

namespace dnncut {

// The problem that `dnncut compile` makes of an example model with its default
// machines, link and range.
Problem ExampleProblem(const std::string& name);

// Cells of one to four branches, like those found by architecture search, with
// links that skip cells: sizes, times and bytes as in real models. The same
// problem for the same arguments.
Problem RealisticProblem(int layers, uint64_t seed);

// A detector whose post-processing is there once for each class: a backbone
// with five levels of heads, and for each class a chain that selects its boxes,
// as in SSDlite. Layers on the server are `ratio` times as fast, and take 3 us
// more; times scatter by up to `scatter` percent.
Problem DetectorProblem(int classes, int ratio, int scatter);

}  // namespace dnncut
