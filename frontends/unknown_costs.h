// SPDX-License-Identifier: Apache-2.0
//
// Costs that are not known must not pass for small ones.
#pragma once

#include "compiler/base/error.h"
#include "compiler/model/graph.h"

namespace dnncut {

// Warns of layers of which it is not known how often they run (W307) or how
// large what they work on is (W308), with the flags that say it.
void WarnOfUnknownCosts(const Graph& graph, Warnings* warnings);

}  // namespace dnncut
