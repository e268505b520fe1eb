// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dnncut {

// Small models as files: those of the backends' tests, and of ONNX's tests
// where Debian's libonnx-testdata is installed.
std::vector<std::string> ModelSeeds();

}  // namespace dnncut
