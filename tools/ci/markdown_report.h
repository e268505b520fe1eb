// SPDX-License-Identifier: Apache-2.0
//
// Markdown for GitHub's job summaries and comments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tools/ci/check_report.h"

namespace dnncut {

// A picture that says it without words: what failed and what could not be
// looked at are the same to whoever has to act.
std::string_view StatusIcon(CheckStatus status);

// What is wrong first; everything else folded away. At most `max_bytes`: what
// does not fit is left out, and a line says so. "" when not even that fits.
std::string MarkdownText(const CheckReport& report, size_t max_bytes);

}  // namespace dnncut
