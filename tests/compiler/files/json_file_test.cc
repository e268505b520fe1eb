// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/json_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "compiler/base/interrupt.h"
#include "tests/cost_models/files.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;

JsonValue Parse(const std::string& text) { return ParseJson(text, "f.json"); }

std::string ParseError(const std::string& text) {
  return ErrorOf([&] { Parse(text); });
}

TEST(JsonFile, ReadsTypedValues) {
  const JsonValue root = Parse(
      R"({"i": -7, "d": 2.5, "b": true, "s": "text", "n": null,
          "a": [1, 2], "o": {"y": 1, "x": 2}, "strings": ["p", "q"]})");
  EXPECT_EQ(GetInt64(root, "i", -10), -7);
  EXPECT_EQ(GetDouble(root, "d"), 2.5);
  EXPECT_EQ(GetDouble(root, "i"), -7.0);
  EXPECT_TRUE(GetBool(root, "b"));
  EXPECT_EQ(GetString(root, "s"), "text");
  EXPECT_EQ(GetInt64s(root, "a"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(GetStrings(root, "strings"), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(GetArray(root, "a")[1].path, "a[1]");
  const auto items = AsItems(GetMember(root, "o"));
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].first, "x");
  EXPECT_EQ(items[0].second.path, "o.x");
  EXPECT_EQ(FindInt64(root, "n"), std::nullopt);
  EXPECT_EQ(FindInt64(root, "missing"), std::nullopt);
  EXPECT_EQ(FindString(root, "s"), "text");
  EXPECT_EQ(FindDouble(root, "d"), 2.5);
}

TEST(JsonFile, OutlivesItsRoot) {
  std::vector<JsonValue> elements;
  { elements = GetArray(Parse(R"({"a": [{"b": 5}]})"), "a"); }
  EXPECT_EQ(GetInt64(elements[0], "b"), 5);
}

TEST(JsonFile, KeepsLargeIntegersExact) {
  const JsonValue root =
      Parse(R"({"max": 9223372036854775807, "min": -9223372036854775808})");
  EXPECT_EQ(GetInt64(root, "max"), INT64_MAX);
  EXPECT_EQ(GetInt64(root, "min", INT64_MIN), INT64_MIN);
}

TEST(JsonFile, NamesThePlaceOfAWrongValue) {
  const JsonValue root = Parse(R"({"layers": [{"ns": 1}, {"ns": -5}],
      "half": 1.5, "big": 9223372036854775808, "huge": 1e300, "text": "a\nb"})");
  const auto get = [&](auto function) { return ErrorOf(function); };
  EXPECT_EQ(get([&] { GetInt64(GetArray(root, "layers")[1], "ns"); }),
            "E403 f.json: \"layers[1].ns\" is -5, which is less than 0");
  EXPECT_EQ(get([&] { GetInt64(root, "half"); }),
            "E403 f.json: \"half\" must be an integer, not 1.5");
  EXPECT_EQ(get([&] { GetInt64(root, "big"); }),
            "E403 f.json: \"big\" is 9223372036854775808, which is more than "
            "9223372036854775807");
  EXPECT_EQ(get([&] { GetInt64(root, "huge"); }),
            "E403 f.json: \"huge\" must be an integer, not 1e+300");
  EXPECT_EQ(get([&] { GetInt64(root, "text"); }),
            "E403 f.json: \"text\" must be an integer, not \"a\\nb\"");
  EXPECT_EQ(get([&] { GetInt64(root, "none"); }),
            "E403 f.json: the file lacks the key \"none\"");
  EXPECT_EQ(get([&] { GetString(GetArray(root, "layers")[0], "x"); }),
            "E403 f.json: \"layers[0]\" lacks the key \"x\"");
  EXPECT_EQ(get([&] { GetArray(root, "half"); }),
            "E403 f.json: \"half\" must be an array, not 1.5");
  EXPECT_EQ(get([&] { GetDouble(root, "text"); }),
            "E403 f.json: \"text\" must be a number, not \"a\\nb\"");
  EXPECT_EQ(get([&] { GetDouble(root, "half", 0, 1); }),
            "E403 f.json: \"half\" is 1.5, which is not between 0 and 1");
  EXPECT_EQ(get([&] { GetBool(root, "half"); }),
            "E403 f.json: \"half\" must be true or false, not 1.5");
  EXPECT_EQ(get([&] { FindString(root, "layers"); }),
            "E403 f.json: \"layers\" must be a text in quotes, not an array");
  EXPECT_EQ(get([&] { GetInt64(Parse("[1]"), "x"); }),
            "E403 f.json: the file must be an object, not an array");
}

TEST(JsonFile, NamesLineAndColumn) {
  EXPECT_EQ(ParseError("{\n  \"a\": 1,\n  \"b\": x\n}"),
            "E401 f.json: is not JSON: syntax error while parsing value - "
            "invalid literal at line 3, column 8");
  EXPECT_THAT(ParseError("{\"a\": 1"), HasSubstr("at line 1, column 8"));
  EXPECT_THAT(ParseError("<!DOCTYPE html>"), HasSubstr("E401 f.json: is not"));
  EXPECT_THAT(ParseError("version https://git-lfs"), HasSubstr("is not JSON"));
  EXPECT_THAT(ParseError("{} trailing"), HasSubstr("is not JSON"));
  EXPECT_THAT(ParseError("{\"a\": \"\xff\xfe\"}"), HasSubstr("is not JSON"));
  EXPECT_THAT(ParseError(std::string("\0\0\0", 3)), HasSubstr("is not JSON"));
}

TEST(JsonFile, RefusesEmptyFiles) {
  EXPECT_EQ(ParseError(""), "E401 f.json: is empty; expected JSON");
  EXPECT_EQ(ParseError(" \n\t"), "E401 f.json: is empty; expected JSON");
}

TEST(JsonFile, RefusesKeysThatStandTwice) {
  EXPECT_EQ(ParseError(R"({"a": 1, "b": {"a": 2, "c": 3, "c": 4}})"),
            "E401 f.json: the key \"c\" stands twice in one object; remove "
            "one");
  // The same key in other objects is fine, before and after.
  Parse(R"({"a": [{"a": 1}, {"a": {"a": 2}}, {"a": 3}], "b": {"a": 4}})");
}

TEST(JsonFile, RefusesDepthBombs) {
  for (const std::string& open : {std::string("["), std::string("{\"a\":")}) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += open;
    EXPECT_EQ(ParseError(text),
              "E401 f.json: is nested more than 64 levels deep; no file of "
              "dnncut is");
  }
  Parse(std::string(64, '[') + std::string(64, ']'));
}

TEST(JsonFile, ReadsLongArraysInLinearTime) {
  std::string text = "[";
  for (int i = 0; i < 300'000; ++i) text += "{},";
  text += "{}]";
  EXPECT_EQ(AsArray(Parse(text)).size(), 300'001u);
}

TEST(JsonFile, RefusesNumbersBeyondDouble) {
  EXPECT_EQ(
      ParseError(R"({"a": 1e999})"),
      "E401 f.json: holds a number that is too large at line 1, column 11");
  // Too long for an integer, but a number.
  const JsonValue root = Parse("{\"a\": " + std::string(300, '9') + "}");
  EXPECT_THAT(ErrorOf([&] { GetInt64(root, "a"); }),
              HasSubstr("must be an integer"));
}

TEST(JsonFile, ShortensLongValues) {
  const JsonValue root = Parse("{\"a\": \"" + std::string(100000, 'x') + "\"}");
  EXPECT_LT(ErrorOf([&] { GetInt64(root, "a"); }).size(), 200u);
}

TEST(JsonFile, ChecksTheSchema) {
  const auto check = [](const std::string& text) {
    return ErrorOf([&] { CheckSchema(Parse(text), "dnncut.machine", 1); });
  };
  CheckSchema(Parse(R"({"schema": "dnncut.machine/1"})"), "dnncut.machine", 1);
  EXPECT_EQ(check("{}"),
            "E402 f.json: does not say what it is; expected \"schema\": "
            "\"dnncut.machine/1\" at the top");
  EXPECT_THAT(check("[]"), HasSubstr("does not say what it is"));
  EXPECT_THAT(check(R"({"schema": 1})"), HasSubstr("does not say what it is"));
  EXPECT_EQ(check(R"({"schema": "dnncut.table/1"})"),
            "E402 f.json: has the schema \"dnncut.table/1\"; expected a "
            "\"dnncut.machine/1\" file");
  EXPECT_EQ(check(R"({"schema": "dnncut.machine/2"})"),
            "E402 f.json: has the schema \"dnncut.machine/2\", but this dnncut "
            "reads \"dnncut.machine/1\" only; use the dnncut that wrote it or "
            "a newer one");
}

TEST(JsonFile, RefusesMisspeltKeysOnly) {
  const std::vector<std::string> known = {"efficiency", "name"};
  RefuseMisspeltKeys(Parse(R"({"name": 1, "future": 2})"), known);
  // Near to a key that is there: no slip.
  RefuseMisspeltKeys(Parse(R"({"name": 1, "names": 2})"), known);
  EXPECT_EQ(ErrorOf([&] {
              RefuseMisspeltKeys(Parse(R"({"efficency": {}})"), known);
            }),
            "E403 f.json: \"efficency\" is an unknown key; did you mean "
            "'efficiency'?");
}

TEST(JsonFile, ReadsRegularFilesOnly) {
  const std::string good = TemporaryFile("good.json", R"({"a": 3})");
  EXPECT_EQ(GetInt64(ReadJsonFile(good), "a"), 3);

  EXPECT_EQ(ErrorOf([] { ReadJsonFile("no/such/file.json"); }),
            "E400 cannot read no/such/file.json: No such file or directory");
  EXPECT_EQ(ErrorOf([] { ReadJsonFile("/"); }),
            "E400 cannot read /: it is a folder");
  // Opening a pipe would wait for a writer for ever.
  const std::string pipe = testing::TempDir() + "json_file_test_pipe";
  mkfifo(pipe.c_str(), 0600);
  EXPECT_THAT(ErrorOf([&] { ReadJsonFile(pipe); }),
              HasSubstr("it is a named pipe"));
  try {
    ReadJsonFile("no/such/file.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kIo);
  }
}

TEST(JsonFile, ASignalEndsReading) {
  const InterruptGuard guard;
  std::raise(SIGTERM);
  EXPECT_THROW(ParseJson("[1, 2, 3]", "f.json"), Interrupted);
  EXPECT_EQ(AsArray(ParseJson("[1, 2, 3]", "f.json")).size(), 3u);
}

}  // namespace
}  // namespace dnncut
