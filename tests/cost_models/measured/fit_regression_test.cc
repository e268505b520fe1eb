// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/fit_regression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// The machine that the profiles below come from, to the nanosecond.
RegressionModel TrueMachine() {
  RegressionModel model;
  model.name = "board";
  model.classes[OperatorClass::kConvolution] = {20000, 0.125, 0, 0.5, 0.25};
  model.classes[OperatorClass::kMatrixProduct] = {8000, 0.25, 0.5, 0, 0};
  model.classes[OperatorClass::kElementwise] = {3000, 0, 0.25, 0, 0};
  return model;
}

LayerFeatures RandomLayer(Random* random) {
  constexpr OperatorClass kClasses[] = {OperatorClass::kConvolution,
                                        OperatorClass::kMatrixProduct,
                                        OperatorClass::kElementwise};
  LayerFeatures layer;
  layer.operator_class = kClasses[random->Below(3)];
  layer.operations = 8000 * (1 + random->Below(1000));
  layer.output_bytes = 16 * (1 + random->Below(10000));
  layer.bytes = layer.output_bytes + 16 * random->Below(10000);
  if (layer.operator_class == OperatorClass::kConvolution) {
    layer.kernel = 1 + random->Below(9);
  }
  return layer;
}

Profile MakeProfile(uint64_t seed, int rows = 30) {
  Random random(seed);
  Profile profile;
  profile.path = "p" + std::to_string(seed) + ".json";
  profile.machine = "board";
  profile.model_sha256 = std::to_string(seed);
  for (int i = 0; i < rows; ++i) {
    ProfileRow row;
    row.output = "t" + std::to_string(i);
    const LayerFeatures layer = RandomLayer(&random);
    SetFeatures(layer, &row);
    row.ns = RegressionNs(layer, TrueMachine());
    profile.layers.push_back(row);
  }
  return profile;
}

std::vector<Profile> MakeProfiles(int count) {
  std::vector<Profile> profiles;
  for (int i = 0; i < count; ++i) profiles.push_back(MakeProfile(1000 + i));
  return profiles;
}

TEST(FitRegression, FindsTheMachineThatWasMeasured) {
  const RegressionModel model = FitRegression(MakeProfiles(8));
  EXPECT_EQ(model.name, "board");
  const RegressionModel truth = TrueMachine();
  ASSERT_EQ(model.classes.size(), truth.classes.size());
  for (const auto& [operator_class, coefficients] : truth.classes) {
    for (size_t i = 0; i < kRegressorCount; ++i) {
      EXPECT_NEAR(model.classes.at(operator_class)[i], coefficients[i],
                  1e-3 * coefficients[i] + 1e-4)
          << OperatorClassName(operator_class) << " " << i;
    }
  }
}

// What is measured together is one sum, whatever the rows of it say.
TEST(FitRegression, AGroupIsOneMeasurement) {
  std::vector<Profile> profiles = MakeProfiles(8);
  for (Profile& profile : profiles) {
    for (int i = 0; i + 1 < 20; i += 2) {
      ProfileRow& a = profile.layers[i];
      ProfileRow& b = profile.layers[i + 1];
      profile.groups.push_back({a.output, b.output});
      a.ns += b.ns;
      b.ns = 0;
    }
  }
  const RegressionModel model = FitRegression(profiles);
  for (const auto& [operator_class, coefficients] : TrueMachine().classes) {
    EXPECT_NEAR(model.classes.at(operator_class)[0], coefficients[0],
                1e-3 * coefficients[0])
        << OperatorClassName(operator_class);
  }
  for (const HeldOut& held_out : LeaveOneModelOut(profiles)) {
    EXPECT_NEAR(held_out.error, 0, 1e-3);
  }
}

TEST(FitRegression, MeasurementsAreRowsAndGroups) {
  Profile profile = MakeProfile(1, 4);
  profile.groups = {{"t3", "t1", "no such tensor"}};
  const auto measurements = MeasurementsOf(profile);
  const auto& rows = profile.layers;
  ASSERT_EQ(measurements.size(), 3u);
  EXPECT_THAT(measurements[0].layers, ElementsAre(*FeaturesOf(rows[0])));
  EXPECT_THAT(measurements[1].layers,
              ElementsAre(*FeaturesOf(rows[1]), *FeaturesOf(rows[3])));
  EXPECT_EQ(measurements[1].ns, rows[1].ns + rows[3].ns);
  EXPECT_EQ(measurements[2].ns, rows[2].ns);
}

TEST(FitRegression, CountsTheMeasurementsOfEachClass) {
  Profile profile = MakeProfile(1, 3);
  profile.layers[0].operator_class = "pooling";
  profile.layers[1].operator_class = "pooling";
  profile.layers[2].operator_class = "recurrent";
  profile.groups = {{"t1", "t2"}};
  EXPECT_THAT(CountMeasurements({profile, profile}),
              ElementsAre(Pair(OperatorClass::kRecurrent, ClassCount{2, 2}),
                          Pair(OperatorClass::kPooling, ClassCount{4, 2})));
  // Without a layer that leads it, a group is that of the most operations.
  profile.layers[2].operator_class = "normalization";
  profile.layers[1].operations = 10;
  profile.layers[2].operations = 20;
  EXPECT_THAT(CountMeasurements({profile}),
              ElementsAre(Pair(OperatorClass::kNormalization, ClassCount{1, 1}),
                          Pair(OperatorClass::kPooling, ClassCount{2, 1})));
}

// Elementwise layers that cost nothing behind a convolution, as runtimes fuse
// them, and are slow where they stand alone.
Profile FusedProfile(int groups, int alone) {
  Profile profile;
  profile.machine = "board";
  for (int i = 1; i <= groups; ++i) {
    ProfileRow convolution;
    convolution.output = "c" + std::to_string(i);
    SetFeatures({.operator_class = OperatorClass::kConvolution,
                 .operations = 1000000 * i,
                 .output_bytes = 1000},
                &convolution);
    convolution.ns = 200000 * i;
    ProfileRow relu;
    relu.output = "r" + std::to_string(i);
    SetFeatures({.operator_class = OperatorClass::kElementwise,
                 .bytes = 2000,
                 .output_bytes = 1000},
                &relu);
    profile.groups.push_back({convolution.output, relu.output});
    profile.layers.push_back(convolution);
    profile.layers.push_back(relu);
  }
  for (int i = 1; i <= alone; ++i) {
    ProfileRow row;
    row.output = "a" + std::to_string(i);
    SetFeatures({.operator_class = OperatorClass::kElementwise,
                 .bytes = 20000 * i,
                 .output_bytes = 10000 * i},
                &row);
    row.ns = 10000 * i;
    profile.layers.push_back(row);
  }
  return profile;
}

TEST(FitRegression, WhatCostsNothingInGroupsCostsSomethingAlone) {
  const LayerFeatures alone = {.operator_class = OperatorClass::kElementwise,
                               .bytes = 100000,
                               .output_bytes = 50000};
  const RegressionModel model = FitRegression({FusedProfile(50, 10)});
  EXPECT_NEAR(RegressionNs(alone, model), 50000, 500);
  // The convolution makes up for it, so that groups add up.
  const Profile fused = FusedProfile(50, 0);
  for (const Measurement& measurement : MeasurementsOf(fused)) {
    int64_t ns = 0;
    for (const auto& layer : measurement.layers) {
      ns += RegressionNs(layer, model);
    }
    EXPECT_NEAR(ns, measurement.ns, 2000);
  }
}

TEST(FitRegression, AClassThatWasHardlyMeasuredAloneTakesThePooledOnes) {
  const RegressionModel enough = FitRegression({FusedProfile(50, 5)});
  EXPECT_TRUE(enough.classes.contains(OperatorClass::kElementwise));
  const RegressionModel few = FitRegression({FusedProfile(50, 4)});
  EXPECT_FALSE(few.classes.contains(OperatorClass::kElementwise));
  EXPECT_TRUE(few.classes.contains(OperatorClass::kConvolution));
  const RegressionModel none = FitRegression({FusedProfile(4, 0)});
  EXPECT_TRUE(none.classes.empty());
}

// A fit that knows no time of a class must not say that it is 0.
TEST(FitRegression, AClassOfZerosIsLeftOut) {
  Profile profile = FusedProfile(50, 10);
  for (size_t i = 0; i < profile.layers.size(); ++i) {
    if (profile.layers[i].operator_class == "convolution") {
      profile.layers[i].ns = 1;
    }
  }
  const RegressionModel model = FitRegression({profile});
  EXPECT_FALSE(model.classes.contains(OperatorClass::kConvolution));
}

TEST(FitRegression, AClassThatNobodyMeasuredTakesThePooledCoefficients) {
  Profile profile;
  profile.machine = "board";
  for (int i = 1; i <= 10; ++i) {
    ProfileRow row;
    row.output = "t" + std::to_string(i);
    SetFeatures(
        {.operator_class = OperatorClass::kPooling, .operations = 1000 * i},
        &row);
    row.ns = 4000 + 2000 * i;
    profile.layers.push_back(row);
  }
  const RegressionModel model = FitRegression({profile});
  EXPECT_FALSE(model.classes.contains(OperatorClass::kRecurrent));
  EXPECT_EQ(RegressionNs({.operator_class = OperatorClass::kRecurrent,
                          .operations = 100000},
                         model),
            204000);
}

TEST(LeaveOneModelOut, DoesNotSeeTheModelThatItPredicts) {
  std::vector<Profile> profiles = MakeProfiles(4);
  for (ProfileRow& row : profiles[2].layers) row.ns *= 2;
  const auto held_out = LeaveOneModelOut(profiles);
  ASSERT_EQ(held_out.size(), 4u);
  // The others are exact, so the odd one is predicted to take half.
  EXPECT_NEAR(held_out[2].error, -0.5, 1e-3);
  EXPECT_NEAR(held_out[2].median_error, 0.5, 1e-3);
  EXPECT_EQ(held_out[2].measured_ns, [&] {
    int64_t sum = 0;
    for (const ProfileRow& row : profiles[2].layers) sum += row.ns;
    return sum;
  }());
  EXPECT_GT(held_out[0].error, 0.01);
}

TEST(LeaveOneModelOut, TwoProfilesOfOneModelAreOneModel) {
  std::vector<Profile> profiles = MakeProfiles(3);
  profiles.push_back(profiles[0]);
  for (ProfileRow& row : profiles[3].layers) row.ns *= 2;
  for (ProfileRow& row : profiles[0].layers) row.ns *= 2;
  const auto held_out = LeaveOneModelOut(profiles);
  ASSERT_EQ(held_out.size(), 4u);
  EXPECT_NEAR(held_out[0].error, -0.5, 1e-3);
  EXPECT_EQ(held_out[0], held_out[3]);
  EXPECT_TRUE(LeaveOneModelOut({profiles[0], profiles[3]}).empty());
}

std::string CheckError(void (*change)(Profile*), bool one_machine = false) {
  std::vector<Profile> profiles = MakeProfiles(2);
  for (Profile& profile : profiles) {
    profile.runtime_name = "onnxruntime";
    profile.runtime_version = "1.30.0";
    profile.threads = 1;
    profile.optimization = "all";
  }
  CheckFitProfiles(profiles, one_machine);
  change(&profiles[1]);
  return ErrorOf([&] { CheckFitProfiles(profiles, one_machine); });
}

TEST(CheckFitProfiles, RefusesProfilesOfTwoSettings) {
  EXPECT_EQ(CheckError([](Profile* p) { p->machine = "phone"; }),
            "E450 p1000.json and p1001.json were measured differently: "
            "\"machine\" is 'board' in the first and 'phone' in the second; "
            "fit profiles of one machine at a time, or give --name NAME if it "
            "is one");
  EXPECT_THAT(CheckError([](Profile* p) { p->threads = 4; }, true),
              HasSubstr("\"runtime.threads\" is '1' in the first and '4'"));
  EXPECT_THAT(CheckError([](Profile* p) { p->threads = 4; }),
              HasSubstr("\"runtime.threads\" is '1' in the first and '4'"));
  EXPECT_THAT(CheckError([](Profile* p) { p->threads.reset(); }),
              HasSubstr("'1' in the first and not stated in the second"));
  EXPECT_THAT(CheckError([](Profile* p) { p->runtime_name = "tvm"; }),
              HasSubstr("\"runtime.name\""));
  EXPECT_THAT(CheckError([](Profile* p) { p->runtime_version = "1.21.0"; }),
              HasSubstr("\"runtime.version\""));
  EXPECT_THAT(CheckError([](Profile* p) { p->optimization = "none"; }),
              HasSubstr("\"runtime.optimization\""));
}

TEST(CheckFitProfiles, ANameStandsForAllMachines) {
  std::vector<Profile> profiles = MakeProfiles(2);
  profiles[1].machine = "board-2";
  CheckFitProfiles(profiles, true);
  profiles[0].machine = profiles[1].machine = "trace";
  CheckFitProfiles(profiles, true);
  EXPECT_THAT(ErrorOf([&] { CheckFitProfiles(profiles, false); }),
              HasSubstr("E454 p1000.json"));
}

TEST(CheckFitProfiles, RefusesProfilesThatOneCannotLearnFrom) {
  EXPECT_THAT(CheckError([](Profile* p) { p->layers[3].kernel.reset(); }),
              HasSubstr("E451 p1001.json: 1 of 30 rows, that of 't3' first"));
  EXPECT_THAT(CheckError([](Profile* p) {
                for (ProfileRow& row : p->layers) row.ns = 0;
              }),
              HasSubstr("E452 p1001.json"));
  EXPECT_THAT(CheckError([](Profile* p) { p->layers.clear(); }),
              HasSubstr("E452"));
  EXPECT_THAT(CheckError([](Profile* p) {
                p->groups = {{"t0", "t1"}, {"t2", "t1"}};
              }),
              HasSubstr("E424 p1001.json: the layer that makes 't1'"));
}

}  // namespace
}  // namespace dnncut
