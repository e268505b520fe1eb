// SPDX-License-Identifier: Apache-2.0
#include "backends/result_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/halves_writer.h"
#include "backends/result/chosen_halves.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;
using ONNX_NAMESPACE::ModelProto;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::StartsWith;

TEST(ResultWriter, SameInputSameBytesInAnyFolder) {
  TempFolder temp;
  TempFolder other;
  const ModelProto proto = CaptureModel();
  for (const bool inline_weights : {false, true}) {
    std::vector<std::map<std::string, std::string>> results;
    for (const TempFolder* folder : {&temp, &other, &temp}) {
      const SplitModel split = MakeSplitModel(proto, *folder);
      ResultOptions options = Into(*folder / "out");
      options.force = true;
      options.inline_weights = inline_weights;
      WriteResult(split.AsResult(), options);
      results.push_back(Snapshot(*folder / "out"));
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

TEST(ResultWriter, OneCutAlone) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  Result result = split.AsResult();
  result.only_cut = 2;
  result.has_halves = ChooseHalves(split.table, kMostCutsWithHalves, 2);
  WriteResult(result, Into(temp / "out"));
  const auto files = Snapshot(temp / "out");
  EXPECT_THAT(files, Contains(Key("device/cut2.onnx")));
  EXPECT_THAT(files, Contains(Key("server/cut2.onnx")));
  EXPECT_THAT(files, Not(Contains(Key("server/cut0.onnx"))));
  const auto table = nlohmann::json::parse(files.at("table.json"));
  EXPECT_EQ(table["cuts"].size(), split.table.cuts.size());
  EXPECT_EQ(table["only_cut"], 2);
  EXPECT_EQ(table["cuts"][2]["device_model"], "device/cut2.onnx");
  EXPECT_EQ(table["cuts"][0]["server_model"], nullptr);

  EXPECT_THROW(ChooseHalves(split.table, kMostCutsWithHalves,
                            static_cast<int>(split.table.cuts.size())),
               Error);
}

// The last row is the widest; of 1 kbit/s, that of the lowest bandwidth is.
TEST(ResultWriter, FewCutsHaveHalvesThatDoNotDependOnTheOthers) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  WriteResult(split.AsResult(), Into(temp / "all"));
  Result result = split.AsResult();
  result.has_halves = ChooseHalves(split.table, 2, std::nullopt);
  const auto halves = std::ranges::count(result.has_halves, true);
  EXPECT_EQ(halves, 2);
  EXPECT_TRUE(result.has_halves.front() && result.has_halves.back());
  WriteResult(result, Into(temp / "few"));
  const auto all = Snapshot(temp / "all");
  auto few = Snapshot(temp / "few");
  const auto table = nlohmann::json::parse(few.at("table.json"));
  EXPECT_EQ(table["cuts"][1]["has_halves"], false);
  EXPECT_EQ(table["cuts"][1]["device_model"], nullptr);
  EXPECT_FALSE(table["cuts"][0].contains("has_halves"));
  EXPECT_THAT(few, Not(Contains(Key("device/cut2.onnx"))));
  for (const char* file : {"table.json", "report.html"}) few.erase(file);
  for (const auto& [name, bytes] : few) EXPECT_EQ(bytes, all.at(name)) << name;

  AddHalves(result, {1, 2}, {}, temp / "few");
  few = Snapshot(temp / "few");
  for (const char* file : {"table.json", "report.html"}) few.erase(file);
  EXPECT_THAT(few, Contains(Key("device/cut2.onnx")));
  for (const auto& [name, bytes] : few) EXPECT_EQ(bytes, all.at(name)) << name;

  fs::resize_file(temp / "few/server/weights.bin", 1);
  EXPECT_THAT(ErrorOf([&] { AddHalves(result, {1}, {}, temp / "few"); }),
              StartsWith("E727 "));
}

void ExpectChangedModel(const SplitModel& split, const ResultOptions& options) {
  EXPECT_THAT(ErrorOf([&] { WriteResult(split.AsResult(), options); }),
              AllOf(StartsWith("E607 "), HasSubstr("model.onnx")));
}

TEST(ResultWriter, AModelThatShrinksMeanwhileIsAnError) {
  for (const bool inline_weights : {false, true}) {
    TempFolder temp;
    const SplitModel split = MakeSplitModel(ChainModel(), temp);
    fs::resize_file(temp / "model.onnx", 600);
    ResultOptions options = Into(temp / "out");
    options.inline_weights = inline_weights;
    ExpectChangedModel(split, options);
    EXPECT_THAT(Snapshot(temp.path()), ElementsAre(Key("model.onnx")));
  }
}

TEST(ResultWriter, AModelThatIsRewrittenMeanwhileIsAnError) {
  TempFolder temp;
  const SplitModel split = MakeSplitModel(ChainModel(), temp);
  WriteResult(split.AsResult(), Into(temp / "out"));
  const auto before = Snapshot(temp / "out");
  // The same bytes: that they are the same, nobody knows without a look.
  WriteAll(temp / "model.onnx", ReadAll(temp / "model.onnx"));
  ResultOptions options = Into(temp / "out");
  options.force = true;
  ExpectChangedModel(split, options);
  EXPECT_EQ(Snapshot(temp / "out"), before);
}

TEST(ResultWriter, NeverReplacesTheModelOrItsData) {
  TempFolder temp;
  WriteResult(MakeSplitModel(ChainModel(), temp).AsResult(),
              Into(temp / "out"));
  const auto before = Snapshot(temp.path());
  // A half and its weights.bin as the input of another compile.
  const SplitModel again = LoadSplitModel(temp / "out/server/cut0.onnx");
  ResultOptions options = Into(temp / "out");
  options.force = true;
  EXPECT_THROW(WriteResult(again.AsResult(), options), Error);
  EXPECT_EQ(Snapshot(temp.path()), before);
}

TEST(ResultWriter, TellsOfItsProgress) {
  for (const bool inline_weights : {false, true}) {
    TempFolder temp;
    const SplitModel split = MakeSplitModel(ChainModel(), temp);
    ResultOptions options = Into(temp / "out");
    options.inline_weights = inline_weights;
    int64_t last = 0;
    int64_t all = -1;
    options.progress = [&](int64_t done_bytes, int64_t all_bytes) {
      EXPECT_GT(done_bytes, last);
      last = done_bytes;
      all = all_bytes;
    };
    WriteResult(split.AsResult(), options);
    EXPECT_EQ(last, all);
    EXPECT_GT(all, 4 * 2048 - 1);
  }
}

}  // namespace
}  // namespace dnncut
