// SPDX-License-Identifier: Apache-2.0
//
// The fit against halves whose times follow from costs that the test knows.
#include "cost_models/measured/half_time_fit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr int kLayers = 60;

// A chain; its tensors get smaller towards the end.
Problem Chain() {
  Problem problem;
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0}, 600'000));
  for (int l = 0; l < kLayers; ++l) {
    const std::string name = fmt::format("l{}", l);
    problem.layers.push_back(
        MakeLayer(name, 100'000 + 1000 * (l % 7), 5'000 + 100 * (l % 5)));
    std::vector<LayerId> readers;
    if (l + 1 < kLayers) readers.push_back(l + 1);
    problem.tensors.push_back(
        MakeTensor(fmt::format("t{}", l), l, readers, 500'000 - 8000 * l));
  }
  problem.tensors.back().result = true;
  return problem;
}

// The first `device_layers` on the device.
Cut Prefix(int device_layers) {
  Cut cut(kLayers, Side::kServer);
  std::fill_n(cut.begin(), device_layers, Side::kDevice);
  return cut;
}

// What the machine really takes: the layers' times are wrong by a factor that
// changes along the model, and a crossing costs.
SideCosts Truth(const Problem& problem, Side side) {
  SideCosts truth = CostsOf(problem, side);
  for (int l = 0; l < kLayers; ++l) {
    const double factor = l < 20 ? 2.0 : l < 40 ? 0.5 : 1.2;
    truth.layer_ns[l] =
        static_cast<int64_t>(static_cast<double>(truth.layer_ns[l]) * factor);
  }
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    if (side == Side::kDevice && problem.tensors[t].producer < 0) continue;
    if (problem.tensors[t].readers.empty()) continue;
    truth.cross_ns[t] = 2000 + *problem.tensors[t].bytes / 50;
  }
  return truth;
}

std::vector<HalfTime> Measure(const Problem& problem, Side side,
                              const std::vector<int>& device_layers) {
  const SideCosts truth = Truth(problem, side);
  std::vector<HalfTime> halves;
  for (const int count : device_layers) {
    const Cut cut = Prefix(count);
    const int64_t ns = HalfNs(problem, truth, cut, side);
    if (ns > 0) halves.push_back({cut, ns});
  }
  return halves;
}

// By half: how far the prediction is from what was measured, by that.
std::vector<double> Errors(const Problem& problem, Side side,
                           const SideCosts& costs,
                           const std::vector<HalfTime>& halves) {
  std::vector<double> errors;
  for (const HalfTime& half : halves) {
    const auto measured = static_cast<double>(half.ns);
    const auto predicted =
        static_cast<double>(HalfNs(problem, costs, half.cut, side));
    errors.push_back((predicted - measured) / measured);
  }
  return errors;
}

double MeanError(const Problem& problem, Side side, const SideCosts& costs,
                 const std::vector<HalfTime>& halves) {
  double sum = 0;
  for (const double error : Errors(problem, side, costs, halves)) {
    sum += std::abs(error);
  }
  return sum / static_cast<double>(halves.size());
}

class HalfTimeFit : public testing::TestWithParam<Side> {};

TEST_P(HalfTimeFit, PredictsCutsThatItHasNotSeen) {
  const Problem problem = Chain();
  const Side side = GetParam();
  const auto seen =
      Measure(problem, side, {0, 8, 15, 20, 28, 34, 40, 47, 53, 60});
  const auto unseen = Measure(problem, side, {5, 12, 18, 24, 31, 37, 43, 50});
  const SideCosts fitted = FitToHalves(problem, side, seen);
  const SideCosts scaled = ScaleToHalves(problem, side, seen);
  EXPECT_LT(MeanError(problem, side, fitted, seen), 0.01);
  EXPECT_LT(MeanError(problem, side, fitted, unseen), 0.04);
  EXPECT_GT(MeanError(problem, side, scaled, unseen), 0.1);
}

TEST_P(HalfTimeFit, FindsTheRegionsAndTheCrossings) {
  const Problem problem = Chain();
  const Side side = GetParam();
  std::vector<int> cuts;
  for (int count = 0; count <= kLayers; count += 5) cuts.push_back(count);
  const SideCosts fitted =
      FitToHalves(problem, side, Measure(problem, side, cuts));
  const SideCosts truth = Truth(problem, side);
  for (int first = 0; first < kLayers; first += 20) {
    double is = 0;
    double wanted = 0;
    for (int l = first; l < first + 20; ++l) {
      is += static_cast<double>(fitted.layer_ns[l]);
      wanted += static_cast<double>(truth.layer_ns[l]);
    }
    EXPECT_NEAR(is / wanted, 1, 0.1) << "layers from " << first;
  }
  for (const int64_t ns : fitted.cross_ns) EXPECT_GE(ns, 0);
  // The last is a result that nobody on the server reads.
  EXPECT_EQ(fitted.cross_ns.back(), 0);
}

INSTANTIATE_TEST_SUITE_P(Sides, HalfTimeFit,
                         testing::Values(Side::kDevice, Side::kServer),
                         [](const auto& info) {
                           return info.param == Side::kDevice ? "device"
                                                              : "server";
                         });

TEST(HalfTimeFitTest, CrossingsWithoutAnyLayerCostAreFound) {
  // Where halves of the same layers differ, only what crosses can be the cause:
  // two tensors leave layer 0, and the cuts send one or both.
  Problem problem;
  problem.layers = {MakeLayer("a", 1'000'000, 0), MakeLayer("b", 0, 0),
                    MakeLayer("c", 0, 0)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 100),
                     MakeTensor("small", 0, {1}, 1000),
                     MakeTensor("large", 0, {2}, 100'000)};
  const Cut both = {Side::kDevice, Side::kServer, Side::kServer};
  const Cut small = {Side::kDevice, Side::kServer, Side::kDevice};
  const Cut none = {Side::kDevice, Side::kDevice, Side::kDevice};
  const SideCosts fitted =
      FitToHalves(problem, Side::kDevice,
                  {{both, 2'000'000}, {small, 1'010'000}, {none, 1'000'000}});
  EXPECT_GT(fitted.cross_ns[2], 500'000);
  EXPECT_LT(fitted.cross_ns[1], 300'000);
  EXPECT_EQ(fitted.cross_ns[0], 0);  // an input is not made by the half
}

// As the fit counts errors.
double SquaredErrors(const Problem& problem, Side side, const SideCosts& costs,
                     const std::vector<HalfTime>& halves) {
  double sum = 0;
  for (const double error : Errors(problem, side, costs, halves)) {
    sum += error * error;
  }
  return sum;
}

TEST_P(HalfTimeFit, SuitsSeenHalvesNoWorseThanOneFactor) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed);
    const Side side = GetParam();
    Random random(seed);
    std::vector<HalfTime> halves;
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      if (halves.size() == 8) break;
      halves.push_back({cut.cut, 1'000'000 + random.Below(9'000'000)});
    }
    const double scaled = SquaredErrors(
        problem, side, ScaleToHalves(problem, side, halves), halves);
    const double fitted = SquaredErrors(
        problem, side, FitToHalves(problem, side, halves), halves);
    // Times are whole nanoseconds.
    EXPECT_LE(fitted, scaled + 1e-4);
  }
}

TEST_P(HalfTimeFit, CrossingsAreThoseOfTheTruthWhereTheyShow) {
  // The layers' times are right, and how much is sent goes up and down, so that
  // it is no layer that makes a half take longer.
  Problem problem = Chain();
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    problem.tensors[t].bytes = 100'000 * (1 + static_cast<int64_t>(t) % 4);
  }
  const Side side = GetParam();
  SideCosts truth = CostsOf(problem, side);
  for (size_t t = 0; t + 1 < problem.tensors.size(); ++t) {
    if (side == Side::kDevice && problem.tensors[t].producer < 0) continue;
    truth.cross_ns[t] = 2000 + *problem.tensors[t].bytes / 10;
  }
  std::vector<HalfTime> halves;
  for (int layers = 0; layers <= kLayers; layers += 3) {
    const Cut cut = Prefix(layers);
    const int64_t ns = HalfNs(problem, truth, cut, side);
    if (ns > 0) halves.push_back({cut, ns});
  }
  const SideCosts fitted = FitToHalves(problem, side, halves);
  for (size_t t = 0; t < truth.cross_ns.size(); ++t) {
    const auto wanted = static_cast<double>(truth.cross_ns[t]);
    EXPECT_NEAR(static_cast<double>(fitted.cross_ns[t]), wanted, 0.1 * wanted)
        << problem.tensors[t].name;
  }
}

TEST(HalfTimeFitTest, ResultsWantedOnTheServerCrossToo) {
  // Nobody reads what the last layer makes, but the device half sends it.
  Problem problem = Chain();
  const size_t last = problem.tensors.size() - 1;
  std::vector<HalfTime> halves;
  for (const int layers : {10, 20, 30, 40, 50, kLayers}) {
    const int64_t ns = HalfNs(problem, CostsOf(problem, Side::kDevice),
                              Prefix(layers), Side::kDevice);
    halves.push_back({Prefix(layers), ns + 1'000'000});
  }
  EXPECT_EQ(FitToHalves(problem, Side::kDevice, halves).cross_ns[last], 0);
  problem.result = Side::kServer;
  const SideCosts fitted = FitToHalves(problem, Side::kDevice, halves);
  EXPECT_GT(fitted.cross_ns[last], 250'000);
  EXPECT_LT(MeanError(problem, Side::kDevice, fitted, halves), 0.01);
  // A server half neither makes nor reads it.
  EXPECT_EQ(FitToHalves(problem, Side::kServer, halves).cross_ns[last], 0);
}

TEST(HalfTimeFitTest, OneFactorIsFoundExactly) {
  const Problem problem = Chain();
  SideCosts truth = CostsOf(problem, Side::kDevice);
  for (int64_t& ns : truth.layer_ns) ns *= 3;
  std::vector<HalfTime> halves;
  for (const int count : {10, 30, 60}) {
    halves.push_back(
        {Prefix(count), HalfNs(problem, truth, Prefix(count), Side::kDevice)});
  }
  EXPECT_EQ(ScaleToHalves(problem, Side::kDevice, halves), truth);
  EXPECT_LT(MeanError(problem, Side::kDevice,
                      FitToHalves(problem, Side::kDevice, halves), halves),
            1e-3);
}

TEST(HalfTimeFitTest, LayersSaidToTakeNoTimeShareWhatIsMeasured) {
  Problem problem = Chain();
  for (ProblemLayer& layer : problem.layers) layer.ns.device = 0;
  const std::vector<HalfTime> halves = {{Prefix(kLayers), 6'000'000}};
  const SideCosts fitted = FitToHalves(problem, Side::kDevice, halves);
  EXPECT_GT(fitted.layer_ns[0], 0);
  for (const int64_t ns : fitted.layer_ns) EXPECT_EQ(ns, fitted.layer_ns[0]);
}

TEST(HalfTimeFitTest, NothingMeasuredChangesNothing) {
  const Problem problem = Chain();
  EXPECT_EQ(FitToHalves(problem, Side::kServer, {}),
            CostsOf(problem, Side::kServer));
  EXPECT_EQ(ScaleToHalves(problem, Side::kServer, {}),
            CostsOf(problem, Side::kServer));
}

TEST(HalfTimeFitTest, RandomProblemsAndAbsurdTimesGiveCosts) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed);
    Random random(seed);
    for (const Side side : {Side::kDevice, Side::kServer}) {
      std::vector<HalfTime> halves;
      for (const CandidateCut& cut : EnumerateCuts(problem)) {
        if (halves.size() == 12) break;
        const int64_t ns =
            random.Chance(1, 2) ? 1 + random.Below(1000) : 1'000'000'000'000;
        halves.push_back({cut.cut, ns});
      }
      const SideCosts fitted = FitToHalves(problem, side, halves);
      ASSERT_EQ(fitted.layer_ns.size(), problem.layers.size());
      ASSERT_EQ(fitted.cross_ns.size(), problem.tensors.size());
      for (const int64_t ns : fitted.layer_ns) EXPECT_GE(ns, 0);
      for (size_t t = 0; t < fitted.cross_ns.size(); ++t) {
        EXPECT_GE(fitted.cross_ns[t], 0);
        if (!problem.tensors[t].bytes) {
          EXPECT_EQ(fitted.cross_ns[t], 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace dnncut
