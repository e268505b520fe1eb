// SPDX-License-Identifier: Apache-2.0
#include "backends/result/problem_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "backends/result_writer.h"
#include "compiler/base/error.h"
#include "compiler/files/json_text.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProblemFileTest : public testing::Test {
 protected:
  // As after a refine of both sides: 30 ns of each crossing are the device's,
  // 20 the server's.
  void SetUp() override {
    split_ = MakeSplitModel(ChainModel(), temp_);
    for (ProblemTensor& tensor : split_.problem.tensors) tensor.cross_ns = 57;
    for (TableCut& cut : split_.table.cuts) {
      cut.costs = CountCosts(split_.problem, cut.cut);
    }
    Result result = split_.AsResult();
    result.refined = {4, 1};
    result.fitted.device.assign(split_.problem.tensors.size(), 30);
    result.fitted.server.assign(split_.problem.tensors.size(), 20);
    result.measured.resize(split_.table.cuts.size());
    result.measured[1] = {1234, 0};
    ResultOptions write;
    write.out = out_;
    WriteResult(result, write);
    good_ = Json::parse(ReadAll(out_ + "/problem.json"));
  }

  ProblemFile Read() const {
    return ReadProblemFile(out_, ReadTableFile(out_));
  }

  // What reading says after `change`; "" when nothing.
  std::string ErrorOf(const std::function<void(Json*)>& change) const {
    Json json = good_;
    change(&json);
    WriteAll(out_ + "/problem.json", json.dump());
    try {
      Read();
    } catch (const Error& error) {
      return std::string(error.id()) + " " + error.what();
    }
    return "";
  }

  TempFolder temp_;
  std::string out_ = temp_ / "out";
  SplitModel split_;
  Json good_;
};

TEST_F(ProblemFileTest, ComesBackTheSame) {
  const ProblemFile file = Read();
  ASSERT_EQ(file.problem.layers.size(), split_.problem.layers.size());
  for (size_t l = 0; l < file.problem.layers.size(); ++l) {
    EXPECT_EQ(file.problem.layers[l].name, split_.problem.layers[l].name);
    EXPECT_EQ(file.problem.layers[l].ns.device,
              split_.problem.layers[l].ns.device);
  }
  ASSERT_EQ(file.cuts.size(), split_.table.cuts.size());
  for (size_t c = 0; c < file.cuts.size(); ++c) {
    EXPECT_EQ(file.cuts[c], split_.table.cuts[c]);
  }
  const size_t tensors = split_.problem.tensors.size();
  EXPECT_EQ(file.problem.tensors[0].cross_ns, 57);
  EXPECT_EQ(file.fitted.device, std::vector<int64_t>(tensors, 30));
  EXPECT_EQ(file.fitted.server, std::vector<int64_t>(tensors, 20));
  const TableFile table = ReadTableFile(out_);
  EXPECT_EQ(table.refined, (RefinedSides{4, 1}));
  EXPECT_EQ(table.cuts[1].measured, (MeasuredTimes{1234, 0}));
  EXPECT_EQ(table.cuts[0].measured, MeasuredTimes());
}

TEST_F(ProblemFileTest, FittedPartsAreThoseOfAllTensorsAndOfTheCrossing) {
  const auto change = [&](const char* key, const Json& value) {
    return ErrorOf([&](Json* json) { (*json)["tensors"][1][key] = value; });
  };
  EXPECT_THAT(change("device_cross_ns", 58), StartsWith("E403 "));
  // 30 of the 57 are taken already.
  EXPECT_THAT(change("server_cross_ns", 28), StartsWith("E403 "));
  EXPECT_EQ(change("server_cross_ns", 27), "");
  EXPECT_THAT(change("device_cross_ns", -1), StartsWith("E403 "));
  EXPECT_THAT(ErrorOf([](Json* json) {
                (*json)["tensors"][1].erase("device_cross_ns");
              }),
              HasSubstr("like all tensors or none"));
  EXPECT_THAT(ErrorOf([](Json* json) {
                (*json)["tensors"][0].erase("device_cross_ns");
              }),
              HasSubstr("like all tensors or none"));
}

TEST_F(ProblemFileTest, SidesThatWereRefinedAreThoseOfTheTable) {
  EXPECT_THAT(
      ErrorOf([](Json* json) {
        for (Json& tensor : (*json)["tensors"]) {
          tensor.erase("server_cross_ns");
        }
      }),
      testing::AllOf(StartsWith("E630 "), HasSubstr("sides were refined")));
}

TEST_F(ProblemFileTest, SlowdownIsANumberOfARefinedSide) {
  const Json good = Json::parse(ReadAll(out_ + "/table.json"));
  const auto change = [&](const Json& refined) {
    Json json = good;
    json["refined"] = refined;
    WriteAll(out_ + "/table.json", json.dump());
    return ErrorIdOf([&] { ReadTableFile(out_); });
  };
  const auto sides = [](bool device, const Json& slowdown) {
    return Json{
        {"device", device}, {"server", true}, {"device_slowdown", slowdown}};
  };
  EXPECT_EQ(change(sides(true, 2.5)), "");
  EXPECT_EQ(change(sides(false, 2.5)), "E403");
  EXPECT_EQ(change(sides(true, 0)), "E403");
  EXPECT_EQ(change(sides(true, "4")), "E403");
  EXPECT_EQ(change(Json{{"device", true}}), "E403");
  EXPECT_EQ(change(Json{{"device", 1}, {"server", true}}), "E403");
}

TEST_F(ProblemFileTest, RefusesWhatTheTableContradicts) {
  EXPECT_THAT(
      ErrorOf([](Json* json) { (*json)["layers"][0]["device_ns"] = 1; }),
      StartsWith("E630 "));
  EXPECT_THAT(ErrorOf([](Json* json) { (*json)["rtt_ns"] = 1; }),
              StartsWith("E630 "));
  EXPECT_THAT(ErrorOf([](Json* json) {
                (*json)["layers"].erase((*json)["layers"].size() - 1);
              }),
              Not(""));
  EXPECT_THAT(
      ErrorOf([](Json* json) { (*json)["layers"][0]["side_of_cut"] = "X"; }),
      StartsWith("E403 "));
}

}  // namespace
}  // namespace dnncut
