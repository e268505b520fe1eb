// SPDX-License-Identifier: Apache-2.0
//
// How large the results get of operators whose sizes only the data decides.
// operator_table.cc says which rule is whose.
#pragma once

#include "frontends/shapes/operator_table.h"

namespace dnncut {

UpperRule BoundBroadcast;
UpperRule BoundCompress;
UpperRule BoundConcat;
UpperRule BoundExpand;
UpperRule BoundGatherNd;
UpperRule BoundGroupQueryAttention;
UpperRule BoundNonMaxSuppression;
UpperRule BoundNonZero;
UpperRule BoundOneHot;
UpperRule BoundPad;
UpperRule BoundRange;
UpperRule BoundReshape;
UpperRule BoundResize;
UpperRule BoundShapedAs;  // ConstantOfShape
UpperRule BoundSlice;
UpperRule BoundSplit;
UpperRule BoundSqueeze;
UpperRule BoundTile;
UpperRule BoundTopK;
UpperRule BoundUnique;

}  // namespace dnncut
