// SPDX-License-Identifier: Apache-2.0
//
// What a SourceModel becomes a Graph with: the shapes that the user states, and
// whom to ask for types that our own inference leaves open.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"

namespace dnncut {

// Types of the tensors of a model's main graph, by name. A tensor of which
// nothing was learned may be missing.
using TypeMap = std::map<std::string, TensorType>;

// Infers types; the model's inputs are already fixed as the user said. Runs the
// library in a child process with limits; throws Error when that dies.
using TypeInference = std::function<TypeMap(const SourceModel& model)>;

struct ImportOptions {
  // --dim NAME=VALUE, --shape INPUT=AxBxC and --tensor-bytes NAME=MAX.
  std::map<std::string, int64_t> dims = {};
  std::map<std::string, std::vector<int64_t>> shapes = {};
  std::map<std::string, int64_t> tensor_bytes = {};
  // Asked for what our own inference leaves open; null when there is none (ONNX
  // Runtime in tools/).
  TypeInference inference = {};
};

}  // namespace dnncut
