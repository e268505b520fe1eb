// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

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
    *text += '"';
    *text += value;
    *text += '"';
  } else {
    *text += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

void Append(const Json& value, std::string* text);

void AppendObject(const Json::object_t& object, std::string* text) {
  *text += '{';
  bool first = true;
  for (const auto& [key, member] : object) {
    if (!std::exchange(first, false)) *text += ", ";
    AppendText(key, text);
    *text += ": ";
    Append(member, text);
  }
  *text += '}';
}

void AppendArray(const Json::array_t& array, std::string* text) {
  *text += '[';
  bool first = true;
  for (const Json& element : array) {
    if (!std::exchange(first, false)) *text += ", ";
    Append(element, text);
  }
  *text += ']';
}

void Append(const Json& value, std::string* text) {
  if (value.is_object()) {
    AppendObject(value.get_ref<const Json::object_t&>(), text);
  } else if (value.is_array()) {
    AppendArray(value.get_ref<const Json::array_t&>(), text);
  } else if (value.is_string()) {
    AppendText(value.get_ref<const std::string&>(), text);
  } else if (value.is_number_unsigned()) {
    fmt::format_to(std::back_inserter(*text), "{}", value.get<uint64_t>());
  } else if (value.is_number_integer()) {
    fmt::format_to(std::back_inserter(*text), "{}", value.get<int64_t>());
  } else {
    *text += value.dump();
  }
}

}  // namespace

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
