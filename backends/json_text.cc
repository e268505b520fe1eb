// SPDX-License-Identifier: Apache-2.0
#include "backends/json_text.h"

#include <utility>

namespace dnncut {
namespace {

void Append(const Json& value, std::string* text) {
  if (value.is_object()) {
    *text += '{';
    bool first = true;
    for (const auto& [key, member] : value.items()) {
      if (!std::exchange(first, false)) *text += ", ";
      Append(Json(key), text);
      *text += ": ";
      Append(member, text);
    }
    *text += '}';
  } else if (value.is_array()) {
    *text += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!std::exchange(first, false)) *text += ", ";
      Append(element, text);
    }
    *text += ']';
  } else {
    *text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  Append(Json(key), &text_);
  text_ += ": ";
}

}  // namespace dnncut
