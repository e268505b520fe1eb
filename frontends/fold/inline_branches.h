// SPDX-License-Identifier: Apache-2.0
//
// Puts the branch of an If that is always taken into the graph around it:
//
//     y = If (c) <then: a = Conv(x)  b = Relu(a), else: ...>
//
// with a condition that is true becomes
//
//     a = Conv(x)  y = Relu(a)
//
// so that the layers in the branch are layers, which can be cut.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>

namespace dnncut {

// `conditions` has those that are known, by the index of the If in the main
// graph. The nodes stay in topological order. Names of tensors in the branch
// stay where no other tensor of the model has them. Returns whether anything
// was changed.
bool InlineBranches(const std::map<int, bool>& conditions,
                    ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
