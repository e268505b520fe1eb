// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/compile/pipeline.h"

namespace dnncut {

// "dnncut compile net.onnx --device board.json --rtt 20ms": every option that
// decides the result and is not the default, without folders.
std::string CompileCommandLine(const CompileOptions& options);

}  // namespace dnncut
