// SPDX-License-Identifier: Apache-2.0
//
// Type rules for single operators. operator_rules.cc has the rules of the
// default domain and ApplyOperatorRule (see type_engine.h). checked_rules.cc
// has rules that only check a node, so that libonnx is not asked about nodes
// that it gets wrong. contributed_rules.cc has the rules of the domain
// com.microsoft.
#pragma once

#include <onnx/onnx_pb.h>

#include <string_view>

#include "frontends/shapes/type_engine.h"

namespace dnncut {

// The rule of one operator, called and returning like ApplyOperatorRule.
using OperatorRule =
    const ONNX_NAMESPACE::NodeProto* (*)(NodeRun* run,
                                         ONNX_NAMESPACE::NodeProto* storage);

// The rule of an operator of com.microsoft; null when there is none.
OperatorRule FindContributedRule(std::string_view op_type);

TensorType InputType(const NodeRun& run, size_t index);
bool HasInput(const NodeRun& run, int index);
void SetOutput(const TensorType& type, size_t index, NodeRun* run);

// Makes in `storage` a copy of the node with the operator `op_type` of the
// default domain, whose sizes follow the same rules, and returns it.
const ONNX_NAMESPACE::NodeProto* As(const char* op_type, const NodeRun& run,
                                    ONNX_NAMESPACE::NodeProto* storage);

// checked_rules.cc.
const ONNX_NAMESPACE::NodeProto* Concat(NodeRun* run,
                                        ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* Pad(NodeRun* run,
                                     ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* Range(NodeRun* run,
                                       ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* Recurrent(NodeRun* run,
                                           ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* Tile(NodeRun* run,
                                      ONNX_NAMESPACE::NodeProto* storage);

// Rules that operators of both domains have.
const ONNX_NAMESPACE::NodeProto* LikeFirstInput(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* QuantizeLinear(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* DequantizeLinear(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);

}  // namespace dnncut
