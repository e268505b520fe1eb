// SPDX-License-Identifier: Apache-2.0
//
// Fits a RegressionModel to profiles of one machine, and says how well it
// predicts models that it has not seen. `dnncut fit` does both.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "cost_models/measured/profile.h"
#include "cost_models/measured/regression.h"

namespace dnncut {

// What "dnncut profile --from-trace" calls a machine that it was not told.
inline constexpr std::string_view kUnnamedTraceMachine = "trace";

// Throws Error unless all profiles are of one machine, runtime, number of
// threads and optimisation (E450), say which machine (E454) and what their
// layers are (E451), have a time above 0 (E452), and have no row in two groups
// (E424). With `one_machine` the user says that it is one, whatever their
// names. Profiles of one model may be several.
void CheckFitProfiles(const std::vector<Profile>& profiles, bool one_machine);

// What was measured at once: a row, or the rows of a group.
struct Measurement {
  std::vector<LayerFeatures> layers;
  int64_t ns = 0;

  bool operator==(const Measurement&) const = default;
};

// In the order of the first rows.
std::vector<Measurement> MeasurementsOf(const Profile& profile);

// A class that owns fewer measurements is left to RegressionModel::other.
inline constexpr int64_t kEnoughOwnMeasurements = 5;

// The coefficients >= 0 with the smallest sum of squared errors, each error
// divided by the square root of its time (plus a floor); docs/formats.md says
// which measurements each class is fitted to. Its classes are those that own
// enough measurements and are not 0 throughout. The profiles passed
// CheckFitProfiles and are not empty.
RegressionModel FitRegression(const std::vector<Profile>& profiles);

// How often a class was measured.
struct ClassCount {
  int64_t all = 0;  // measurements in which a layer of it takes part
  // Of these, in which it is alone or has the most operations; a normalization,
  // pooling or elementwise class owns none with a convolution, matrix product
  // or recurrent layer.
  int64_t own = 0;

  bool operator==(const ClassCount&) const = default;
};

std::map<OperatorClass, ClassCount> CountMeasurements(
    const std::vector<Profile>& profiles);

// One profile, predicted by the fit to the profiles of all other models.
struct HeldOut {
  int64_t measured_ns = 0;  // sums over the layers
  int64_t predicted_ns = 0;
  double error = 0;         // (predicted - measured) / measured
  double median_error = 0;  // of the measurements' magnitudes of the same

  bool operator==(const HeldOut&) const = default;
};

// By profile; empty when all are of one model.
std::vector<HeldOut> LeaveOneModelOut(const std::vector<Profile>& profiles);

}  // namespace dnncut
