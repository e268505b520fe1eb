// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/onnx_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace dnncut {
namespace {

// The length of the UTF-8 sequence at the start of `text`; 0 when it is broken.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    // Overlong forms and surrogates are no UTF-8.
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void AppendEscaped(std::string_view text, std::string* out) {
  while (!text.empty()) {
    size_t length = Utf8Length(text);
    const auto byte = static_cast<uint8_t>(text[0]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      length = 1;
      fmt::format_to(std::back_inserter(*out), "\\x{:02x}", byte);
    } else {
      out->append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string Shortened(std::string_view text) {
  constexpr size_t kLongest = 200;
  std::string shown;
  if (text.size() <= kLongest) {
    AppendEscaped(text, &shown);
  } else {
    AppendEscaped(text.substr(0, kLongest / 2), &shown);
    shown += "...";
    AppendEscaped(text.substr(text.size() - kLongest / 2), &shown);
  }
  return shown;
}

std::string Quote(std::string_view name) {
  return fmt::format("'{}'", Shortened(name));
}

std::string NodeText(int index, std::string_view name,
                     std::string_view op_type) {
  const std::string op = Shortened(op_type);
  return name.empty() ? fmt::format("node {} ({})", index, op)
                      : fmt::format("node {} {} ({})", index, Quote(name), op);
}

}  // namespace dnncut
