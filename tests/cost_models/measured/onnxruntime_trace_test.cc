// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/onnxruntime_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "compiler/base/interrupt.h"
#include "cost_models/measured/profile_writer.h"
#include "tests/cost_models/files.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string NodeEvent(const std::string& name, const std::string& op, int ts,
                      int dur, int thread = 1) {
  return R"({"cat": "Node", "pid": 1, "tid": )" + std::to_string(thread) +
         R"(, "ph": "X", "name": ")" + name + R"(_kernel_time", "ts": )" +
         std::to_string(ts) + R"(, "dur": )" + std::to_string(dur) +
         R"(, "args": {"op_name": ")" + op +
         R"(", "node_index": "3", "input_type_shape": [{"float": [1, 2]}],
             "thread_scheduling_stats": {"main_thread": {"x": [1]}}}})";
}

std::string RunEvent(int ts, int dur) {
  return R"({"cat": "Session", "tid": 1, "ph": "X", "name": "model_run",
             "ts": )" +
         std::to_string(ts) + R"(, "dur": )" + std::to_string(dur) +
         R"(, "args": {}})";
}

std::string Array(const std::vector<std::string>& events) {
  std::string text = "[";
  for (const std::string& event : events) {
    if (text.size() > 1) text += ",\n";
    text += event;
  }
  return text + "]";
}

RuntimeTrace ReadTraceText(const std::string& text) {
  return ReadTrace(TemporaryFile("trace.json", text));
}

std::string TraceErrorOf(const std::string& text) {
  return ErrorOf([&] { ReadTraceText(text); });
}

TEST(OnnxRuntimeTrace, AddsUpByRunAndNode) {
  const RuntimeTrace trace = ReadTraceText(
      Array({NodeEvent("a", "Conv", 10, 5), NodeEvent("b", "Relu", 15, 2),
             RunEvent(9, 20), NodeEvent("a", "Conv", 40, 7),
             NodeEvent("b", "Relu", 47, 3), RunEvent(39, 15)}));
  EXPECT_THAT(trace.run_us, ElementsAre(20, 15));
  EXPECT_THAT(trace.nodes, ElementsAre(TraceNode{"a", "Conv", {5, 7}},
                                       TraceNode{"b", "Relu", {2, 3}}));
}

TEST(OnnxRuntimeTrace, CountsABodyWithTheNodeAroundIt) {
  const RuntimeTrace trace = ReadTraceText(Array(
      {NodeEvent("before", "Relu", 9, 0), NodeEvent("inside", "Add", 10, 4),
       NodeEvent("inside", "Add", 14, 4), NodeEvent("loop", "Loop", 10, 9),
       NodeEvent("behind", "Relu", 19, 0), RunEvent(8, 12)}));
  EXPECT_THAT(trace.nodes, ElementsAre(TraceNode{"before", "Relu", {0}},
                                       TraceNode{"loop", "Loop", {9}},
                                       TraceNode{"behind", "Relu", {0}}));
}

TEST(OnnxRuntimeTrace, ShortNodesThatSeemToStartTogetherAreTwo) {
  const RuntimeTrace trace =
      ReadTraceText(Array({NodeEvent("a", "Relu", 10, 0),
                           NodeEvent("b", "Relu", 10, 5), RunEvent(10, 6)}));
  EXPECT_EQ(trace.nodes.size(), 2u);
}

TEST(OnnxRuntimeTrace, NodesOfOtherThreadsAreNotInside) {
  const RuntimeTrace trace =
      ReadTraceText(Array({NodeEvent("a", "Relu", 12, 1, 2),
                           NodeEvent("b", "Conv", 10, 9, 1), RunEvent(10, 9)}));
  EXPECT_EQ(trace.nodes.size(), 2u);
}

TEST(OnnxRuntimeTrace, ReadsOldFieldNames) {
  const RuntimeTrace trace = ReadTraceText(R"([
    {"cat":"Node","tid":7,"ph":"X","name":"a_fence_before","ts":1,"dur":9,
     "args":{"op_name":"Conv"}},
    {"cat":"Node","tid":7,"ph":"X","name":"a_kernel_time","ts":"2","dur":"5",
     "args":{"op_name":"Conv","graph_index":"0","exec_plan_index":"0"}},
    {"cat":"Node","tid":7,"ph":"X","name":"a_fence_after","ts":7,"dur":9,
     "args":{"op_name":"Conv"}}])");
  EXPECT_THAT(trace.nodes, ElementsAre(TraceNode{"a", "Conv", {5}}));
  EXPECT_TRUE(trace.run_us.empty());
}

TEST(OnnxRuntimeTrace, ARunThatDidNotEndIsLeftOut) {
  const RuntimeTrace trace = ReadTraceText(
      Array({NodeEvent("a", "Conv", 10, 5), RunEvent(9, 7),
             NodeEvent("a", "Conv", 20, 9), NodeEvent("late", "Conv", 29, 9)}));
  EXPECT_THAT(trace.nodes, ElementsAre(TraceNode{"a", "Conv", {5}}));
}

TEST(OnnxRuntimeTrace, RefusesWhatIsNone) {
  EXPECT_THAT(TraceErrorOf(""), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf(""), HasSubstr("is empty"));
  EXPECT_THAT(TraceErrorOf("[]"), HasSubstr("among its 0 events"));
  EXPECT_THAT(TraceErrorOf("{}"), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf("5"), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf("[5]"), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf("[[]]"), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf("not JSON"), HasSubstr("not JSON at byte"));
  EXPECT_THAT(TraceErrorOf("[" + NodeEvent("a", "Conv", 1, 2)),
              HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf("[" + RunEvent(1, 2) + "]"), HasSubstr("E430"));
  EXPECT_THAT(TraceErrorOf(std::string(100'000, '[')), HasSubstr("E430"));
  EXPECT_THAT(ErrorOf([] { ReadTrace("/nowhere/trace.json"); }),
              HasSubstr("E400"));
  EXPECT_THAT(ErrorOf([] { ReadTrace("/"); }), HasSubstr("E400"));
}

// Files of a GiB take a while, and temporary files wait for the end.
TEST(OnnxRuntimeTrace, ASignalEndsReading) {
  const std::string path =
      TemporaryFile("trace.json", Array({NodeEvent("a", "Abs", 1, 2)}));
  const InterruptGuard guard;
  std::raise(SIGTERM);
  EXPECT_THROW(ReadTrace(path), Interrupted);
  EXPECT_EQ(ReadTrace(path).nodes.size(), 1u);
}

TEST(OnnxRuntimeTrace, RunsMayHaveNoNodes) {
  const std::string path =
      TemporaryFile("trace.json", "[" + RunEvent(1, 2) + "]");
  const RuntimeTrace trace = ReadTrace(path, /*needs_nodes=*/false);
  EXPECT_TRUE(trace.nodes.empty());
  EXPECT_THAT(trace.run_us, ElementsAre(2));
  TemporaryFile("trace.json", "[]");
  EXPECT_THAT(ErrorOf([&] { ReadTrace(path, false); }), HasSubstr("E430"));
}

TEST(OnnxRuntimeTrace, RefusesTimesThatCannotBe) {
  const std::string good = Array({NodeEvent("a", "Conv", 10, 77)});
  EXPECT_EQ(ReadTraceText(good).nodes.size(), 1u);
  for (const char* time :
       {"-1", "1e300", "1000000000001", "18446744073709551615", "\"-5\"",
        "\"99999999999999999999\"", "null", "\"soon\""}) {
    const std::string bad =
        Replaced(good, "\"dur\": 77", std::string("\"dur\": ") + time);
    EXPECT_THAT(TraceErrorOf(bad), HasSubstr("E431")) << time;
  }
  EXPECT_THAT(TraceErrorOf(Replaced(good, "\"ts\": 10", "\"ts\": -10")),
              HasSubstr("E431"));
}

TEST(ProfileWriter, WhatIsWrittenIsRead) {
  Profile profile;
  profile.machine = "board";
  profile.runtime_name = "onnxruntime";
  profile.runtime_version = "1.30.0";
  profile.threads = 4;
  profile.optimization = "all";
  profile.model_file = "net.onnx";
  profile.model_sha256 = std::string(64, 'b');
  profile.model_inputs = {{"x", DType::kFloat16, {1, -1}},
                          {"n", DType::kInt64, {}}};
  profile.whole_ns = 90;
  profile.runs = 20;
  profile.cv = 0.0125;
  profile.profiler_ratio = 1.5;
  ProfileRow row{.output = "a \"quoted\" name", .op = "Conv", .ns = 70};
  row.spread_ns = 3;
  row.operator_class = "convolution";
  row.operations = 1000;
  row.bytes = 200;
  row.output_bytes = 100;
  row.kernel = 9;
  row.calls = 1;
  profile.layers = {row, {.output = "b", .op = "Relu", .ns = 20}};
  profile.groups = {{"a \"quoted\" name", "b"}};
  profile.cross_ns = {{"b", 5}};
  const std::string path =
      TemporaryFile("profile.json", ProfileJson(profile).dump());
  profile.path = path;
  EXPECT_EQ(ReadProfile(path), profile);

  const Profile little{
      .path = path, .machine = "m", .model_sha256 = std::string(64, 'c')};
  TemporaryFile("profile.json", ProfileJson(little).dump());
  EXPECT_EQ(ReadProfile(path), little);
}

}  // namespace
}  // namespace dnncut
