// SPDX-License-Identifier: Apache-2.0
//
// Which layers a node of a runtime's optimised graph stands for. ONNX Runtime
// keeps no record of it, others say it in their layers' names; the names of
// tensors and nodes tell.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "cost_models/measured/runtime_report.h"
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

// How a runtime makes its layers' names of the model's.
enum class ReportStyle { kTensorRt, kOpenVino };

// For the report of another runtime, of the model itself. Layers without a row
// are with the one that leads to what reads them; what is not sure counts as
// guessed. Throws Error E433 when most rows name nothing of the model: `path`
// is of another one.
LayerTimes MapReport(const Graph& graph,
                     const ONNX_NAMESPACE::GraphProto& source,
                     const RuntimeReport& report, ReportStyle style,
                     const std::string& path);

}  // namespace dnncut
