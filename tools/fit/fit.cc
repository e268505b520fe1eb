// SPDX-License-Identifier: Apache-2.0
//
// With profiles of two models or more, those of each are predicted by a fit to
// the others, which is the error to expect on a model that was not measured.
// With few models that error itself says little, which is a warning.
#include "tools/fit/fit.h"

#include <fmt/format.h>

#include <set>

#include "compiler/base/unit_text.h"
#include "tools/text/percent.h"

namespace dnncut {
namespace {

// Fewer models say little about the error on others.
constexpr size_t kEnoughModels = 8;

double Magnitude(double value) { return value < 0 ? -value : value; }

size_t CountModels(const std::vector<Profile>& profiles) {
  std::set<std::string> hashes;
  for (const Profile& profile : profiles) hashes.insert(profile.model_sha256);
  return hashes.size();
}

std::string Describe(const FitReport& report) {
  std::string text =
      fmt::format("fitted to profiles of {}",
                  FormatPlural(static_cast<int64_t>(report.models), "model"));
  if (report.held_out.empty()) return text;
  return text + "; mean error on a model left out " +
         FormatPercent(report.mean_error);
}

void WarnOfUnfittedClasses(const FitReport& report, Warnings* warnings) {
  for (const auto& [operator_class, count] : report.measurements) {
    if (report.model.classes.contains(operator_class)) continue;
    const std::string reason =
        count.own < kEnoughOwnMeasurements
            ? fmt::format(
                  "was measured {}, of which {} on its own, fewer than "
                  "{}",
                  FormatPlural(count.all, "time"), count.own,
                  kEnoughOwnMeasurements)
            : "took no longer than what is fused with it takes alone";
    Warn(warnings, "W452",
         "{} {}, so it is predicted like any other class; add profiles of "
         "models in which it stands alone",
         OperatorClassName(operator_class), reason);
  }
}

}  // namespace

FitReport Fit(const FitOptions& options, Warnings* warnings) {
  FitReport report;
  for (const std::string& path : options.paths) {
    report.profiles.push_back(ReadProfile(path));
  }
  CheckFitProfiles(report.profiles, options.name.has_value());
  report.models = CountModels(report.profiles);
  report.model = FitRegression(report.profiles);
  if (options.name) report.model.name = *options.name;
  if (report.model.name.empty()) {
    Fail(ExitCode::kUsage, "E453",
         "--name is empty; give the fitted machine a name");
  }
  report.measurements = CountMeasurements(report.profiles);
  report.held_out = LeaveOneModelOut(report.profiles);
  for (const HeldOut& held_out : report.held_out) {
    report.mean_error +=
        Magnitude(held_out.error) / static_cast<double>(report.held_out.size());
  }
  report.model.description = Describe(report);
  if (report.held_out.empty()) {
    Warn(warnings, "W450",
         "all profiles are of one model, so nothing says how well others are "
         "predicted; give profiles of {} models or more",
         kEnoughModels);
  } else if (report.models < kEnoughModels) {
    Warn(warnings, "W451",
         "the error on models left out is that of {} models only; with {} or "
         "more it says something about others",
         report.models, kEnoughModels);
  }
  WarnOfUnfittedClasses(report, warnings);
  return report;
}

}  // namespace dnncut
