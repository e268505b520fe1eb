// SPDX-License-Identifier: Apache-2.0
//
// ONNX in: a file becomes a SourceModel (checked, sorted, without weights), and
// a SourceModel becomes a Graph (typed). This header is all that the pipeline
// needs of frontends/.
#pragma once

#include <string>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "frontends/read/load_options.h"
#include "frontends/shapes/import_options.h"

namespace dnncut {

// Reads and validates. Nodes come out in topological order. No library but
// protobuf's wire reader sees the file before it is validated; weights are
// skipped, so memory grows with the graph only. Throws Error.
SourceModel LoadModel(const std::string& path, const LoadOptions& options,
                      Warnings* warnings);

// LoadModel of a model that was compiled, or a half of one: whatever there is
// to warn of was said at the compile, which has also decided about its version.
SourceModel ReloadModel(const std::string& path);

// A TypeInference with libonnx's operator schemas.
TypeMap InferTypesWithOnnx(const SourceModel& model);

// Throws Error when a size that matters cannot be known, naming the tensors and
// the flag that settles it.
Graph ImportGraph(const SourceModel& model, const ImportOptions& options,
                  Warnings* warnings);

}  // namespace dnncut
