// SPDX-License-Identifier: Apache-2.0
//
// Puts the nodes of a graph, a body or a function into topological order.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace dnncut {

using NodeList = google::protobuf::RepeatedPtrField<ONNX_NAMESPACE::NodeProto>;

// Returns false, and moves nothing, if the nodes are in topological order
// already. Else sorts them: of the nodes that can come next, it always takes
// the one that stood first. No output may be defined twice. `place` is the
// beginning of messages. Throws Error E218 with the nodes of a cycle if there
// is one.
bool SortNodes(const std::string& place, NodeList* nodes);

}  // namespace dnncut
