// SPDX-License-Identifier: Apache-2.0
//
// Files named without the folders that they lie in, which results leave out:
// the same model gives the same files wherever it lies.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/error.h"

namespace dnncut {

// The last name of a path: "data" of "models/data/".
std::string FileName(const std::string& path);

// `warnings` with each of `paths` replaced by the name of its file.
Warnings WithoutFolders(Warnings warnings,
                        const std::vector<std::string>& paths);

}  // namespace dnncut
