// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/json_text.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(JsonText, LooksAsDocumented) {
  JsonText text;
  text.Add("name", "a\"b\xff");
  text.Add("shape", {1, -1});
  text.Add("tool", {{"name", "x"}, {"ratio", 0.5}, {"none", nullptr}});
  text.AddList("rows", 2, [](size_t i) { return Json{{"i", i}}; });
  text.AddList("empty", 0, [](size_t) { return Json(); });
  EXPECT_EQ(text.Finish(),
            "{\n"
            "  \"name\": \"a\\\"b\xEF\xBF\xBD\",\n"
            "  \"shape\": [1, -1],\n"
            "  \"tool\": {\"name\": \"x\", \"ratio\": 0.5, \"none\": null},\n"
            "  \"rows\": [\n"
            "    {\"i\": 0},\n"
            "    {\"i\": 1}\n"
            "  ],\n"
            "  \"empty\": []\n"
            "}\n");
}

TEST(JsonText, WhatIsNotSeenIsEscaped) {
  EXPECT_EQ(JsonLine({{"a\u202e\u00e9", "\x7f\u009b\U000e0100\n"}}),
            "{\"a\\u202e\u00e9\": \"\\u007f\\u009b\\udb40\\udd00\\n\"}");
}

}  // namespace
}  // namespace dnncut
