// SPDX-License-Identifier: Apache-2.0
//
// How dnncut's JSON files look: one member of the object a line, long lists one
// element a line, two spaces deep. Elements are made and written one by one, so
// that a list of 100,000 layers needs no tree of them. nlohmann's own dump(2)
// gives each number a line: problem.json of gpt2 has 861 lines and 115,281
// bytes here, 8,153 and 160,877 there; table.json of alexnet 26 and 3,190, 211
// and 4,460.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dnncut {

// Keys keep the order in which they were added.
using Json = nlohmann::ordered_json;

// null for nullopt.
template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

// On one line, with a space behind ':' and ','. Text that is not UTF-8 gets
// replacement characters; what is not seen is escaped.
std::string JsonLine(const Json& value);

// JSON text in which characters that are not seen, or that turn the direction
// of text, are written as \u....; it means the same.
std::string EscapeHidden(std::string_view json);

// nlohmann's own form for people and other programs, with two spaces a level.
// Of Json, or of nlohmann::json, which sorts keys.
template <typename AnyJson>
std::string IndentedJson(const AnyJson& value) {
  return EscapeHidden(
             value.dump(2, ' ', false, AnyJson::error_handler_t::replace)) +
         "\n";
}

// Writes one object, member by member.
class JsonText {
 public:
  void Add(std::string_view key, const Json& value);
  // A list with one element a line; element(i) makes the i-th.
  void AddList(std::string_view key, size_t count,
               const std::function<Json(size_t)>& element);

  // The whole text. The object is then complete.
  std::string Finish();

 private:
  void StartMember(std::string_view key);

  std::string text_ = "{";
};

}  // namespace dnncut
