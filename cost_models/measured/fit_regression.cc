// SPDX-License-Identifier: Apache-2.0
//
// Fits a RegressionModel to profiles by weighted least squares with
// coefficients of at least 0, so no layer is ever predicted to take less than
// nothing.
//
// Three fits, each on what the ones before leave: one for layers of all classes
// together, for classes that were measured too seldom; then the classes of
// measurements in which no convolution, matrix product or recurrent layer takes
// part; then those leading classes, from the rest. FitRegression says why in
// this order.
//
// LeaveOneModelOut predicts each profile with a fit that has not seen its
// model. Models are told apart by their hashes, so a second profile of the same
// model is left out, too.
#include "cost_models/measured/fit_regression.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "compiler/base/error.h"
#include "cost_models/measured/nonnegative_least_squares.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// Added to every time: below it, the clock and the calls take more time than
// the layers.
constexpr double kFloorNs = 5000;

// What a message calls a value that a profile need not state.
std::string TextOf(const std::optional<int64_t>& number) {
  return number ? fmt::format("{}", *number) : "";
}

constexpr std::string_view kFitOneSetting =
    "fit profiles of one machine and setting at a time";

void RequireSame(const Profile& a, const Profile& b, std::string_view key,
                 const std::string& of_a, const std::string& of_b,
                 std::string_view advice = kFitOneSetting) {
  if (of_a == of_b) return;
  const auto text = [](const std::string& value) {
    return value.empty() ? "not stated" : fmt::format("'{}'", value);
  };
  Fail(ExitCode::kBadInput, "E450",
       "{} and {} were measured differently: \"{}\" is {} in the first and {} "
       "in the second; {}",
       a.path, b.path, key, text(of_a), text(of_b), advice);
}

void RequireSameMachine(const Profile& a, const Profile& b) {
  RequireSame(a, b, "machine", a.machine, b.machine,
              "fit profiles of one machine at a time, or give --name NAME if "
              "it is one");
  if (b.machine != kUnnamedTraceMachine) return;
  Fail(ExitCode::kBadInput, "E454",
       "{}: is made from a trace and does not say of which machine; give "
       "\"dnncut profile\" --machine NAME, or \"dnncut fit\" --name NAME if "
       "all profiles are of one machine",
       b.path);
}

void RequireSameSetting(const Profile& a, const Profile& b) {
  RequireSame(a, b, "runtime.name", a.runtime_name, b.runtime_name);
  RequireSame(a, b, "runtime.version", a.runtime_version, b.runtime_version);
  RequireSame(a, b, "runtime.threads", TextOf(a.threads), TextOf(b.threads));
  RequireSame(a, b, "runtime.optimization", a.optimization, b.optimization);
}

void RequireFeatures(const Profile& profile) {
  const auto lacks = [](const ProfileRow& row) { return !FeaturesOf(row); };
  const auto first =
      std::find_if(profile.layers.begin(), profile.layers.end(), lacks);
  if (first == profile.layers.end()) return;
  Fail(ExitCode::kBadInput, "E451",
       "{}: {} of {} rows, that of '{}' first, do not say what the layer is "
       "(\"class\", \"operations\", \"bytes\", \"output_bytes\", \"kernel\"); "
       "measure again with \"dnncut profile\" of this version",
       profile.path,
       std::count_if(profile.layers.begin(), profile.layers.end(), lacks),
       profile.layers.size(), first->output);
}

// By row: the number of its group; nullopt when it is in none.
std::vector<std::optional<size_t>> GroupOfRows(const Profile& profile) {
  std::map<std::string_view, size_t> group_of;
  for (size_t group = 0; group < profile.groups.size(); ++group) {
    for (const std::string& name : profile.groups[group]) {
      const auto [it, is_new] = group_of.emplace(name, group);
      if (is_new || it->second == group) continue;
      Fail(ExitCode::kBadInput, "E424",
           "{}: the layer that makes '{}' is in two groups, {} and {} of "
           "\"groups\"; join them",
           profile.path, name, it->second, group);
    }
  }
  std::vector<std::optional<size_t>> groups(profile.layers.size());
  for (size_t row = 0; row < groups.size(); ++row) {
    const auto it = group_of.find(profile.layers[row].output);
    if (it != group_of.end()) groups[row] = it->second;
  }
  return groups;
}

int64_t SumNs(const Profile& profile) {
  int64_t sum = 0;
  for (const ProfileRow& row : profile.layers) {
    sum = SaturatingAdd(sum, row.ns);
  }
  return sum;
}

// Errors are divided by this, so that neither the few long measurements nor the
// many short ones decide alone. Among the powers of the time, the square root
// left the smallest errors on models left out (docs/benchmarks.md).
double ScaleOf(const Measurement& measurement) {
  return std::sqrt(static_cast<double>(measurement.ns) + kFloorNs);
}

void AddRegressors(const LayerFeatures& layer, std::vector<double>* row,
                   size_t at) {
  const Regressors counts = RegressorsOf(layer);
  for (size_t i = 0; i < kRegressorCount; ++i) (*row)[at + i] += counts[i];
}

// Classes of layers with which runtimes fuse the layers that follow: a
// convolution and its activation take little longer than the convolution.
bool LeadsGroups(OperatorClass operator_class) {
  return operator_class == OperatorClass::kConvolution ||
         operator_class == OperatorClass::kDepthwiseConvolution ||
         operator_class == OperatorClass::kMatrixProduct ||
         operator_class == OperatorClass::kRecurrent;
}

// The class that a measurement says most about: that of the layer with the most
// operations, of the layers that lead groups if there are any.
OperatorClass OwnerOf(const Measurement& measurement) {
  const auto weight = [](const LayerFeatures& layer) {
    return std::pair(LeadsGroups(layer.operator_class), layer.operations);
  };
  return std::max_element(measurement.layers.begin(), measurement.layers.end(),
                          [&](const auto& a, const auto& b) {
                            return weight(a) < weight(b);
                          })
      ->operator_class;
}

std::vector<Measurement> AllMeasurements(const std::vector<Profile>& profiles) {
  std::vector<Measurement> all;
  for (const Profile& profile : profiles) {
    for (Measurement& measurement : MeasurementsOf(profile)) {
      all.push_back(std::move(measurement));
    }
  }
  return all;
}

// `row_of` gives the columns of a measurement, `ns_of` what they add up to.
template <typename RowOf, typename NsOf>
std::vector<double> Fit(const std::vector<Measurement>& measurements,
                        RowOf row_of, NsOf ns_of) {
  std::vector<std::vector<double>> rows;
  std::vector<double> targets;
  for (const Measurement& measurement : measurements) {
    const double scale = ScaleOf(measurement);
    std::vector<double> row = row_of(measurement);
    for (double& value : row) value /= scale;
    rows.push_back(std::move(row));
    targets.push_back(ns_of(measurement) / scale);
  }
  return SolveNonnegative(rows, targets);
}

// Six digits are more than any measurement has, and people read the file.
double Rounded(double value) {
  const std::string text = fmt::format("{:.6g}", value);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

Regressors Coefficients(const std::vector<double>& solution, size_t at) {
  Regressors coefficients = {};
  for (size_t i = 0; i < kRegressorCount; ++i) {
    coefficients[i] = Rounded(solution[at + i]);
  }
  return coefficients;
}

std::set<OperatorClass> ClassesOf(const Measurement& measurement) {
  std::set<OperatorClass> classes;
  for (const LayerFeatures& layer : measurement.layers) {
    classes.insert(layer.operator_class);
  }
  return classes;
}

Regressors FitOther(const std::vector<Measurement>& measurements) {
  const auto row_of = [](const Measurement& measurement) {
    std::vector<double> row(kRegressorCount, 0);
    for (const LayerFeatures& layer : measurement.layers) {
      AddRegressors(layer, &row, 0);
    }
    return row;
  };
  const auto ns_of = [](const Measurement& measurement) {
    return static_cast<double>(measurement.ns);
  };
  return Coefficients(Fit(measurements, row_of, ns_of), 0);
}

// The classes that own enough of the measurements, with their columns.
std::map<OperatorClass, size_t> FittedClasses(
    const std::vector<Measurement>& measurements) {
  std::map<OperatorClass, int64_t> owned;
  for (const Measurement& measurement : measurements) {
    ++owned[OwnerOf(measurement)];
  }
  std::map<OperatorClass, size_t> columns;
  for (const auto& [operator_class, count] : owned) {
    if (count < kEnoughOwnMeasurements) continue;
    const size_t column = columns.size() * kRegressorCount;
    columns[operator_class] = column;
  }
  return columns;
}

// Adds the classes that own enough of the measurements to the model. Layers of
// other classes are taken to need the time that the model predicts for them.
void FitClasses(const std::vector<Measurement>& measurements,
                RegressionModel* model) {
  const auto columns = FittedClasses(measurements);
  if (columns.empty()) return;
  const auto row_of = [&](const Measurement& measurement) {
    std::vector<double> row(columns.size() * kRegressorCount, 0);
    for (const LayerFeatures& layer : measurement.layers) {
      const auto it = columns.find(layer.operator_class);
      if (it != columns.end()) AddRegressors(layer, &row, it->second);
    }
    return row;
  };
  const auto ns_of = [&](const Measurement& measurement) {
    auto ns = static_cast<double>(measurement.ns);
    for (const LayerFeatures& layer : measurement.layers) {
      if (columns.contains(layer.operator_class)) continue;
      ns -= static_cast<double>(RegressionNs(layer, *model));
    }
    return ns;
  };
  const std::vector<double> solution = Fit(measurements, row_of, ns_of);
  for (const auto& [operator_class, column] : columns) {
    const Regressors coefficients = Coefficients(solution, column);
    if (coefficients == Regressors{}) continue;  // the others took all
    model->classes[operator_class] = coefficients;
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

HeldOut Compare(const Profile& profile, const RegressionModel& model) {
  HeldOut result;
  std::vector<double> errors;
  for (const Measurement& measurement : MeasurementsOf(profile)) {
    int64_t predicted_ns = 0;
    for (const LayerFeatures& layer : measurement.layers) {
      predicted_ns = SaturatingAdd(predicted_ns, RegressionNs(layer, model));
    }
    result.measured_ns = SaturatingAdd(result.measured_ns, measurement.ns);
    result.predicted_ns = SaturatingAdd(result.predicted_ns, predicted_ns);
    if (measurement.ns == 0) continue;
    const double error = static_cast<double>(predicted_ns - measurement.ns) /
                         static_cast<double>(measurement.ns);
    errors.push_back(error < 0 ? -error : error);
  }
  result.error = static_cast<double>(result.predicted_ns - result.measured_ns) /
                 static_cast<double>(result.measured_ns);
  result.median_error = Median(std::move(errors));
  return result;
}

}  // namespace

void CheckFitProfiles(const std::vector<Profile>& profiles, bool one_machine) {
  for (const Profile& profile : profiles) {
    if (!one_machine) RequireSameMachine(profiles.front(), profile);
    RequireSameSetting(profiles.front(), profile);
    RequireFeatures(profile);
    GroupOfRows(profile);
    if (SumNs(profile) == 0) {
      Fail(ExitCode::kBadInput, "E452",
           "{}: has no row with a time above 0; measure the model again",
           profile.path);
    }
  }
}

std::vector<Measurement> MeasurementsOf(const Profile& profile) {
  const std::vector<std::optional<size_t>> groups = GroupOfRows(profile);
  std::map<size_t, size_t> place_of_group;
  std::vector<Measurement> measurements;
  for (size_t i = 0; i < profile.layers.size(); ++i) {
    size_t place = measurements.size();
    if (groups[i])
      place = place_of_group.emplace(*groups[i], place).first->second;
    if (place == measurements.size()) measurements.emplace_back();
    Measurement& measurement = measurements[place];
    measurement.layers.push_back(FeaturesOf(profile.layers[i]).value());
    measurement.ns = SaturatingAdd(measurement.ns, profile.layers[i].ns);
  }
  return measurements;
}

RegressionModel FitRegression(const std::vector<Profile>& profiles) {
  const Profile& first = profiles.front();
  RegressionModel model;
  model.name = first.machine;
  model.runtime_name = first.runtime_name;
  model.runtime_version = first.runtime_version;
  model.threads = first.threads;
  model.optimization = first.optimization;
  std::vector<Measurement> led;
  std::vector<Measurement> others;
  std::vector<Measurement> all = AllMeasurements(profiles);
  model.other = FitOther(all);
  for (Measurement& measurement : all) {
    (LeadsGroups(OwnerOf(measurement)) ? led : others)
        .push_back(std::move(measurement));
  }
  // A layer that is fused behind a convolution costs nearly nothing there. If
  // its class were fitted to such groups, it would be predicted to cost nearly
  // nothing also in models where it stands alone. So its class is fitted to
  // measurements that no leading class takes part in, and the leading classes
  // are fitted to what is then left of the groups' times.
  FitClasses(others, &model);
  FitClasses(led, &model);
  return model;
}

std::map<OperatorClass, ClassCount> CountMeasurements(
    const std::vector<Profile>& profiles) {
  std::map<OperatorClass, ClassCount> counts;
  for (const Measurement& measurement : AllMeasurements(profiles)) {
    for (const OperatorClass operator_class : ClassesOf(measurement)) {
      ++counts[operator_class].all;
    }
    ++counts[OwnerOf(measurement)].own;
  }
  return counts;
}

std::vector<HeldOut> LeaveOneModelOut(const std::vector<Profile>& profiles) {
  std::map<std::string, RegressionModel> fitted;
  std::vector<HeldOut> held_out;
  for (const Profile& profile : profiles) {
    auto it = fitted.find(profile.model_sha256);
    if (it == fitted.end()) {
      std::vector<Profile> others;
      for (const Profile& other : profiles) {
        if (other.model_sha256 != profile.model_sha256) others.push_back(other);
      }
      if (others.empty()) return {};
      it = fitted.emplace(profile.model_sha256, FitRegression(others)).first;
    }
    held_out.push_back(Compare(profile, it->second));
  }
  return held_out;
}

}  // namespace dnncut
