// SPDX-License-Identifier: Apache-2.0
//
// How many elements a result gets at most, where that says more than the bounds
// of its dims: of a tensor that is reshaped to [n, -1], n and the other dim can
// each be large, but not both at once. operator_table.cc says which rule is
// whose.
#pragma once

#include "frontends/shapes/operator_table.h"

namespace dnncut {

// Of outputs that rearrange the first input, choose from it, or compute each
// element from one of its own.
ElementRule AsFirstInput;
ElementRule FirstAsFirstInput;  // the first output alone
ElementRule SumOfInputs;
ElementRule ProductOfInputs;

}  // namespace dnncut
