// SPDX-License-Identifier: Apache-2.0
//
// Text for the report page. Names come from models and may hold anything, so
// every text from outside goes through these functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/files/json_text.h"

namespace dnncut {

// The length at which names on the page are cut.
inline constexpr size_t kMostNameCharacters = 160;

// `text` for an element or an attribute. Control characters, those that turn
// the direction of text and those that take no room are shown as "\u202e"; what
// is not UTF-8 becomes replacement characters.
std::string Html(std::string_view text);

// Html of at most `most` characters (the middle of a longer text is left out),
// in a <bdi> element, so that a name that is written from right to left does
// not move the text around it.
std::string HtmlName(std::string_view name, size_t most = kMostNameCharacters);

// The same for SVG, which has no <bdi>.
std::string SvgName(std::string_view name, size_t most);

// The same without HTML: for what the script shows.
std::string VisibleName(std::string_view name, size_t most);

// `value` for a <script> element: no '<', '>' or '&', ASCII only.
std::string ScriptJson(const Json& value);

// SVG lengths are whole tenths of a pixel: no floating point, the same digits
// everywhere. "12.3", "12".
std::string Px(int64_t tenths);

// For a Content-Security-Policy: "'sha256-...'".
std::string PolicyHash(std::string_view text);

}  // namespace dnncut
