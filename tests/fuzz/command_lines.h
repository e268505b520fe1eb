// SPDX-License-Identifier: Apache-2.0
//
// The program in process, for the fuzz targets that run commands.
#pragma once

#include <string>
#include <vector>

#include "tools/compile/pipeline.h"

namespace dnncut {

// Runs `dnncut ARGS...`. Nothing finds an ONNX Runtime, and no file gets larger
// than a megabyte. An internal error is a finding.
void RunInProcess(const std::vector<std::string>& args);

// Compiles `model`, a serialised one, which it writes as net.onnx into the
// folder, and writes the result there as OUT.
void CompileForFuzzing(const std::string& model, const std::string& folder,
                       const std::string& out, CompileOptions options);

}  // namespace dnncut
