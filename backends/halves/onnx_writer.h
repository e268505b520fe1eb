// SPDX-License-Identifier: Apache-2.0
//
// Writes a half with its weights: as references into weights.bin, or inline.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "backends/halves/weights_file.h"
#include "compiler/model/source_model.h"

namespace dnncut {

// Writes a half. A mark becomes external data in kWeightsFile, in the same
// folder, if `layout` has a place for it; else raw_data, which is copied piece
// by piece and never in memory as a whole. Throws Error E608 when the file
// would be larger than protobuf's 2 GiB.
void WriteOnnx(const SourceModel& model, ONNX_NAMESPACE::ModelProto half,
               const WeightsLayout& layout, const std::string& path,
               WeightReader* reader, const WriteProgress& progress);

}  // namespace dnncut
