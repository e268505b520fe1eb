// SPDX-License-Identifier: Apache-2.0
//
// Makes an Operation, which is all that the cost models know of a node.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

// One input or output of a node: its type, and whether it is constant.
struct Operand {
  OperandType type;
  bool constant = false;
};

// The operation of `node` without its bodies; operands by position.
Operation MakeOperation(const ONNX_NAMESPACE::NodeProto& node, int64_t opset,
                        std::vector<Operand> inputs,
                        std::vector<OperandType> outputs);

// The weights inside `node`: values in its attributes (those of a Constant and
// of ai.onnx.ml as numbers, too), and all that its bodies hold. Not those of
// functions that it calls.
InnerWeights WeightsInside(const ONNX_NAMESPACE::NodeProto& node);

}  // namespace dnncut
