// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/json_mutation.h"

#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/fuzz/fuzzing.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using Json = nlohmann::ordered_json;

// Mutated texts need be no UTF-8.
std::string TextOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Nested so deeply that looking at all of it would overflow the stack. Brackets
// in text count, too.
bool IsDeep(const uint8_t* data, size_t size) {
  constexpr int kMaxDepth = 200;
  int depth = 0;
  for (size_t i = 0; i < size && depth <= kMaxDepth; ++i) {
    if (data[i] == '[' || data[i] == '{') ++depth;
    if (data[i] == ']' || data[i] == '}') --depth;
  }
  return depth > kMaxDepth;
}

// All values of the document, the document first.
void CollectValues(Json* json, std::vector<Json*>* values) {
  values->push_back(json);
  if (!json->is_structured()) return;
  for (Json& child : *json) CollectValues(&child, values);
}

Json* Pick(const std::vector<Json*>& values, Random* random) {
  return values[random->Below(static_cast<int>(values.size()))];
}

Json ExtremeInteger(Random* random) {
  static const int64_t kIntegers[] = {0,
                                      1,
                                      -1,
                                      2,
                                      64,
                                      1000,
                                      INT32_MAX,
                                      int64_t{1} << 32,
                                      int64_t{1} << 53,
                                      int64_t{1} << 62,
                                      INT64_MAX - 1,
                                      INT64_MAX,
                                      INT64_MIN};
  return kIntegers[random->Below(std::size(kIntegers))];
}

Json ExtremeReal(Random* random) {
  using Limits = std::numeric_limits<double>;
  static const double kReals[] = {0.5,           -0.0,
                                  1.0,           1e-300,
                                  1e300,         9007199254740993.0,
                                  9.3e18,        Limits::denorm_min(),
                                  Limits::max(), Limits::lowest()};
  return kReals[random->Below(std::size(kReals))];
}

Json OtherType(const Json& old, Random* random) {
  switch (random->Below(8)) {
    case 0:
      return nullptr;
    case 1:
      return random->Chance(1, 2);
    case 2:
      return ExtremeInteger(random);
    case 3:
      return ExtremeReal(random);
    case 4:
      return std::numeric_limits<uint64_t>::max();
    case 5:
      return old.is_string() ? Json("") : Json(TextOf(old).substr(0, 64));
    case 6:
      return Json::array({old});
    default:
      return Json::object({{"name", old}});
  }
}

void ChangeNumber(Json* json, Random* random) {
  if (random->Chance(1, 3) && json->is_number_integer()) {
    const auto value = json->get<int64_t>();
    const int64_t step = random->Chance(1, 2) ? 1 : -1;
    if (value != INT64_MAX && value != INT64_MIN) *json = value + step;
  } else if (random->Chance(1, 5)) {
    *json = ExtremeReal(random);
  } else {
    *json = ExtremeInteger(random);
  }
}

void ChangeText(Json* json, Random* random) {
  static const char* const kTexts[] = {"",     "..",        "/",        "a\nb",
                                       "\x01", "</script>", "\xC3\xA4", "null"};
  auto text = json->get<std::string>();
  const size_t size = text.size();
  text.resize(size + 8);
  auto* const bytes = reinterpret_cast<uint8_t*>(text.data());
  if (random->Chance(1, 2)) {
    text = kTexts[random->Below(std::size(kTexts))];
  } else {
    text.resize(LLVMFuzzerMutate(bytes, size, text.size()));
  }
  *json = text;
}

void ChangeArray(Json* json, Random* random) {
  if (json->empty()) return json->push_back(OtherType(nullptr, random));
  const int count = static_cast<int>(json->size());
  const int at = random->Below(count);
  const int other = random->Below(count);
  switch (random->Below(4)) {
    case 0:
      return json->erase(static_cast<size_t>(at));
    case 1: {
      const Json copy = (*json)[at];
      json->insert(json->begin() + other, copy);
      return;
    }
    case 2:
      return std::swap((*json)[at], (*json)[other]);
    default:
      json->erase(json->begin() + at, json->end());
  }
}

void ChangeObject(Json* json, Random* random) {
  if (json->empty()) return;
  const int count = static_cast<int>(json->size());
  const auto member = std::next(json->begin(), random->Below(count));
  const auto other = std::next(json->begin(), random->Below(count));
  switch (random->Below(4)) {
    case 0:
      json->erase(member);
      return;
    case 1:
      return std::swap(*member, *other);
    case 2: {  // under another name
      const std::string key = other.key() + (random->Chance(1, 2) ? "" : "_");
      const Json value = *member;
      (*json)[key] = value;
      return;
    }
    default:
      json->clear();
  }
}

void ChangeValue(Json* document, Random* random) {
  std::vector<Json*> values;
  CollectValues(document, &values);
  Json* const value = Pick(values, random);
  if (random->Chance(1, 6)) {
    const Json copy = *Pick(values, random);
    *value = copy;
  } else if (random->Chance(1, 6)) {
    const Json old = *value;
    *value = OtherType(old, random);
  } else if (value->is_number()) {
    ChangeNumber(value, random);
  } else if (value->is_string()) {
    ChangeText(value, random);
  } else if (value->is_array()) {
    ChangeArray(value, random);
  } else if (value->is_object()) {
    ChangeObject(value, random);
  } else {
    *value = value->is_boolean() ? Json(!value->get<bool>()) : Json(0);
  }
}

}  // namespace

size_t MutateJson(uint8_t* data, size_t size, size_t max_size,
                  unsigned int seed) {
  if (IsDeep(data, size)) return LLVMFuzzerMutate(data, size, max_size);
  Random random(seed);
  Json json = Json::parse(data, data + size, nullptr, false);
  if (json.is_discarded() || random.Chance(1, 20)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  for (int n = 1 + random.Below(3); n > 0; --n) ChangeValue(&json, &random);
  return StoreMutated(TextOf(json), data, size, max_size);
}

}  // namespace dnncut
