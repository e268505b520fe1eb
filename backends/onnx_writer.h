// SPDX-License-Identifier: Apache-2.0
//
// Writes a half with its weights: as references into weights.bin, or inline.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "backends/weights_file.h"
#include "compiler/source_model.h"

namespace dnncut {

// used[WeightId] becomes true for the weights of a half.
void AddUsedWeights(const ONNX_NAMESPACE::ModelProto& half,
                    std::vector<bool>* used);

// Every mark becomes external data in kWeightsFile, in the same folder, at its
// place in `layout`.
void WriteOnnxExternal(const SourceModel& model,
                       ONNX_NAMESPACE::ModelProto half,
                       const WeightsLayout& layout, const std::string& path,
                       WeightReader* reader);

// Every mark becomes raw_data. The weights are streamed, never held. Throws
// Error E608 when the file would be larger than protobuf's 2 GiB.
void WriteOnnxInline(const SourceModel& model,
                     const ONNX_NAMESPACE::ModelProto& half,
                     const std::string& path, WeightReader* reader,
                     const WriteProgress& progress);

}  // namespace dnncut
