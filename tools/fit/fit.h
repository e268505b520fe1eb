// SPDX-License-Identifier: Apache-2.0
//
// Fits a regression to profiles (cost_models/measured) and says how far it can
// be trusted.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "cost_models/measured/fit_regression.h"
#include "cost_models/measured/profile.h"
#include "cost_models/measured/regression.h"

namespace dnncut {

struct FitOptions {
  std::vector<std::string> paths;   // of the profiles
  std::optional<std::string> name;  // of the fitted machine
};

struct FitReport {
  std::vector<Profile> profiles;
  RegressionModel model;
  size_t models = 0;
  std::map<OperatorClass, ClassCount> measurements;
  std::vector<HeldOut> held_out;  // by profile; empty for a single model
  double mean_error = 0;          // of the magnitudes of held_out's
};

// Reads the profiles, fits, and predicts each model by a fit to the others.
// Throws Error when a profile cannot be read, they do not go together (see
// CheckFitProfiles) or the machine has no name (E453).
FitReport Fit(const FitOptions& options, Warnings* warnings);

// For people. `path` is where the fitted machine was written, if anywhere.
std::string FitText(const FitReport& report,
                    const std::optional<std::string>& path);

// For programs: "dnncut.fit/1" of docs/formats.md.
nlohmann::ordered_json FitJson(const FitReport& report);

}  // namespace dnncut
