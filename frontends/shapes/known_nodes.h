// SPDX-License-Identifier: Apache-2.0
//
// What is known of the nodes of a model before it runs, whatever its inputs
// and its free dimensions are.
#pragma once

#include <map>
#include <string>

#include "compiler/model/source_model.h"

namespace dnncut {

// By the index of the node in the main graph.
struct KnownNodes {
  // The value of the only output, a serialised TensorProto, of nodes that
  // depend on an input but not on what it holds (Shape of a fixed shape). All
  // together have at most 1 MiB, as every half gets those that it reads.
  std::map<int, std::string> values;
  std::map<int, bool> conditions;  // of If nodes
};

// Looks in a child process, as libonnx crashes on odd models. Nothing is known
// of a model on which that dies; type_inference.h says so to the user.
KnownNodes FindKnownNodes(const SourceModel& model);

}  // namespace dnncut
