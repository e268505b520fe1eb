// SPDX-License-Identifier: Apache-2.0
//
// LoadWithModel on good and bad folders, and refine end to end on a tiny model.
#include "tools/refine/refine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "backends/result/problem_file.h"
#include "backends/result_writer.h"
#include "compiler/files/json_text.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"
#include "tools/result/stored_result.h"
#include "tools/runtime/onnxruntime.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What crossing costs besides the link, before anything is refined.
constexpr int64_t kCrossNs = 7;

class CompiledModel : public testing::Test {
 protected:
  void SetUp() override {
    split_ = MakeSplitModel(ChainModel(), temp_);
    for (ProblemTensor& tensor : split_.problem.tensors) {
      tensor.cross_ns = kCrossNs;
    }
    KeepThreeCuts();
    ResultOptions write;
    write.out = out_;
    WriteResult(split_.AsResult(), write);
  }

  // Every half takes several processes to measure.
  void KeepThreeCuts() {
    const std::vector<TableCut> all = std::move(split_.table.cuts);
    const int64_t min_kbps = split_.problem.range.min_kbps;
    split_.table = {};
    for (const TableCut& cut : {all.front(), all[all.size() / 2], all.back()}) {
      split_.table.cuts.push_back(
          {cut.cut, CountCosts(split_.problem, cut.cut)});
    }
    split_.table.rows = {{min_kbps, min_kbps, 0},
                         {min_kbps + 1, min_kbps + 1, 1},
                         {min_kbps + 2, split_.problem.range.max_kbps, 2}};
  }

  void ChangeProblem(const std::function<void(Json*)>& change) const {
    Json json = Json::parse(ReadAll(out_ + "/problem.json"));
    change(&json);
    WriteAll(out_ + "/problem.json", json.dump());
  }

  TempFolder temp_;
  std::string out_ = temp_ / "out";
  SplitModel split_;
};

using LoadWithModelTest = CompiledModel;

TEST_F(LoadWithModelTest, ReadsEverythingOfTheFolderOrOfItsTable) {
  for (const std::string& path : {out_, out_ + "/table.json"}) {
    const StoredResult compiled = LoadWithModel(path, std::nullopt);
    EXPECT_EQ(compiled.folder, out_);
    EXPECT_EQ(compiled.model.sha256, split_.model.sha256);
    EXPECT_EQ(compiled.graph.layers.size(), split_.graph.layers.size());
    ASSERT_EQ(compiled.cuts().size(), split_.table.cuts.size());
    for (size_t c = 0; c < compiled.cuts().size(); ++c) {
      EXPECT_EQ(compiled.cuts()[c], split_.table.cuts[c]);
    }
    for (size_t t = 0; t < compiled.graph.tensors.size(); ++t) {
      EXPECT_EQ(compiled.graph.tensors[t].bytes,
                split_.problem.tensors[t].bytes);
    }
  }
}

TEST_F(LoadWithModelTest, RefusesTheProblemOfAnotherModel) {
  ChangeProblem([](Json* json) { (*json)["layers"][0]["op"] = "Other"; });
  EXPECT_THAT(ErrorOf([&] { LoadWithModel(out_, std::nullopt); }),
              HasSubstr("E740 "));
}

TEST_F(LoadWithModelTest, RefusesAnotherModelAndNone) {
  WriteAll(temp_ / "other.onnx", OldModel().SerializeAsString());
  EXPECT_THAT(ErrorOf([&] { LoadWithModel(out_, temp_ / "other.onnx"); }),
              HasSubstr("E731 "));
  std::filesystem::remove(split_.model.path);
  EXPECT_THAT(ErrorOf([&] { LoadWithModel(out_, std::nullopt); }),
              HasSubstr("E730 "));
}

class RefineTest : public CompiledModel {
 protected:
  void SetUp() override {
    if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
    CompiledModel::SetUp();
    options_.path = out_;
    options_.runs = 1;
    options_.warm_up = 0;
    options_.probes = 1;
    options_.as = PerSide<bool>{true, true};
    options_.in_place = true;
  }

  RefineResult Run() {
    Progress progress(false, true);
    warnings_.clear();
    return Refine(options_, &progress, &warnings_);
  }

  RefineResult RunAs(bool device, bool server) {
    options_.as = PerSide<bool>{device, server};
    return Run();
  }

  std::vector<std::string> WarningIds() const {
    std::vector<std::string> ids;
    for (const Warning& warning : warnings_) {
      if (warning.id != "W741") ids.emplace_back(warning.id);
    }
    return ids;
  }

  ProblemFile Problem() const {
    return ReadProblemFile(out_, ReadTableFile(out_));
  }

  // What the compile says of the crossings is still there, once.
  void ExpectCrossings(const ProblemFile& file) const {
    for (size_t t = 0; t < file.problem.tensors.size(); ++t) {
      int64_t ns = file.problem.tensors[t].cross_ns;
      if (!file.fitted.device.empty()) ns -= file.fitted.device[t];
      if (!file.fitted.server.empty()) ns -= file.fitted.server[t];
      EXPECT_EQ(ns, kCrossNs) << file.problem.tensors[t].name;
    }
  }

  RefineOptions options_;
  Warnings warnings_;
};

TEST_F(RefineTest, MeasuresEveryCutOfTheNewTable) {
  const RefineResult result = Run();
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.before.cuts.size(), split_.table.cuts.size());
  EXPECT_GT(result.fitted.halves, 0);
  const TableFile table = ReadTableFile(out_);
  EXPECT_EQ(table.cuts.size(), result.table.cuts.size());
  for (const TableFile::Cut& cut : table.cuts) {
    if (cut.models.device) {
      EXPECT_GT(cut.measured.device.value_or(0), 0);
    }
    if (cut.models.server) {
      EXPECT_GT(cut.measured.server.value_or(0), 0);
    }
  }
  EXPECT_EQ(table.machines.device.name, "tiny");
  EXPECT_EQ(table.machines.device.source, "refined");
  EXPECT_TRUE(table.machines.device.threads);
  EXPECT_EQ(table.refined, (RefinedSides{1, 1}));
  // The server's times were measured before.
  EXPECT_EQ(WarningIds(), std::vector<std::string>{"W742"});
}

TEST_F(RefineTest, TwiceAddsCrossingsOnce) {
  Run();
  ExpectCrossings(Problem());
  Run();
  ExpectCrossings(Problem());
  EXPECT_THAT(WarningIds(), IsEmpty());
}

TEST_F(RefineTest, OneSideKeepsWhatWasFittedToTheOther) {
  options_.slowdown = 4;
  RunAs(true, false);
  const ProblemFile device = Problem();
  ExpectCrossings(device);
  EXPECT_THAT(device.fitted.device, Not(IsEmpty()));
  EXPECT_THAT(device.fitted.server, IsEmpty());
  EXPECT_EQ(ReadTableFile(out_).machines.server.source, "profile");

  options_.slowdown.reset();
  RunAs(false, true);
  const ProblemFile both = Problem();
  ExpectCrossings(both);
  EXPECT_EQ(both.fitted.device, device.fitted.device);
  EXPECT_THAT(both.fitted.server, Not(IsEmpty()));
  for (size_t l = 0; l < both.problem.layers.size(); ++l) {
    EXPECT_EQ(both.problem.layers[l].ns.device,
              device.problem.layers[l].ns.device);
  }
  EXPECT_EQ(ReadTableFile(out_).refined, (RefinedSides{4, 1}));
}

TEST_F(RefineTest, SlowdownStaysUntilAnotherIsGiven) {
  options_.slowdown = 2.5;
  Run();
  EXPECT_EQ(ReadTableFile(out_).refined, (RefinedSides{2.5, 1}));
  options_.slowdown.reset();
  Run();
  EXPECT_EQ(ReadTableFile(out_).refined, (RefinedSides{2.5, 1}));
  options_.slowdown = 1;
  Run();
  EXPECT_EQ(ReadTableFile(out_).refined, (RefinedSides{1, 1}));
}

TEST_F(RefineTest, ReplacesItsOwnFolderOnly) {
  options_.output = temp_.path() + "/./out/";
  EXPECT_EQ(ErrorOf([&] { Run(); }), "");
  std::filesystem::copy(out_, temp_ / "other",
                        std::filesystem::copy_options::recursive);
  options_.output = temp_ / "other";
  EXPECT_THAT(ErrorOf([&] { Run(); }), HasSubstr("E744 "));
  options_.in_place = false;
  const auto before = Snapshot(temp_ / "other");
  EXPECT_THAT(ErrorOf([&] { Run(); }), HasSubstr("E602 "));
  EXPECT_EQ(Snapshot(temp_ / "other"), before);
  options_.force = true;
  EXPECT_EQ(ErrorOf([&] { Run(); }), "");
}

TEST_F(RefineTest, SaysWhatBecameOfTheCuts) {
  const RefineResult result = Run();
  std::set<int> was;
  std::set<int> now;
  for (const RefinedCut& cut : result.cuts) {
    if (cut.was) was.insert(*cut.was);
    if (cut.id) now.insert(*cut.id);
  }
  EXPECT_EQ(was.size(), result.before.cuts.size());
  EXPECT_EQ(now.size(), result.table.cuts.size());
}

}  // namespace
}  // namespace dnncut
