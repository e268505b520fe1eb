// SPDX-License-Identifier: Apache-2.0
//
// Mutations of models that mostly leave them valid: the way to what comes after
// the validator.
#pragma once

#include <onnx/onnx_pb.h>

#include "tests/testing.h"

namespace dnncut {

// Moves a node of the graph or of a body into the bodies of an If, a Loop or a
// Scan or into a function, gives it other operators and inputs,
// adds, doubles and removes nodes, adds results, renames tensors, and makes
// weights into inputs, nodes or external data.
void MutateGraph(Random* random, ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
