// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cost_models/files.h"
#include "tests/cost_models/operators/operations.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;

const std::string kHash(64, 'a');

std::string Good() {
  return R"({
  "schema": "dnncut.profile/1", "machine": "board",
  "runtime": {"name": "onnxruntime", "version": "1.30.0", "threads": 4,
              "optimization": "all"},
  "model": {"file": "net.onnx", "sha256": ")" +
         kHash + R"(", "inputs": [
    {"name": "x", "dtype": "float32", "shape": [1, 100]},
    {"name": "n", "dtype": "int64", "shape": []}]},
  "whole_ns": 55, "runs": 20, "cv": 0.25, "profiler_ratio": 1.5,
  "layers": [{"output": "t0", "op": "Relu", "ns": 10, "spread_ns": 2,
              "class": "pooling", "operations": 5, "bytes": 6,
              "output_bytes": 7, "kernel": 9, "calls": 2},
             {"output": "t1", "ns": 20},
             {"output": "t2", "ns": 30}],
  "groups": [["t0", "t1"]],
  "cross_ns": {"t1": 7, "x": 8}})";
}

Graph ThreeLayers() {
  return ChainGraph({Simple("Relu", {{100}}, {100}),
                     Simple("Relu", {{100}}, {100}),
                     Simple("Relu", {{100}}, {100})});
}

Profile Read(const std::string& text) {
  Profile profile = ReadProfile(TemporaryFile("profile.json", text));
  profile.path = "p.json";
  return profile;
}

std::string ReadError(const std::string& text) {
  return ErrorOf([&] { Read(text); });
}

TEST(Profile, ReadsEverything) {
  const Profile profile = Read(Good());
  EXPECT_EQ(profile.machine, "board");
  EXPECT_EQ(profile.runtime_name, "onnxruntime");
  EXPECT_EQ(profile.runtime_version, "1.30.0");
  EXPECT_EQ(profile.threads, 4);
  EXPECT_EQ(profile.optimization, "all");
  EXPECT_EQ(profile.model_file, "net.onnx");
  EXPECT_EQ(profile.model_sha256, kHash);
  EXPECT_EQ(profile.model_inputs,
            (std::vector<ProfileInput>{{"x", DType::kFloat32, {1, 100}},
                                       {"n", DType::kInt64, {}}}));
  EXPECT_EQ(profile.whole_ns, 55);
  ASSERT_EQ(profile.layers.size(), 3u);
  EXPECT_EQ(profile.layers[0].spread_ns, 2);
  EXPECT_EQ(profile.layers[1].spread_ns, std::nullopt);
  EXPECT_EQ(profile.layers[0].operator_class, "pooling");
  EXPECT_EQ(profile.layers[0].operations, 5);
  EXPECT_EQ(profile.layers[0].bytes, 6);
  EXPECT_EQ(profile.layers[0].output_bytes, 7);
  EXPECT_EQ(profile.layers[0].kernel, 9);
  EXPECT_EQ(profile.layers[1].kernel, std::nullopt);
  const LayerFeatures features = {.operator_class = OperatorClass::kPooling,
                                  .operations = 5,
                                  .bytes = 6,
                                  .calls = 2,
                                  .output_bytes = 7,
                                  .kernel = 9};
  EXPECT_EQ(FeaturesOf(profile.layers[0]), features);
  EXPECT_EQ(FeaturesOf(profile.layers[1]), std::nullopt);
  ProfileRow row;
  SetFeatures(features, &row);
  EXPECT_EQ(FeaturesOf(row), features);
  EXPECT_EQ(profile.runs, 20);
  EXPECT_EQ(profile.cv, 0.25);
  EXPECT_EQ(profile.profiler_ratio, 1.5);
  Warnings warnings;
  const Graph graph = ThreeLayers();
  EXPECT_EQ(ProfileNs(graph, profile, std::nullopt, &warnings),
            (std::vector<int64_t>{10, 20, 30}));
  EXPECT_EQ(ProfileGroups(graph, profile, &warnings),
            (std::vector<std::optional<int>>{0, 0, std::nullopt}));
  EXPECT_EQ(ProfileCrossNs(graph, profile, &warnings),
            (std::vector<int64_t>{8, 0, 7, 0}));
  EXPECT_TRUE(warnings.empty());
}

TEST(Profile, NeedsLittle) {
  const Profile profile = Read(R"({"schema": "dnncut.profile/1",
      "machine": "m", "layers": [], "model": {"sha256": ")" +
                               std::string(64, 'A') + R"("}})");
  EXPECT_EQ(profile.model_sha256, kHash);
  Warnings warnings;
  EXPECT_TRUE(ProfileGroups(ThreeLayers(), profile, &warnings).empty());
  EXPECT_EQ(ProfileCrossNs(ThreeLayers(), profile, &warnings),
            (std::vector<int64_t>{0, 0, 0, 0}));
}

TEST(Profile, AnyOutputNamesItsLayer) {
  Graph graph = ThreeLayers();
  Tensor second;
  second.name = "second";
  second.producer = 1;
  graph.layers[1].outputs.push_back(static_cast<int>(graph.tensors.size()));
  graph.tensors.push_back(second);
  Warnings warnings;
  const Profile profile =
      Read(Replaced(Good(), R"("output": "t1")", R"("output": "second")"));
  EXPECT_EQ(ProfileNs(graph, profile, std::nullopt, &warnings)[1], 20);
  const Profile twice =
      Read(Replaced(Good(), R"("output": "t2")", R"("output": "second")"));
  EXPECT_EQ(ErrorOf([&] { ProfileNs(graph, twice, std::nullopt, &warnings); }),
            "E420 p.json: 't1' and 'second' are made by the same layer, so it "
            "has two rows in \"layers\"; keep one");
}

TEST(Profile, StatesInputsThatHaveARank) {
  Graph graph = ThreeLayers();
  ASSERT_EQ(graph.input_count, 1);
  graph.tensors[0].type = Typed({-1, 100}, DType::kInt64);
  EXPECT_EQ(ProfileInputs(graph),
            (std::vector<ProfileInput>{
                {graph.tensors[0].name, DType::kInt64, {-1, 100}}}));
  graph.tensors[0].type.has_rank = false;
  EXPECT_TRUE(ProfileInputs(graph).empty());
}

TEST(Profile, IsForOneModel) {
  const Profile profile = Read(Good());
  CheckProfileModel(profile, "net.onnx", kHash);
  const std::string other(64, 'b');
  EXPECT_EQ(ErrorOf([&] { CheckProfileModel(profile, "m.onnx", other); }),
            "E421 p.json: was measured on another model ('net.onnx') with "
            "SHA-256 " +
                kHash + ", but m.onnx has " + other +
                "; measure this model or give the one that was measured");
}

TEST(Profile, RefusesBadFiles) {
  const std::string good = Good();
  EXPECT_THAT(ReadError(Replaced(good, "profile/1", "profile/9")),
              HasSubstr("E402"));
  EXPECT_THAT(ReadError("net"),
              HasSubstr("at line 1, column 2; expected a profile, as"));
  EXPECT_THAT(ReadError(Replaced(good, "board", "")),
              HasSubstr("\"machine\" is empty"));
  EXPECT_THAT(ReadError(Replaced(good, "\"ns\": 20", "\"ns\": -20")),
              HasSubstr("\"layers[1].ns\" is -20, which is less than 0"));
  EXPECT_THAT(ReadError(Replaced(good, "\"ns\": 20", "\"ns\": 2e15")),
              HasSubstr("\"layers[1].ns\" must be an integer"));
  EXPECT_THAT(
      ReadError(Replaced(good, "\"ns\": 20", "\"ns\": 1000000000000001")),
      HasSubstr("which is more than 1000000000000000"));
  EXPECT_THAT(ReadError(Replaced(good, "\"output\": \"t1\", ", "")),
              HasSubstr("\"layers[1]\" lacks the key \"output\""));
  EXPECT_THAT(
      ReadError(Replaced(good, "\"output\": \"t1\"", "\"output\": \"t0\"")),
      HasSubstr("E420"));
  EXPECT_THAT(ReadError(Replaced(good, kHash, "1234")),
              HasSubstr("\"model.sha256\" must be 64 hexadecimal digits"));
  EXPECT_THAT(ReadError(Replaced(good, kHash, std::string(64, 'g'))),
              HasSubstr("\"model.sha256\" must be 64 hexadecimal digits"));
  EXPECT_THAT(ReadError(Replaced(good, "int64", "integer")),
              HasSubstr("\"model.inputs[1].dtype\" must be a data type, for "
                        "example \"float32\""));
  EXPECT_THAT(ReadError(Replaced(good, "[1, 100]", "[-2, 100]")),
              HasSubstr("\"model.inputs[0].shape[0]\" is -2"));
  EXPECT_THAT(ReadError(Replaced(good, "\"inputs\"", "\"input\"")),
              HasSubstr("did you mean 'inputs'?"));
  EXPECT_THAT(ReadError(Replaced(good, "\"threads\": 4", "\"threads\": 0")),
              HasSubstr("\"runtime.threads\" is 0"));
  EXPECT_THAT(ReadError(Replaced(good, "\"groups\"", "\"gruops\"")),
              HasSubstr("did you mean 'groups'?"));
  EXPECT_THAT(ReadError(Replaced(good, "\"spread_ns\"", "\"spead_ns\"")),
              HasSubstr("did you mean 'spread_ns'?"));
  EXPECT_THAT(ReadError(Replaced(good, "[\"t0\", \"t1\"]", "[1]")),
              HasSubstr("\"groups[0][0]\" must be a text in quotes"));
  EXPECT_THAT(ReadError(Replaced(good, "\"t1\": 7", "\"t1\": -7")),
              HasSubstr("\"cross_ns.t1\" is -7"));
  EXPECT_THAT(ReadError(Replaced(good, "\"whole_ns\": 55", "\"whole_ns\": []")),
              HasSubstr("\"whole_ns\" must be an integer, not an array"));
}

TEST(Profile, LayersWithoutARowAreAnErrorOrFilled) {
  const Graph graph = ThreeLayers();
  Profile profile = Read(Good());
  profile.layers.erase(profile.layers.begin(), profile.layers.begin() + 2);
  Warnings warnings;
  EXPECT_EQ(
      ErrorOf([&] { ProfileNs(graph, profile, std::nullopt, &warnings); }),
      "E423 p.json: 2 of 3 layers have no row: those that make 't0', "
      "'t1'; measure them too or estimate them with --fill "
      "roofline:MACHINE, for example --fill roofline:raspberry-pi-4");
  Profile builtin = profile;
  builtin.machine = "t4";
  EXPECT_THAT(
      ErrorOf([&] { ProfileNs(graph, builtin, std::nullopt, &warnings); }),
      testing::EndsWith("or estimate them with --fill roofline"));
  const LayerEstimates estimates = {"t4", {7, 8, 9}};
  EXPECT_EQ(ProfileNs(graph, profile, estimates, &warnings),
            (std::vector<int64_t>{7, 8, 30}));
  EXPECT_EQ(warnings,
            (Warnings{{"W422",
                       "p.json: 2 of 3 layers have no row and are estimated "
                       "for t4: those that make 't0', 't1'"}}));
}

TEST(Profile, NamesOnlyTheFirstFew) {
  std::vector<Operation> operations(10, Simple("Relu", {{4}}, {4}));
  const Graph graph = ChainGraph(std::move(operations));
  Profile profile = Read(Good());
  Warnings warnings;
  EXPECT_EQ(
      ErrorOf([&] { ProfileNs(graph, profile, std::nullopt, &warnings); }),
      "E423 p.json: 7 of 10 layers have no row: those that make 't3', "
      "'t4', 't5' and 4 more; measure them too or estimate them with "
      "--fill roofline:MACHINE, for example --fill roofline:raspberry-pi-4");
}

TEST(Profile, UnknownTensorsAreIgnoredWithAWarning) {
  const Graph graph = ThreeLayers();
  std::string text = Replaced(Good(), R"({"output": "t2", "ns": 30})",
                              R"({"output": "t2", "ns": 30},
                                 {"output": "folded", "ns": 1},
                                 {"output": "x", "ns": 1})");
  text = Replaced(text, R"([["t0", "t1"]])", R"([["t0", "gone"]])");
  text = Replaced(text, R"("t1": 7)", R"("lost": 7)");
  const Profile profile = Read(text);
  Warnings warnings;
  ProfileNs(graph, profile, std::nullopt, &warnings);
  ProfileGroups(graph, profile, &warnings);
  EXPECT_EQ(ProfileCrossNs(graph, profile, &warnings),
            (std::vector<int64_t>{8, 0, 0, 0}));
  EXPECT_EQ(
      warnings,
      (Warnings{{"W421",
                 "p.json: 2 tensors in \"layers\" that no layer of the model "
                 "makes, ignored: 'folded', 'x'"},
                {"W421",
                 "p.json: 1 tensor in \"groups\" that no layer of the model "
                 "makes, ignored: 'gone'"},
                {"W421",
                 "p.json: 1 tensor in \"cross_ns\" that the model does not "
                 "have, ignored: 'lost'"}}));
}

TEST(Profile, OperatorsMustAgree) {
  const Graph graph = ThreeLayers();
  const Profile profile = Read(Replaced(Good(), "\"Relu\"", "\"Conv\""));
  Warnings warnings;
  EXPECT_EQ(
      ErrorOf([&] { ProfileNs(graph, profile, std::nullopt, &warnings); }),
      "E422 p.json: says that 't0' is made by Conv, but in the model it "
      "is Relu; measure this model again");
}

TEST(Profile, ALayerIsInOneGroup) {
  const Profile profile = Read(
      Replaced(Good(), R"([["t0", "t1"]])", R"([["t0", "t1"], ["t1", "t2"]])"));
  Warnings warnings;
  EXPECT_EQ(ErrorOf([&] { ProfileGroups(ThreeLayers(), profile, &warnings); }),
            "E424 p.json: the layer that makes 't1' is in two groups, 0 and 1 "
            "of \"groups\"; join them");
}

}  // namespace
}  // namespace dnncut
