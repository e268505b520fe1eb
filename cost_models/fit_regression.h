// SPDX-License-Identifier: Apache-2.0
//
// Fits a RegressionModel to profiles of one machine, and says how well it
// predicts models that it has not seen. `dnncut fit` does both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cost_models/profile.h"
#include "cost_models/regression.h"

namespace dnncut {

// Throws Error unless all profiles are of one machine, runtime, number of
// threads and optimisation (E450), say what their layers are (E451), have a
// time above 0 (E452), and have no row in two groups (E424). Profiles of one
// model may be several.
void CheckFitProfiles(const std::vector<Profile>& profiles);

// What was measured at once: a row, or the rows of a group.
struct Measurement {
  std::vector<LayerFeatures> layers;
  int64_t ns = 0;

  bool operator==(const Measurement&) const = default;
};

// In the order of the first rows.
std::vector<Measurement> MeasurementsOf(const Profile& profile);

// The coefficients >= 0 with the smallest sum of squared errors, each error
// divided by the square root of its time (plus a floor). The profiles passed
// CheckFitProfiles and are not empty.
RegressionModel FitRegression(const std::vector<Profile>& profiles);

// In how many measurements a layer of the class takes part.
std::map<OperatorClass, int64_t> CountMeasurements(
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
