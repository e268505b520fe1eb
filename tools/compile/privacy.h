// SPDX-License-Identifier: Apache-2.0
//
// --keep-private: which layers must run on the device so that what the first
// layers compute with never leaves it.
//
// A layer that is named is private with all that it depends on, over any number
// of steps. Of what private layers read and make, only that may leave the
// device which the last of them make, those that no other private layer reads:
// inputs of the model that a private layer reads never leave it, neither does
// what one private layer makes for another. A residual edge that leads out from
// among them keeps its reader on the device, too.
//
// That is nothing but pins: a tensor that lies on the device stays there just
// when all its readers run there.
#pragma once

#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/make_problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// Pins to the device what `names` ask for, each a glob (placement.h) or, of
// digits only, how many layers from the first one. Pins and places in
// `placement` must be complete; results that say no other place are wanted on
// `result`. Throws Error E120 for a name that matches nothing and E136 for a
// number above that of the layers, or where a pin, an input or a result that
// must be on the server contradicts it.
void KeepPrivate(const Graph& graph, const std::vector<std::string>& names,
                 Side result, Placement* placement);

}  // namespace dnncut
