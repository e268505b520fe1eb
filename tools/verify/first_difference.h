// SPDX-License-Identifier: Apache-2.0
//
// Where halves that give other results than the model start to do so.
#pragma once

#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/values/value.h"

namespace dnncut {

// Runs the model and the halves of `cut` in `out` again, without optimisation,
// with every tensor as an output, and names the first tensor, in the order of
// the graph, that has other bits in a half: "tensor 'x', which layer 'conv1'
// (Conv) of server/cut1.onnx makes". When none does, says so: then the model
// gives other results every time. Throws Error when that cannot be found out.
std::string FindFirstDifference(const SourceModel& model,
                                const TableFile::Cut& cut,
                                const std::string& out,
                                const std::vector<Value>& inputs,
                                int timeout_seconds, const ModelLimits& limits,
                                const OnnxRuntime& runtime);

}  // namespace dnncut
