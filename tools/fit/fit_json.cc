// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tools/fit/fit.h"

namespace dnncut {

nlohmann::ordered_json FitJson(const FitReport& report) {
  nlohmann::ordered_json measurements = nlohmann::ordered_json::object();
  for (const auto& [operator_class, count] : report.measurements) {
    measurements[std::string(OperatorClassName(operator_class))] = {
        {"all", count.all}, {"own", count.own}};
  }
  nlohmann::ordered_json models = nlohmann::ordered_json::array();
  for (size_t i = 0; i < report.held_out.size(); ++i) {
    const HeldOut& held_out = report.held_out[i];
    models.push_back({{"profile", report.profiles[i].path},
                      {"model", report.profiles[i].model_file},
                      {"measured_ns", held_out.measured_ns},
                      {"predicted_ns", held_out.predicted_ns},
                      {"error", held_out.error},
                      {"median_layer_error", held_out.median_error}});
  }
  nlohmann::ordered_json json = {{"schema", "dnncut.fit/1"},
                                 {"models", report.models},
                                 {"measurements", measurements},
                                 {"left_out", models},
                                 {"mean_absolute_error", nullptr},
                                 {"machine", RegressionJson(report.model)}};
  if (!report.held_out.empty()) {
    json["mean_absolute_error"] = report.mean_error;
  }
  return json;
}

}  // namespace dnncut
