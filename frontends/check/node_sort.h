// SPDX-License-Identifier: Apache-2.0
//
// Puts nodes into topological order. Used by the validator on every list of
// nodes: graphs, bodies, functions.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace dnncut {

using NodeList = google::protobuf::RepeatedPtrField<ONNX_NAMESPACE::NodeProto>;

// Nodes that are in order stay as they are (false). Others are moved, each as
// early as its old neighbours allow: of the nodes that can come next, always
// the one that stood first. No output may be defined twice. `place` begins
// messages. Throws Error E218 with the cycle, node by node.
bool SortNodes(const std::string& place, NodeList* nodes);

}  // namespace dnncut
