// SPDX-License-Identifier: Apache-2.0
//
// Writes JSON files: one line for each member of the object, long lists with
// one line for each element, indented by two spaces. Elements are made and
// written one by one, so a list of 100,000 layers is never in memory as a whole
// tree.
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
// replacement characters.
std::string JsonLine(const Json& value);

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
