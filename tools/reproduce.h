// SPDX-License-Identifier: Apache-2.0
//
// What the report says about where a result comes from. Folders are left out:
// the same model gives the same files wherever it lies.
#pragma once

#include <string>
#include <vector>

#include "compiler/error.h"
#include "tools/pipeline.h"
#include "tools/refine.h"

namespace dnncut {

// `text` as one word of a POSIX shell.
std::string ShellWord(const std::string& text);

// "dnncut compile net.onnx --device board.json --rtt 20ms": every option that
// decides the result and is not the default.
std::string CompileCommandLine(const CompileOptions& options);

// "dnncut refine net.dnncut --as device"; `model_file` as table.json names it.
std::string RefineCommandLine(const RefineOptions& options,
                              const std::string& model_file);

// `warnings` with each of `paths` replaced by the name of its file.
Warnings WithoutFolders(Warnings warnings,
                        const std::vector<std::string>& paths);

}  // namespace dnncut
