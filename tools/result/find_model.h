// SPDX-License-Identifier: Apache-2.0
//
// The model that a result folder was compiled from: for commands that run it
// again.
#pragma once

#include <optional>
#include <string>

#include "backends/result/table_file.h"
#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"

namespace dnncut {

// The path of the model whose name and SHA-256 stand in `table`: `named` (the
// value of --model) if given, else the file of that name beside `out_folder`,
// else in the current folder.
//
// Throws Error when it is in neither place (E730), or another model is
// (E731).
std::string FindCompiledModel(const TableFile& table,
                              const std::string& out_folder,
                              const std::optional<std::string>& named);

// Reads the model that FindCompiledModel has found. Throws Error as ReloadModel
// does, and E607 when it is another one by now.
SourceModel LoadCompiledModel(const TableFile& table, const std::string& path,
                              const ModelLimits& limits);

}  // namespace dnncut
