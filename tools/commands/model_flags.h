// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how to read a model: the same for every command that does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "frontends/onnx_frontend.h"
#include "tools/cli/cli_app.h"

namespace dnncut {

struct ModelFlags {
  std::vector<std::string> dims;
  std::vector<std::string> shapes;
  std::vector<std::string> tensor_bytes;
  std::optional<std::string> onnxruntime;
  bool allow_newer = false;
};

void AddModelFlags(CLI::App* app, ModelFlags* flags);

// Throw Error E105 .. E106 for a value that cannot be read, E108 for a name
// that is given twice.
LoadOptions LoadOptionsOf(const ModelFlags& flags);
ImportOptions ImportOptionsOf(const ModelFlags& flags);

}  // namespace dnncut
