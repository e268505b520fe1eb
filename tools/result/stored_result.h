// SPDX-License-Identifier: Apache-2.0
//
// A compile, read back from what it wrote: its table, and what else of it a
// command asks for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/problem_file.h"
#include "backends/result/table_file.h"
#include "compiler/model/graph.h"
#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"

namespace dnncut {

struct StoredResult {
  std::string path;    // as the user named it: the result folder, or a table
  std::string folder;  // that the paths in the table are relative to
  TableFile table;
  std::optional<ProblemFile> problem_file;
  // That was compiled; empty unless LoadWithModel has read the result.
  SourceModel model;
  Graph graph;

  // There must be a problem_file.
  const Problem& problem() const { return problem_file->problem; }
  const std::vector<TableCut>& cuts() const { return problem_file->cuts; }
};

// Each throws Error; `path` as for ReadTableFile.

// The table alone.
StoredResult LoadTable(const std::string& path);

// With the problem.
StoredResult LoadWithProblem(const std::string& path);

// With the problem where there is one. The problem.json beside a table is its
// own only when the table still has the name that compile gave it.
StoredResult LoadWithProblemIfAny(const std::string& path);

// With the problem, and the model that it is of: `model` as for
// FindCompiledModel. Throws Error, also when the model, the problem and the
// table do not fit together (E630, E731, E740).
StoredResult LoadWithModel(const std::string& path,
                           const std::optional<std::string>& model,
                           const ModelLimits& limits = {});

}  // namespace dnncut
