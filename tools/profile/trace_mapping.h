// SPDX-License-Identifier: Apache-2.0
//
// Which layers a node of ONNX Runtime's optimised graph stands for. The runtime
// keeps no record of it; the names of tensors and nodes tell.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "tools/profile/layer_times.h"

namespace dnncut {

// For a trace of a copy of the model whose nodes got their names from
// NameNodes, with the optimised graph that the runtime saved. A node stands for
// the layers whose tensors it makes or whose names it bears; layers that left
// no trace belong to what their readers became. Those that were folded or
// dropped are units of their own without time.
LayerTimes MapSavedGraph(const Graph& graph,
                         const ONNX_NAMESPACE::GraphProto& saved,
                         const std::vector<NodeTime>& nodes);

// For a trace of the model itself, at any level and on any machine. Nodes are
// known by their names, or by the layers that can have run between two others;
// one that is not counts with the node before it. Layers without a node are
// with the node that can hold them, or with what reads them. What is not sure
// counts as guessed. Throws Error E433 when most nodes are not known: `path`
// holds a trace of another model.
LayerTimes MapOwnNames(const Graph& graph,
                       const ONNX_NAMESPACE::GraphProto& source,
                       const std::vector<NodeTime>& nodes,
                       const std::string& path);

}  // namespace dnncut
