// SPDX-License-Identifier: Apache-2.0
//
// Everything of a compile, read back from what it wrote: for commands that
// change the costs and solve again.
#pragma once

#include <optional>
#include <string>

#include "backends/result/problem_file.h"
#include "backends/result/table_file.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"

namespace dnncut {

// The result folder, and the model that it was compiled from.
struct CompiledResult {
  std::string folder;
  TableFile table;
  ProblemFile file;
  SourceModel model;
  Graph graph;
};

// `path` as for ReadTableFile, `model` as for FindCompiledModel. Throws Error,
// also when the model, the problem and the table do not fit together (E630,
// E731, E740).
CompiledResult LoadCompiled(const std::string& path,
                            const std::optional<std::string>& model);

}  // namespace dnncut
