// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/base/utf8.h"
#include "compiler/files/json_file.h"

namespace dnncut {
namespace {

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

// Most names need no escapes, so they are written directly: the library's
// writer would take more time than all other steps.
void AppendText(std::string_view value, std::string* text) {
  if (IsPlain(value)) {
    fmt::format_to(std::back_inserter(*text), "\"{}\"", value);
  } else {
    *text += EscapeHidden(
        Json(value).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

// As JSON files are read.
void RequireReadable(const std::string& text) {
  if (text.size() <= static_cast<size_t>(kMaxJsonBytes)) return;
  Fail(ExitCode::kBadInput, "E611",
       "a JSON file of the result would have more than {} MiB, which nothing "
       "reads; --max-cuts makes a smaller table",
       kMaxJsonBytes >> 20);
}

void Append(const Json& value, std::string* text) {
  if (value.is_string()) {
    AppendText(value.get_ref<const std::string&>(), text);
    return;
  }
  if (!value.is_structured()) {
    *text += value.dump();
    return;
  }
  const bool is_object = value.is_object();
  *text += is_object ? '{' : '[';
  for (auto member = value.begin(); member != value.end(); ++member) {
    if (member != value.begin()) *text += ", ";
    if (is_object) {
      AppendText(member.key(), text);
      *text += ": ";
    }
    Append(*member, text);
  }
  *text += is_object ? '}' : ']';
}

// As JSON wants it: in two halves beyond the first 65,536 characters.
void AppendEscape(char32_t c, std::string* text) {
  const auto append = [text](unsigned half) {
    fmt::format_to(std::back_inserter(*text), "\\u{:04x}", half);
  };
  if (c <= 0xffff) {
    append(c);
  } else {
    append(0xd800 + ((c - 0x10000) >> 10));
    append(0xdc00 + ((c - 0x10000) & 0x3ff));
  }
}

}  // namespace

std::string EscapeHidden(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (size_t at = 0; at < json.size();) {
    const size_t start = at;
    const std::optional<char32_t> c = TakeCharacter(json, &at);
    // Of those below, JSON's own writer has escaped what is in a string.
    constexpr char32_t kDelete = 0x7f;
    if (c && *c >= kDelete && IsHidden(*c)) {
      AppendEscape(*c, &text);
    } else {
      text += json.substr(start, at - start);
    }
  }
  return text;
}

std::string JsonLine(const Json& value) {
  std::string text;
  Append(value, &text);
  return text;
}

void JsonText::Add(std::string_view key, const Json& value) {
  StartMember(key);
  Append(value, &text_);
}

void JsonText::AddList(std::string_view key, size_t count,
                       const std::function<Json(size_t)>& element) {
  StartMember(key);
  text_ += '[';
  for (size_t i = 0; i < count; ++i) {
    ThrowIfInterrupted();
    RequireReadable(text_);
    text_ += i == 0 ? "\n    " : ",\n    ";
    Append(element(i), &text_);
  }
  text_ += count == 0 ? "]" : "\n  ]";
}

std::string JsonText::Finish() {
  text_ += text_ == "{" ? "}\n" : "\n}\n";
  return std::move(text_);
}

void JsonText::StartMember(std::string_view key) {
  text_ += text_ == "{" ? "\n  " : ",\n  ";
  AppendText(key, &text_);
  text_ += ": ";
}

}  // namespace dnncut
