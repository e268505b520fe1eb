// SPDX-License-Identifier: Apache-2.0
//
// Predicts times with a linear model for each class of operators. It is fitted
// to profiles (fit_regression.h) and kept in a "dnncut.regression/1" file
// (docs/formats.md). It serves where there are profiles of a machine, but none
// of the model that is to be compiled.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/files/json_file.h"
#include "compiler/model/graph.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/measured/layer_features.h"

namespace dnncut {

// What the model is linear in, in this order everywhere.
enum class Regressor {
  kCall,        // calls of kernels
  kOperation,   // arithmetic operations
  kByte,        // bytes read and written
  kOutputByte,  // bytes of the outputs
  kWindowByte,  // output bytes * (kernel - 1): what a window reads again
};
inline constexpr size_t kRegressorCount = 5;

// By Regressor. As features they are counts, as coefficients ns of one each.
using Regressors = std::array<double, kRegressorCount>;

Regressors RegressorsOf(const LayerFeatures& features);

struct RegressionModel {
  std::string name;         // of the machine
  std::string description;  // one line for people
  // The runtime that was measured; empty or nullopt when the profiles do not
  // name it.
  std::string runtime_name;
  std::string runtime_version;
  std::optional<int64_t> threads;
  std::string optimization;
  // Coefficients >= 0. `other` is for classes that are missing.
  std::map<OperatorClass, Regressors> classes;
  Regressors other = {};

  bool operator==(const RegressionModel&) const = default;
};

// Rounded half up, 0 .. kMaxLayerNs. The same number on every computer.
int64_t RegressionNs(const LayerFeatures& features,
                     const RegressionModel& model);

// By LayerId; the sum of a unit's layers is shared out by their work.
std::vector<int64_t> RegressionNs(const Graph& graph, const Fusion& fusion,
                                  const RegressionModel& model);

// Throws Error when the file breaks its format.
RegressionModel ParseRegression(const JsonValue& root);

// Such a file as a value, and its text.
nlohmann::ordered_json RegressionJson(const RegressionModel& model);
std::string RegressionText(const RegressionModel& model);

}  // namespace dnncut
