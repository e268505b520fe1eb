// SPDX-License-Identifier: Apache-2.0
//
// Writes names from a model for messages. They come from the file, so they may
// be very long and contain any bytes.
#pragma once

#include <string>
#include <string_view>

namespace dnncut {

// For messages, on one line: control characters and broken UTF-8 are escaped,
// and the middle of a long text is left out.
std::string Shortened(std::string_view text);

// The same as 'name'.
std::string Quote(std::string_view name);

bool IsUtf8(std::string_view text);

// "node 12 'conv1' (Conv)"; a nameless one is "node 12 (Conv)".
std::string NodeText(int index, std::string_view name,
                     std::string_view op_type);

}  // namespace dnncut
