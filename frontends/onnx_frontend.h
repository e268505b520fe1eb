// SPDX-License-Identifier: Apache-2.0
//
// ONNX in: a file becomes a SourceModel (checked, sorted, without weights), and
// a SourceModel becomes a Graph (typed). This header is all that the pipeline
// needs of frontends/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/error.h"
#include "compiler/graph.h"
#include "compiler/source_model.h"
#include "frontends/limits.h"

namespace dnncut {

// Reads and validates. Nodes come out in topological order. No library but
// protobuf's wire reader sees the file before it is validated; weights are
// skipped, so memory grows with the graph only. Throws Error.
struct LoadOptions {
  bool allow_newer = false;  // opset and IR versions that dnncut does not know
  ModelLimits limits = CurrentModelLimits();
};
SourceModel LoadModel(const std::string& path, const LoadOptions& options,
                      Warnings* warnings);

// LoadModel of a model that was compiled, or a half of one: whatever there is
// to warn of was said at the compile, which has also decided about its version.
SourceModel ReloadModel(const std::string& path);

// Types of the tensors of a model's main graph, by name. A tensor of which
// nothing was learned may be missing.
using TypeMap = std::map<std::string, TensorType>;

// Infers types; the model's inputs are already fixed as the user said. Runs the
// library in a child process with limits; throws Error when that dies.
using TypeInference = std::function<TypeMap(const SourceModel& model)>;

// The same with libonnx's operator schemas.
TypeMap InferTypesWithOnnx(const SourceModel& model);

struct ImportOptions {
  // --dim NAME=VALUE, --shape INPUT=AxBxC and --tensor-bytes NAME=MAX.
  std::map<std::string, int64_t> dims = {};
  std::map<std::string, std::vector<int64_t>> shapes = {};
  std::map<std::string, int64_t> tensor_bytes = {};
  // Asked for what our own inference leaves open; null when there is none (ONNX
  // Runtime in tools/).
  TypeInference inference = {};
};

// Throws Error when a size that matters cannot be known, naming the tensors and
// the flag that settles it.
Graph ImportGraph(const SourceModel& model, const ImportOptions& options,
                  Warnings* warnings);

}  // namespace dnncut
