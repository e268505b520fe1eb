// SPDX-License-Identifier: Apache-2.0
//
// A copy of a folder that costs next to nothing: its files are those of the
// folder, under further names.
#pragma once

#include <string>

namespace dnncut {

// Fills the empty folder `to` with all that is in `from`. Files are linked;
// where the file system has no links, they are copied. So one in `to` must be
// removed and written anew, never written to. Throws Error E605, for what is
// neither file, link nor folder, too.
void LinkTree(const std::string& from, const std::string& to);

}  // namespace dnncut
