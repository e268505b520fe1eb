// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace dnncut {

// What `dnncut --version` prints: dnncut, the libraries that it was built with,
// and which ONNX Runtime is found.
std::string VersionText();

}  // namespace dnncut
