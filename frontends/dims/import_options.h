// SPDX-License-Identifier: Apache-2.0
//
// Options for making a Graph from a SourceModel: the shapes that the user
// states, and another type inference for what dnncut's own leaves open.
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

// Infers types of a model whose free dimensions already have values. Runs a
// library in a child process with limits; throws Error when that dies.
using TypeInference = std::function<TypeMap(const SourceModel& model)>;

struct ImportOptions {
  // --dim NAME=VALUE, --shape INPUT=AxBxC and --tensor-bytes NAME=BYTES.
  std::map<std::string, int64_t> dims = {};
  std::map<std::string, std::vector<int64_t>> shapes = {};
  std::map<std::string, int64_t> tensor_bytes = {};
  // --tensor-shape NAME=SHAPE and --loop-count NAME=N.
  StatedSizes stated = {};
  // --input-bytes NAME=BYTES: what sending an input costs.
  std::map<std::string, int64_t> input_bytes = {};
  // --input-value NAME=VALUE, for FoldModel, which comes first.
  std::map<std::string, std::string> input_values = {};
  // Called for what dnncut's own inference leaves open (ONNX Runtime, where it
  // is installed); may be null.
  TypeInference inference = {};
};

}  // namespace dnncut
