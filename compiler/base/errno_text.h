// SPDX-License-Identifier: Apache-2.0
//
// What an errno says, for messages.
#pragma once

#include <string>

namespace dnncut {

// The same words in every locale; plain ones for a disk that is full or
// protected.
std::string ErrnoText(int error_number);

}  // namespace dnncut
