// SPDX-License-Identifier: Apache-2.0
//
// Which files a result folder holds.
#pragma once

#include <string>
#include <vector>

namespace dnncut {

// Their paths: what a command that reads the result must not replace. Those
// beside the table are named whether or not they are there.
std::vector<std::string> FilesOfResult(const std::string& folder);

// Do its halves have their weights in a file beside them? Else they have them
// in themselves.
bool HasWeightsFile(const std::string& folder);

}  // namespace dnncut
