// SPDX-License-Identifier: Apache-2.0
//
// A sentence behind a label, over as many lines as it needs.
#pragma once

#include <string>
#include <string_view>

namespace dnncut {

// The label and the text, with line breaks between words so that a line has at
// most 79 columns where that can be; every line but the first is indented by
// the width of the label, and each is ended.
std::string HangingText(std::string_view label, std::string_view text);

}  // namespace dnncut
