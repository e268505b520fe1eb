// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/regression.h"

#include <algorithm>

#include "compiler/files/json_file.h"
#include "compiler/files/json_text.h"
#include "cost_models/fusion/fused_costs.h"
#include "cost_models/machines/class_key.h"
#include "cost_models/machines/roofline.h"

namespace dnncut {
namespace {

constexpr double kMaxCoefficient = 1e12;  // ns; products stay finite

constexpr std::array<std::string_view, kRegressorCount> kKeys = {
    "ns_per_call", "ns_per_operation", "ns_per_byte", "ns_per_output_byte",
    "ns_per_window_byte"};

std::vector<std::string> KnownKeys() { return {kKeys.begin(), kKeys.end()}; }

Regressors ReadCoefficients(const JsonValue& object) {
  RefuseMisspeltKeys(object, KnownKeys());
  Regressors coefficients = {};
  for (size_t i = 0; i < kRegressorCount; ++i) {
    coefficients[i] = GetDouble(object, kKeys[i], 0, kMaxCoefficient);
  }
  return coefficients;
}

std::map<OperatorClass, Regressors> ReadClasses(const JsonValue& root) {
  std::map<OperatorClass, Regressors> classes;
  for (const auto& [name, value] : AsItems(GetMember(root, "classes"))) {
    classes[ReadClassKey(name, value)] = ReadCoefficients(value);
  }
  return classes;
}

nlohmann::ordered_json CoefficientsJson(const Regressors& coefficients) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (size_t i = 0; i < kRegressorCount; ++i) {
    json[std::string(kKeys[i])] = coefficients[i];
  }
  return json;
}

}  // namespace

Regressors RegressorsOf(const LayerFeatures& features) {
  const auto output_bytes = static_cast<double>(features.output_bytes);
  return {static_cast<double>(features.calls),
          static_cast<double>(features.operations),
          static_cast<double>(features.bytes), output_bytes,
          output_bytes * static_cast<double>(features.kernel - 1)};
}

int64_t RegressionNs(const LayerFeatures& features,
                     const RegressionModel& model) {
  const auto it = model.classes.find(features.operator_class);
  const Regressors& coefficients =
      it == model.classes.end() ? model.other : it->second;
  const Regressors counts = RegressorsOf(features);
  double ns = 0;
  for (size_t i = 0; i < kRegressorCount; ++i) {
    ns += coefficients[i] * counts[i];
  }
  return RoundLayerNs(ns);
}

std::vector<int64_t> RegressionNs(const Graph& graph, const Fusion& fusion,
                                  const RegressionModel& model) {
  std::vector<int64_t> ns;
  ns.reserve(graph.layers.size());
  for (const LayerFeatures& features : CountFeatures(graph, fusion)) {
    ns.push_back(RegressionNs(features, model));
  }
  return ShareOut(graph, fusion, ns);
}

RegressionModel ParseRegression(const JsonValue& root) {
  CheckSchema(root, "dnncut.regression", 1);
  RefuseMisspeltKeys(root,
                     {"name", "description", "runtime", "classes", "other"});
  RegressionModel model;
  model.name = GetString(root, "name");
  if (model.name.empty()) FailAt(GetMember(root, "name"), "is empty");
  model.description = FindString(root, "description").value_or("");
  if (const auto runtime = FindMember(root, "runtime")) {
    RefuseMisspeltKeys(*runtime,
                       {"name", "version", "threads", "optimization"});
    model.runtime_name = FindString(*runtime, "name").value_or("");
    model.runtime_version = FindString(*runtime, "version").value_or("");
    model.threads = FindInt64(*runtime, "threads", 1, 1 << 20);
    model.optimization = FindString(*runtime, "optimization").value_or("");
  }
  model.classes = ReadClasses(root);
  model.other = ReadCoefficients(GetMember(root, "other"));
  return model;
}

nlohmann::ordered_json RegressionJson(const RegressionModel& model) {
  nlohmann::ordered_json runtime = nlohmann::ordered_json::object();
  if (!model.runtime_name.empty()) runtime["name"] = model.runtime_name;
  if (!model.runtime_version.empty()) {
    runtime["version"] = model.runtime_version;
  }
  if (model.threads) runtime["threads"] = *model.threads;
  if (!model.optimization.empty()) {
    runtime["optimization"] = model.optimization;
  }
  nlohmann::ordered_json classes = nlohmann::ordered_json::object();
  for (const auto& [operator_class, coefficients] : model.classes) {
    classes[std::string(OperatorClassName(operator_class))] =
        CoefficientsJson(coefficients);
  }
  return {{"schema", "dnncut.regression/1"},
          {"name", model.name},
          {"description", model.description},
          {"runtime", runtime},
          {"classes", classes},
          {"other", CoefficientsJson(model.other)}};
}

std::string RegressionText(const RegressionModel& model) {
  return IndentedJson(RegressionJson(model));
}

}  // namespace dnncut
