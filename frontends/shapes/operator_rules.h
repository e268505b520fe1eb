// SPDX-License-Identifier: Apache-2.0
//
// What the rules for single operators share. operator_rules.cc has those of the
// default domain and ApplyOperatorRule (see type_engine.h), checked_rules.cc
// those that only see to it that libonnx is asked nothing that it gets wrong,
// contributed_rules.cc those of com.microsoft.
#pragma once

#include <onnx/onnx_pb.h>

#include <string_view>

#include "frontends/shapes/type_engine.h"

namespace dnncut {

// Does and returns what ApplyOperatorRule does and returns.
using OperatorRule =
    const ONNX_NAMESPACE::NodeProto* (*)(NodeRun* run,
                                         ONNX_NAMESPACE::NodeProto* storage);

// Null when there is none.
OperatorRule FindContributedRule(std::string_view op_type);

TensorType InputType(const NodeRun& run, size_t index);
bool HasInput(const NodeRun& run, int index);
void SetOutput(const TensorType& type, size_t index, NodeRun* run);

// The node as an operator of the default domain whose sizes follow the same
// rules, made in `storage`.
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

// Rules of both domains.
const ONNX_NAMESPACE::NodeProto* LikeFirstInput(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* QuantizeLinear(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);
const ONNX_NAMESPACE::NodeProto* DequantizeLinear(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);

}  // namespace dnncut
