// SPDX-License-Identifier: Apache-2.0
//
// Reads ONNX: LoadModel makes a SourceModel (checked, sorted, without weights)
// from a file, FoldModel replaces what does not depend on a run, and
// ImportGraph makes a Graph (with types and sizes) from a SourceModel. Other
// folders need no other header of the frontend than this and those that it
// includes.
#pragma once

#include <string>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "frontends/dims/import_options.h"  // IWYU pragma: export
#include "frontends/dims/second_size.h"     // IWYU pragma: export
#include "frontends/fold/fold_model.h"      // IWYU pragma: export
#include "frontends/read/load_options.h"    // IWYU pragma: export

namespace dnncut {

// Reads and validates. Nodes come out in topological order. No library but
// protobuf's wire reader sees the file before it is validated; weights are
// skipped, so memory grows with the graph only. Throws Error.
SourceModel LoadModel(const std::string& path, const LoadOptions& options,
                      Warnings* warnings);

// Loads a model that was compiled before, or a half of one. Gives no warnings
// and accepts newer versions: both were dealt with when the model was compiled.
SourceModel ReloadModel(const std::string& path, const ModelLimits& limits);

// Throws Error when a size that matters cannot be known, naming the tensors and
// the flag that settles it.
Graph ImportGraph(const SourceModel& model, const ImportOptions& options,
                  Warnings* warnings);

// Fills Tensor::constant_dims of `graph`, which ImportGraph has made of these:
// infers types a second time, at another size of the model's free dims. None is
// constant where the model takes no second size (W313). Throws Error when the
// process that infers crashes, needs too much memory or takes too long.
void FindConstantDims(const SourceModel& model, const ImportOptions& options,
                      Graph* graph, Warnings* warnings);

}  // namespace dnncut
