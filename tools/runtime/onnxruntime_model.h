// SPDX-License-Identifier: Apache-2.0
//
// The copies of a model that ONNX Runtime is asked about. Copy, then apply the
// functions below in their order; tools/runtime/onnxruntime_types.cc does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/source_model.h"

namespace dnncut {

// Before the name of a tensor: the output that ExposeRanks adds for it.
inline constexpr const char* kShapePrefix = "dnncut shape of ";

// Before the index of a node of the main graph, in the name from NameNodes.
inline constexpr const char* kNodePrefix = "dnncut:";

// Gives every node, those of bodies and functions included, a name of its own:
// ONNX Runtime wants that, ONNX does not. Node 7 of the main graph becomes
// "dnncut:7:" and its old name. Drops what only training needs.
void NameNodes(ONNX_NAMESPACE::ModelProto* model);

// Turns the marked tensors of the main graph, initializers and Constant nodes,
// into inputs of the model. False when marks are left (in bodies, functions,
// sparse tensors).
bool TurnWeightsIntoInputs(ONNX_NAMESPACE::ModelProto* model);

// How large the file of zeros must be, and what all weights come to.
struct ZeroWeights {
  int64_t file_bytes = 0;
  int64_t all_bytes = 0;
};

// Points every marked tensor at the start of `file`, a file of zeros in the
// model's folder.
ZeroWeights PointWeightsAtZeros(const std::vector<WeightData>& weights,
                                const std::string& file,
                                ONNX_NAMESPACE::ModelProto* model);

// Makes every tensor that a node of the main graph makes an output, by name
// only, and forgets the shapes that the model declares for its outputs.
void ExposeTensors(ONNX_NAMESPACE::GraphProto* graph);

// A Shape node for each of `tensors`, whose output is an output of the graph:
// its length is the rank. The model must import the default domain.
void ExposeRanks(const std::vector<std::string>& tensors,
                 ONNX_NAMESPACE::GraphProto* graph);

bool ImportsDefaultDomain(const ONNX_NAMESPACE::ModelProto& model);

}  // namespace dnncut
