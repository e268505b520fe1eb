// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/runtime_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cost_models/files.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RuntimeReport Trtexec(const std::string& text, const std::string& info = "") {
  const std::string path = TemporaryFile("profile.json", text);
  return ReadTrtexecProfile(
      path, info.empty() ? "" : TemporaryFile("info.json", info));
}

RuntimeReport OpenVino(const std::string& text) {
  return ReadOpenVinoReport(TemporaryFile("report.csv", text));
}

TEST(TrtexecProfile, TakesMediansAndElseMeans) {
  const RuntimeReport report = Trtexec(R"json([
  { "count" : 625 }
, { "name" : "Conv_0 + PWN(Clip_3)", "timeMs" : 41.4, "averageMs" : 0.0625, "percentage" : 1.3 }
, { "name" : "Conv_4", "timeMs" : 68.3, "averageMs" : 0.109, "medianMs" : 0.125, "percentage" : 2.2 }
])json");
  EXPECT_EQ(report.runs, 625);
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].name, "Conv_0 + PWN(Clip_3)");
  EXPECT_EQ(report.rows[0].us, 62.5);
  EXPECT_EQ(report.rows[1].us, 125);
  EXPECT_TRUE(report.rows[1].ran);
}

TEST(TrtexecProfile, LayerInfoNamesNodes) {
  const std::string profile =
      R"([{"count": 3}, {"name": "f", "averageMs": 1}])";
  const RuntimeReport report = Trtexec(profile, R"({"Layers": [
    {"Name": "f", "Metadata": "[ONNX Layer: a[0]]\u001e[ONNX Layer: b]"},
    {"Name": "g", "Metadata": ""}], "Bindings": ["x"]})");
  EXPECT_THAT(report.rows[0].nodes, ElementsAre("a[0]", "b"));
  EXPECT_TRUE(Trtexec(profile, R"({"Layers": ["f"]})").rows[0].nodes.empty());
}

TEST(TrtexecProfile, RefusesOtherFiles) {
  const auto error = [](const std::string& text, const std::string& info = "") {
    return ErrorOf([&] { Trtexec(text, info); });
  };
  EXPECT_THAT(error("[]"), HasSubstr("E430"));
  EXPECT_THAT(error("{}"), HasSubstr("is no array of layers"));
  EXPECT_THAT(error(R"({"Layers": []})"), HasSubstr("belongs to --layer-info"));
  EXPECT_THAT(error(R"([{"name": "a", "timeMs": 1}])"),
              HasSubstr("neither \"medianMs\" nor \"averageMs\""));
  EXPECT_THAT(error(R"([{"name": "a", "averageMs": -1}])"), HasSubstr("E431"));
  EXPECT_THAT(error(R"([{"name": "a", "averageMs": 1e12}])"),
              HasSubstr("E431"));
  EXPECT_THAT(error(R"([{"name": "a", "averageMs": 1}])", "[]"),
              HasSubstr("holds no \"Layers\""));
  EXPECT_THAT(error("no json"), HasSubstr("E401"));
}

constexpr char kHeader[] =
    "layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms);\n";

TEST(OpenVinoReport, TakesTheMiddleOfTheTables) {
  const std::string header = kHeader;
  const RuntimeReport report = OpenVino(
      header +
      "a;EXECUTED;Convolution;jit;0.5;0.5;\nb;NOT_RUN;Relu;undef;0;0;\n"
      "Total;;;;0.5;0.5;\n\n" +
      header +
      "a;EXECUTED;Convolution;jit;0.25;0.25;\nb;NOT_RUN;Relu;undef;0;0;\n"
      "Total;;;;0.25;0.25;\n\n" +
      header +
      "a;EXECUTED;Convolution;jit;2;2;\r\nb;NOT_RUN;Relu;undef;0;0;\r\n"
      "Total;;;;2;2;\r\n");
  EXPECT_EQ(report.runs, 3);
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].name, "a");
  EXPECT_EQ(report.rows[0].type, "Convolution");
  EXPECT_EQ(report.rows[0].us, 500);
  EXPECT_TRUE(report.rows[0].ran);
  EXPECT_FALSE(report.rows[1].ran);
}

TEST(OpenVinoReport, FindsColumnsByName) {
  const RuntimeReport report = OpenVino(
      "layerName;execStatus;layerType;execType;numaId;realTime (ms);cpuTime "
      "(ms)\nodd;name;EXECUTED;MatMul;gemm;0;3;2\nTotal;EXECUTED;Add;e;0;1;"
      "1\n");
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].name, "odd;name");
  EXPECT_EQ(report.rows[0].us, 3000);
  EXPECT_EQ(report.rows[1].name, "Total");  // a layer with that name
}

TEST(OpenVinoReport, RefusesOtherFiles) {
  const std::string header = kHeader;
  const auto error = [](const std::string& text) {
    return ErrorOf([&] { OpenVino(text); });
  };
  EXPECT_THAT(error(""), HasSubstr("E430"));
  EXPECT_THAT(error(header), HasSubstr("E430"));
  const std::string row = "a;EXECUTED;Add;e;1;1;\n";
  for (const std::string cut : {"b;EXECU\n", "b;EXECUTED;Add;e;1;2"}) {
    EXPECT_THAT(error(header + row + cut), HasSubstr("line 3: is cut off"));
  }
  EXPECT_THAT(error("layerName;execStatus;x\n"),
              HasSubstr("line 1: the table has no column \"layerType\""));
  EXPECT_THAT(error(header + "a;EXECUTED;Add;e;fast;1;\n"),
              HasSubstr("line 2: layer 'a' has the time 'fast'"));
  EXPECT_THAT(error(header + "a;EXECUTED;Add;e;-1;1;\n"), HasSubstr("E431"));
  EXPECT_THAT(ErrorOf([] { ReadOpenVinoReport("no such file"); }),
              HasSubstr("E400"));
}

}  // namespace
}  // namespace dnncut
