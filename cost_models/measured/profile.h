// SPDX-License-Identifier: Apache-2.0
//
// Measured times from a "dnncut.profile/1" file (docs/formats.md). Rows are
// keyed by the name of any output tensor of a layer, because layer names may be
// empty or stand twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/files/json_file.h"
#include "compiler/model/graph.h"
#include "cost_models/measured/layer_features.h"

namespace dnncut {

struct ProfileRow {
  std::string output;  // a tensor that the layer makes
  std::string op;      // its operator, checked when not empty
  int64_t ns = 0;
  std::optional<int64_t> spread_ns;  // how far repetitions lay apart

  // What the layer is, for a regression over profiles (see CountOperation).
  std::optional<std::string> operator_class;  // "class": an OperatorClassName
  std::optional<int64_t> operations;
  std::optional<int64_t> bytes;         // read and written, weights included
  std::optional<int64_t> output_bytes;  // of what it makes
  std::optional<int64_t> kernel;        // elements of its window, 1 without
  std::optional<int64_t> calls;         // of kernels; 1 when missing

  bool operator==(const ProfileRow&) const = default;
};

// What the row says of its layer; nullopt unless it says all but `calls`.
std::optional<LayerFeatures> FeaturesOf(const ProfileRow& row);
void SetFeatures(const LayerFeatures& features, ProfileRow* row);

struct ProfileInput {
  std::string name;
  DType dtype = DType::kUndefined;
  std::vector<int64_t> shape;  // -1: not known

  bool operator==(const ProfileInput&) const = default;
};

// The inputs of the model at hand that have a rank, in its order.
std::vector<ProfileInput> ProfileInputs(const Graph& graph);

struct Profile {
  std::string path;     // as the user gave it, for messages
  std::string machine;  // a name for people
  // The runtime that was measured; empty or nullopt when the file does not say.
  std::string runtime_name;
  std::string runtime_version;
  std::optional<int64_t> threads;
  std::string optimization;
  std::string model_file;
  std::string model_sha256;                // lower-case hex
  std::vector<ProfileInput> model_inputs;  // empty when not in the file
  std::vector<ProfileRow> layers;
  std::optional<int64_t> whole_ns;  // one run of the whole model
  // How the whole runs were measured: their number, the standard deviation as
  // a share of the mean, and how much slower the runs of `layers` were.
  std::optional<int64_t> runs;
  std::optional<double> cv;
  std::optional<double> profiler_ratio;
  // Layers that the runtime fuses, as output tensors; they share a side.
  std::vector<std::vector<std::string>> groups;
  std::map<std::string, int64_t> cross_ns;  // by tensor

  bool operator==(const Profile&) const = default;
};

// Throws Error when the file breaks its format. `path` is for messages.
Profile ParseProfile(const JsonValue& root, const std::string& path);
Profile ReadProfile(const std::string& path);

// Throws Error E421 unless the profile was measured on this model.
void CheckProfileModel(const Profile& profile, const std::string& model_path,
                       const std::string& model_sha256);

// The times of layers on a machine of that name, estimated.
struct LayerEstimates {
  std::string machine;
  std::vector<int64_t> ns;  // by LayerId
};

// By LayerId. A layer without a row takes its time from `fill` and is warned
// about; without `fill` it is Error E423, which says how to fill. Rows
// of tensors that no layer of the graph makes are warned about (W421).
std::vector<int64_t> ProfileNs(const Graph& graph, const Profile& profile,
                               const std::optional<LayerEstimates>& fill,
                               Warnings* warnings);

// By LayerId: the number of the layer's group, for Placement::groups. Empty
// when the profile has no groups.
std::vector<std::optional<int>> ProfileGroups(const Graph& graph,
                                              const Profile& profile,
                                              Warnings* warnings);

// By TensorId, for CostTable::cross_ns; 0 where nothing was measured.
std::vector<int64_t> ProfileCrossNs(const Graph& graph, const Profile& profile,
                                    Warnings* warnings);

}  // namespace dnncut
