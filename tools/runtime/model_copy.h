// SPDX-License-Identifier: Apache-2.0
//
// Copies of a model that are run in its place.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>

#include "compiler/files/scratch_folder.h"
#include "compiler/model/dtype.h"
#include "compiler/model/source_model.h"

namespace dnncut {

// Writes `proto`, a changed copy of the model's, with all weights. Returns its
// path. Throws Error.
std::string WriteModelCopy(const SourceModel& model,
                           ONNX_NAMESPACE::ModelProto proto,
                           const ScratchFolder& folder);

// Makes the tensors, which the main graph makes, outputs of the model, too.
void ExposeTensors(const std::set<std::string>& tensors,
                   ONNX_NAMESPACE::ModelProto* model);

// Makes the tensors, of the element type, inputs of the model: whoever reads
// them is given a value, and what made them makes it for nobody.
void OpenTensors(const std::map<std::string, DType>& tensors,
                 ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
