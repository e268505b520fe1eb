// SPDX-License-Identifier: Apache-2.0
//
// Reads JSON files. Whenever something is wrong, the error names the file and
// the place in it. Keys that a reader does not ask for are ignored, so that new
// ones may be added to a format; a key that stands twice in one object is an
// error.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dnncut {

// Files that are larger or nested more deeply than this are refused.
inline constexpr int64_t kMaxJsonBytes = int64_t{512} << 20;
inline constexpr int kMaxJsonDepth = 64;

struct JsonDocument;  // keeps the file's name and content alive

// One value of a file, and where it stands.
struct JsonValue {
  std::shared_ptr<const JsonDocument> document;
  const nlohmann::json* json = nullptr;  // never null; owned by `document`
  std::string path;  // "layers[3].ns"; empty for the whole file
};

// The whole of a regular file. Throws Error: E400 (cannot be read, exit code
// kIo) or E401 (empty, too large, not JSON: with line and column). A file that
// is not JSON was often given by mistake, so E401 ends with what is `expected`
// there, "a profile", if that is given.
JsonValue ReadJsonFile(const std::string& path, std::string_view expected = {});

// The same of a text; `name` stands for the file in messages.
JsonValue ParseJson(std::string_view text, const std::string& name);

// Checks that the file says "schema": "`format`/`version`". Throws Error E402
// when it is missing, another format, or a newer version.
void CheckSchema(const JsonValue& root, std::string_view format, int version);

// What the file says its schema is; nullopt when it says nothing (or no text).
std::optional<std::string> SchemaOf(const JsonValue& root);

// Throws Error E403 when a key is near to one of `known` that is missing: most
// likely it is misspelt. Other unknown keys are fine.
void RefuseMisspeltKeys(const JsonValue& object,
                        const std::vector<std::string>& known);

// Throws Error E403: `what` says what is wrong with the value, "must be ...".
[[noreturn]] void FailAt(const JsonValue& value, std::string_view what);

// The value itself as a type. Throw Error E403 when it is another type, out of
// range, or (for integers) has a fraction.
int64_t AsInt64(const JsonValue& value, int64_t min = 0,
                int64_t max = std::numeric_limits<int64_t>::max());
double AsDouble(const JsonValue& value,
                double min = std::numeric_limits<double>::lowest(),
                double max = std::numeric_limits<double>::max());
bool AsBool(const JsonValue& value);
std::string AsString(const JsonValue& value);
std::vector<JsonValue> AsArray(const JsonValue& value);
// Of an object, by key, in the order of the keys.
std::vector<std::pair<std::string, JsonValue>> AsItems(const JsonValue& value);

// A member of an object. Find* take a missing key and null as nullopt; Get*
// throw Error E403. All throw when `object` is no object or the type is wrong.
std::optional<JsonValue> FindMember(const JsonValue& object,
                                    std::string_view key);
JsonValue GetMember(const JsonValue& object, std::string_view key);

int64_t GetInt64(const JsonValue& object, std::string_view key, int64_t min = 0,
                 int64_t max = std::numeric_limits<int64_t>::max());
double GetDouble(const JsonValue& object, std::string_view key,
                 double min = std::numeric_limits<double>::lowest(),
                 double max = std::numeric_limits<double>::max());
bool GetBool(const JsonValue& object, std::string_view key);
std::string GetString(const JsonValue& object, std::string_view key);
std::vector<JsonValue> GetArray(const JsonValue& object, std::string_view key);
std::vector<std::string> GetStrings(const JsonValue& object,
                                    std::string_view key);
std::vector<int64_t> GetInt64s(
    const JsonValue& object, std::string_view key, int64_t min = 0,
    int64_t max = std::numeric_limits<int64_t>::max());

std::optional<int64_t> FindInt64(
    const JsonValue& object, std::string_view key, int64_t min = 0,
    int64_t max = std::numeric_limits<int64_t>::max());
std::optional<double> FindDouble(
    const JsonValue& object, std::string_view key,
    double min = std::numeric_limits<double>::lowest(),
    double max = std::numeric_limits<double>::max());
std::optional<std::string> FindString(const JsonValue& object,
                                      std::string_view key);

}  // namespace dnncut
