// SPDX-License-Identifier: Apache-2.0
//
// Reads JSON files that anybody may have written, and gives their values out
// checked.
//
// The document is built from the parser's events, each value put in its place
// once, so the time grows with the size of the file and not with its square.
// Two kinds of files are refused on the way, before they can do harm: those
// nested too deeply, and those with a key twice in one object, of which a
// reader would silently lose one. Afterwards each value knows its document and
// its path from the top. All accessors check the type and the range and name
// that path when they refuse, so a caller never holds a value that it did not
// ask for.
#include "compiler/files/json_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/read_file.h"

namespace dnncut {

// nlohmann's destructor allocates to take nested values apart. So it can throw,
// which is not ours to change.
struct JsonDocument {  // NOLINT(bugprone-exception-escape)
  std::string name;
  nlohmann::json root;
};

namespace {

constexpr size_t kMaxQuoted = 80;

// A value as it stands in the file, on one line and not too long.
std::string Quote(const nlohmann::json& json) {
  if (json.is_object()) return "an object";
  if (json.is_array()) return "an array";
  std::string text = json.dump(-1, ' ', /*ensure_ascii=*/true,
                               nlohmann::json::error_handler_t::replace);
  if (text.size() > kMaxQuoted) {
    text.resize(kMaxQuoted);
    text += "...";
  }
  return text;
}

std::string QuoteKey(std::string_view key) {
  return Quote(nlohmann::json(std::string(key)));
}

// "line 3, column 7" of the byte at `position`, which is counted from 1.
std::string PlaceOf(std::string_view text, size_t position) {
  const std::string_view before =
      text.substr(0, std::min(text.size(), position > 0 ? position - 1 : 0));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? before.size() + 1
                                                        : before.size() - start;
  return fmt::format("line {}, column {}", line, column);
}

// The parser's own words without its prefix, which repeats the place, and
// without the text that it quotes, which may be binary.
std::string ReasonOf(std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon != std::string_view::npos) message.remove_prefix(colon + 2);
  return std::string(message.substr(0, message.find("; last read")));
}

// Builds the document from the parser's events; refuses deep nesting and keys
// that stand twice. (The parser's own callbacks take quadratic time on arrays.)
class DocumentBuilder {
 public:
  using Json = nlohmann::json;

  DocumentBuilder(std::string_view text, JsonDocument* document)
      : text_(text), document_(document) {}

  bool null() { return Value(nullptr); }
  bool boolean(bool value) { return Value(value); }
  bool number_integer(Json::number_integer_t value) { return Value(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return Value(value); }
  bool number_float(double value, const std::string&) { return Value(value); }
  bool string(std::string& value) { return Value(std::move(value)); }
  bool binary(Json::binary_t& value) { return Value(std::move(value)); }

  bool start_object(size_t) { return Open(Json::object()); }
  bool start_array(size_t) { return Open(Json::array()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(std::string& key) {
    const auto [it, inserted] =
        open_.back()->get_ref<Json::object_t&>().emplace(key, nullptr);
    if (!inserted) {
      Fail(ExitCode::kBadInput, "E401",
           "{}: the key {} stands twice in one object; remove one",
           document_->name, QuoteKey(key));
    }
    member_ = &it->second;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception& error) {
    constexpr int kNumberOutOfRange = 406;
    if (error.id == kNumberOutOfRange) {
      Fail(ExitCode::kBadInput, "E401",
           "{}: holds a number that is too large at {}", document_->name,
           PlaceOf(text_, position));
    }
    Fail(ExitCode::kBadInput, "E401", "{}: is not JSON: {} at {}",
         document_->name, ReasonOf(error.what()), PlaceOf(text_, position));
  }

 private:
  Json* Place(Json value) {
    ThrowIfInterrupted();
    if (open_.empty()) {
      document_->root = std::move(value);
      return &document_->root;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    *member_ = std::move(value);
    return member_;
  }

  bool Value(Json value) {
    Place(std::move(value));
    return true;
  }

  bool Open(Json value) {
    if (open_.size() >= static_cast<size_t>(kMaxJsonDepth)) {
      Fail(ExitCode::kBadInput, "E401",
           "{}: is nested more than {} levels deep; no file of dnncut is",
           document_->name, kMaxJsonDepth);
    }
    open_.push_back(Place(std::move(value)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  JsonDocument* document_;
  std::vector<Json*> open_;  // arrays and objects around the place at hand
  Json* member_ = nullptr;   // what the last key names
};

[[noreturn]] void FailType(const JsonValue& value, std::string_view wanted) {
  FailAt(value, fmt::format("must be {}, not {}", wanted, Quote(*value.json)));
}

JsonValue Child(const JsonValue& parent, const nlohmann::json& json,
                std::string path) {
  return {parent.document, &json, std::move(path)};
}

std::string MemberPath(const JsonValue& object, std::string_view key) {
  return object.path.empty() ? std::string(key)
                             : fmt::format("{}.{}", object.path, key);
}

void RequireObject(const JsonValue& value) {
  if (!value.json->is_object()) FailType(value, "an object");
}

template <typename T, typename As>
std::optional<T> Find(const JsonValue& object, std::string_view key, As as) {
  const std::optional<JsonValue> member = FindMember(object, key);
  if (!member) return std::nullopt;
  return as(*member);
}

}  // namespace

JsonValue ReadJsonFile(const std::string& path, std::string_view expected) {
  try {
    return ParseJson(ReadFile(path, {.name = "JSON",
                                     .max_bytes = kMaxJsonBytes,
                                     .too_large = "E401"}),
                     path);
  } catch (const Error& error) {
    if (expected.empty() || error.exit_code() == ExitCode::kIo) throw;
    Fail(error.exit_code(), error.id(), "{}; expected {}", error.what(),
         expected);
  }
}

JsonValue ParseJson(std::string_view text, const std::string& name) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    Fail(ExitCode::kBadInput, "E401", "{}: is empty; expected JSON", name);
  }
  auto document = std::make_shared<JsonDocument>();
  document->name = name;
  DocumentBuilder builder(text, document.get());
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  const nlohmann::json* root = &document->root;
  return {std::move(document), root, ""};
}

std::optional<std::string> SchemaOf(const JsonValue& root) {
  if (!root.json->is_object()) return std::nullopt;
  const auto it = root.json->find("schema");
  if (it == root.json->end() || !it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

void CheckSchema(const JsonValue& root, std::string_view format, int version) {
  const std::string wanted = fmt::format("{}/{}", format, version);
  const std::string& file = root.document->name;
  const std::optional<std::string> found = SchemaOf(root);
  if (!found) {
    Fail(ExitCode::kBadInput, "E402",
         "{}: does not say what it is; expected \"schema\": \"{}\" at the top",
         file, wanted);
  }
  if (*found == wanted) return;
  const std::string prefix = fmt::format("{}/", format);
  if (found->starts_with(prefix)) {
    Fail(ExitCode::kBadInput, "E402",
         "{}: has the schema {}, but this dnncut reads \"{}\" only; use the "
         "dnncut that wrote it or a newer one",
         file, QuoteKey(*found), wanted);
  }
  Fail(ExitCode::kBadInput, "E402",
       "{}: has the schema {}; expected a \"{}\" file", file, QuoteKey(*found),
       wanted);
}

void RefuseMisspeltKeys(const JsonValue& object,
                        const std::vector<std::string>& known) {
  std::vector<std::string> missing;
  for (const std::string& key : known) {
    if (!object.json->contains(key)) missing.push_back(key);
  }
  for (const auto& [key, value] : AsItems(object)) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string hint = DidYouMean(key, missing);
    if (!hint.empty()) FailAt(value, fmt::format("is an unknown key{}", hint));
  }
}

void FailAt(const JsonValue& value, std::string_view what) {
  if (value.path.empty()) {
    Fail(ExitCode::kBadInput, "E403", "{}: the file {}", value.document->name,
         what);
  }
  Fail(ExitCode::kBadInput, "E403", "{}: {} {}", value.document->name,
       QuoteKey(value.path), what);
}

int64_t AsInt64(const JsonValue& value, int64_t min, int64_t max) {
  const nlohmann::json& json = *value.json;
  if (!json.is_number_integer()) FailType(value, "an integer");
  const bool beyond =
      json.is_number_unsigned() &&
      json.get<uint64_t>() >
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (beyond || json.get<int64_t>() > max) {
    FailAt(value,
           fmt::format("is {}, which is more than {}", Quote(json), max));
  }
  if (json.get<int64_t>() < min) {
    FailAt(value,
           fmt::format("is {}, which is less than {}", Quote(json), min));
  }
  return json.get<int64_t>();
}

double AsDouble(const JsonValue& value, double min, double max) {
  if (!value.json->is_number()) FailType(value, "a number");
  const auto number = value.json->get<double>();
  if (!(number >= min && number <= max)) {
    FailAt(value, fmt::format("is {}, which is not between {} and {}",
                              Quote(*value.json), min, max));
  }
  return number;
}

bool AsBool(const JsonValue& value) {
  if (!value.json->is_boolean()) FailType(value, "true or false");
  return value.json->get<bool>();
}

std::string AsString(const JsonValue& value) {
  if (!value.json->is_string()) FailType(value, "a text in quotes");
  return value.json->get<std::string>();
}

std::vector<JsonValue> AsArray(const JsonValue& value) {
  if (!value.json->is_array()) FailType(value, "an array");
  std::vector<JsonValue> elements;
  elements.reserve(value.json->size());
  for (const nlohmann::json& element : *value.json) {
    elements.push_back(Child(
        value, element, fmt::format("{}[{}]", value.path, elements.size())));
  }
  return elements;
}

std::vector<std::pair<std::string, JsonValue>> AsItems(const JsonValue& value) {
  RequireObject(value);
  std::vector<std::pair<std::string, JsonValue>> items;
  items.reserve(value.json->size());
  for (auto it = value.json->begin(); it != value.json->end(); ++it) {
    items.emplace_back(it.key(),
                       Child(value, *it, MemberPath(value, it.key())));
  }
  return items;
}

std::optional<JsonValue> FindMember(const JsonValue& object,
                                    std::string_view key) {
  RequireObject(object);
  const auto it = object.json->find(key);
  if (it == object.json->end() || it->is_null()) return std::nullopt;
  return Child(object, *it, MemberPath(object, key));
}

JsonValue GetMember(const JsonValue& object, std::string_view key) {
  std::optional<JsonValue> member = FindMember(object, key);
  if (!member) FailAt(object, fmt::format("lacks the key \"{}\"", key));
  return *std::move(member);
}

int64_t GetInt64(const JsonValue& object, std::string_view key, int64_t min,
                 int64_t max) {
  return AsInt64(GetMember(object, key), min, max);
}

double GetDouble(const JsonValue& object, std::string_view key, double min,
                 double max) {
  return AsDouble(GetMember(object, key), min, max);
}

bool GetBool(const JsonValue& object, std::string_view key) {
  return AsBool(GetMember(object, key));
}

std::string GetString(const JsonValue& object, std::string_view key) {
  return AsString(GetMember(object, key));
}

std::vector<JsonValue> GetArray(const JsonValue& object, std::string_view key) {
  return AsArray(GetMember(object, key));
}

std::vector<std::string> GetStrings(const JsonValue& object,
                                    std::string_view key) {
  std::vector<std::string> strings;
  for (const JsonValue& element : GetArray(object, key)) {
    strings.push_back(AsString(element));
  }
  return strings;
}

std::vector<int64_t> GetInt64s(const JsonValue& object, std::string_view key,
                               int64_t min, int64_t max) {
  std::vector<int64_t> numbers;
  for (const JsonValue& element : GetArray(object, key)) {
    numbers.push_back(AsInt64(element, min, max));
  }
  return numbers;
}

std::optional<int64_t> FindInt64(const JsonValue& object, std::string_view key,
                                 int64_t min, int64_t max) {
  return Find<int64_t>(object, key, [&](const JsonValue& value) {
    return AsInt64(value, min, max);
  });
}

std::optional<double> FindDouble(const JsonValue& object, std::string_view key,
                                 double min, double max) {
  return Find<double>(object, key, [&](const JsonValue& value) {
    return AsDouble(value, min, max);
  });
}

std::optional<std::string> FindString(const JsonValue& object,
                                      std::string_view key) {
  return Find<std::string>(object, key, AsString);
}

}  // namespace dnncut
