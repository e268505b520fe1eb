// SPDX-License-Identifier: Apache-2.0
//
// Reads profiles, and finds the layer that each row was measured on.
//
// A row names its layer by a tensor that the layer makes. Names of tensors are
// unique in a model, and CheckProfileModel requires the hash of the very model
// that was measured, so a row cannot end up at another layer. Nothing is
// guessed: two rows of one layer are an error, and so is another operator than
// the row says; a layer without a row is an error unless the user has asked to
// estimate those; rows, groups and crossing times of tensors that the model
// lacks are left out with a warning.
#include "cost_models/measured/profile.h"

#include <algorithm>
#include <set>

#include "compiler/base/first_few.h"
#include "cost_models/machines/roofline.h"

namespace dnncut {
namespace {

constexpr size_t kNamesInMessage = 3;

// "'a', 'b', 'c' and 4 more".
std::string Names(const std::vector<std::string>& names) {
  return FirstFew(names.size(), kNamesInMessage,
                  [&](size_t i) { return fmt::format("'{}'", names[i]); });
}

std::string ReadHash(const JsonValue& model) {
  std::string hash = GetString(model, "sha256");
  bool valid = hash.size() == 64;
  for (char& c : hash) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    valid = valid && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
  if (!valid) {
    FailAt(GetMember(model, "sha256"), "must be 64 hexadecimal digits");
  }
  return hash;
}

DType ReadDType(const JsonValue& input) {
  const std::optional<DType> dtype = DTypeFromName(GetString(input, "dtype"));
  if (!dtype) {
    FailAt(GetMember(input, "dtype"),
           "must be a data type, for example \"float32\"");
  }
  return *dtype;
}

void ReadModel(const JsonValue& root, Profile* profile) {
  const JsonValue model = GetMember(root, "model");
  RefuseMisspeltKeys(model, {"file", "sha256", "inputs"});
  profile->model_file = FindString(model, "file").value_or("");
  profile->model_sha256 = ReadHash(model);
  if (!FindMember(model, "inputs")) return;
  for (const JsonValue& input : GetArray(model, "inputs")) {
    profile->model_inputs.push_back({.name = GetString(input, "name"),
                                     .dtype = ReadDType(input),
                                     .shape = GetInt64s(input, "shape", -1)});
  }
}

void ReadRuntime(const JsonValue& root, Profile* profile) {
  const std::optional<JsonValue> runtime = FindMember(root, "runtime");
  if (!runtime) return;
  profile->runtime_name = FindString(*runtime, "name").value_or("");
  profile->runtime_version = FindString(*runtime, "version").value_or("");
  profile->threads = FindInt64(*runtime, "threads", 1, 1 << 20);
  profile->optimization = FindString(*runtime, "optimization").value_or("");
}

std::optional<std::string> FindClassName(const JsonValue& row) {
  std::optional<std::string> name = FindString(row, "class");
  if (!name || FindOperatorClass(*name)) return name;
  FailAt(GetMember(row, "class"),
         "must be an operator class, for example \"convolution\"");
}

void ReadRows(const JsonValue& root, Profile* profile) {
  std::set<std::string> outputs;
  for (const JsonValue& element : GetArray(root, "layers")) {
    RefuseMisspeltKeys(
        element, {"output", "op", "ns", "spread_ns", "class", "operations",
                  "bytes", "output_bytes", "kernel", "calls"});
    ProfileRow row;
    row.output = GetString(element, "output");
    row.op = FindString(element, "op").value_or("");
    row.ns = GetInt64(element, "ns", 0, kMaxLayerNs);
    row.spread_ns = FindInt64(element, "spread_ns", 0, kMaxLayerNs);
    row.operator_class = FindClassName(element);
    row.operations = FindInt64(element, "operations", 0, kMaxCount);
    row.bytes = FindInt64(element, "bytes", 0, kMaxCount);
    row.output_bytes = FindInt64(element, "output_bytes", 0, kMaxCount);
    row.kernel = FindInt64(element, "kernel", 1, kMaxCount);
    row.calls = FindInt64(element, "calls", 0, kMaxCount);
    if (!outputs.insert(row.output).second) {
      Fail(ExitCode::kBadInput, "E420",
           "{}: the tensor '{}' has two rows in \"layers\"; keep one",
           profile->path, row.output);
    }
    profile->layers.push_back(std::move(row));
  }
}

void ReadGroups(const JsonValue& root, Profile* profile) {
  if (!FindMember(root, "groups")) return;
  for (const JsonValue& element : GetArray(root, "groups")) {
    std::vector<std::string> group;
    for (const JsonValue& name : AsArray(element)) {
      group.push_back(AsString(name));
    }
    profile->groups.push_back(std::move(group));
  }
}

// The layer that makes each tensor, by the tensor's name.
std::map<std::string_view, LayerId> MakersByName(const Graph& graph) {
  std::map<std::string_view, LayerId> makers;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.producer != kModelInput) makers[tensor.name] = tensor.producer;
  }
  return makers;
}

// `which` completes "... in "layers" that ...".
void WarnUnknown(const Profile& profile, std::string_view key,
                 std::string_view which,
                 const std::vector<std::string>& unknown, Warnings* warnings) {
  if (unknown.empty()) return;
  Warn(warnings, "W421", "{}: {} {} in \"{}\" that {}, ignored: {}",
       profile.path, unknown.size(), unknown.size() == 1 ? "tensor" : "tensors",
       key, which, Names(unknown));
}

constexpr std::string_view kNotMade = "no layer of the model makes";

void CheckOperator(const Profile& profile, const ProfileRow& row,
                   const Layer& layer) {
  if (row.op.empty() || row.op == layer.operation.op_type) return;
  Fail(ExitCode::kBadInput, "E422",
       "{}: says that '{}' is made by {}, but in the model it is {}; measure "
       "this model again",
       profile.path, row.output, row.op, layer.operation.op_type);
}

std::string FillAdvice(const Profile& profile) {
  if (FindBuiltin(profile.machine)) return "--fill roofline";
  return "--fill roofline:MACHINE, for example --fill "
         "roofline:raspberry-pi-4";
}

// What a layer without a row is called in messages.
std::string NameOf(const Graph& graph, const Layer& layer) {
  if (layer.outputs.empty()) return layer.name;
  return graph.tensors[layer.outputs.front()].name;
}

}  // namespace

std::optional<LayerFeatures> FeaturesOf(const ProfileRow& row) {
  if (!row.operator_class || !row.operations || !row.bytes ||
      !row.output_bytes || !row.kernel) {
    return std::nullopt;
  }
  const auto operator_class = FindOperatorClass(*row.operator_class);
  if (!operator_class) return std::nullopt;
  return LayerFeatures{.operator_class = *operator_class,
                       .operations = *row.operations,
                       .bytes = *row.bytes,
                       .calls = row.calls.value_or(1),
                       .output_bytes = *row.output_bytes,
                       .kernel = *row.kernel};
}

void SetFeatures(const LayerFeatures& features, ProfileRow* row) {
  row->operator_class = OperatorClassName(features.operator_class);
  row->operations = features.operations;
  row->bytes = features.bytes;
  row->output_bytes = features.output_bytes;
  row->kernel = features.kernel;
  row->calls = features.calls;
}

std::vector<ProfileInput> ProfileInputs(const Graph& graph) {
  std::vector<ProfileInput> inputs;
  for (int i = 0; i < graph.input_count; ++i) {
    const TensorType& type = graph.tensors[i].type;
    if (type.kind != TensorType::Kind::kTensor || !type.has_rank) continue;
    inputs.push_back({.name = graph.tensors[i].name,
                      .dtype = type.dtype,
                      .shape = type.shape});
  }
  return inputs;
}

Profile ReadProfile(const std::string& path) {
  return ParseProfile(
      ReadJsonFile(path, "a profile, as \"dnncut profile\" writes it"), path);
}

Profile ParseProfile(const JsonValue& root, const std::string& path) {
  CheckSchema(root, "dnncut.profile", 1);
  RefuseMisspeltKeys(
      root, {"machine", "runtime", "model", "layers", "whole_ns", "runs", "cv",
             "profiler_ratio", "groups", "cross_ns"});
  Profile profile;
  profile.path = path;
  profile.machine = GetString(root, "machine");
  if (profile.machine.empty()) FailAt(GetMember(root, "machine"), "is empty");
  ReadRuntime(root, &profile);
  ReadModel(root, &profile);
  ReadRows(root, &profile);
  profile.whole_ns = FindInt64(root, "whole_ns", 0, kMaxLayerNs);
  profile.runs = FindInt64(root, "runs", 1);
  profile.cv = FindDouble(root, "cv", 0);
  profile.profiler_ratio = FindDouble(root, "profiler_ratio", 0);
  ReadGroups(root, &profile);
  if (const auto cross_ns = FindMember(root, "cross_ns")) {
    for (const auto& [name, value] : AsItems(*cross_ns)) {
      profile.cross_ns[name] = AsInt64(value, 0, kMaxLayerNs);
    }
  }
  return profile;
}

void CheckProfileModel(const Profile& profile, const std::string& model_path,
                       const std::string& model_sha256) {
  if (profile.model_sha256 == model_sha256) return;
  const std::string measured = profile.model_file.empty()
                                   ? ""
                                   : fmt::format(" ('{}')", profile.model_file);
  Fail(ExitCode::kBadInput, "E421",
       "{}: was measured on another model{} with SHA-256 {}, but {} has {}; "
       "measure this model or give the one that was measured",
       profile.path, measured, profile.model_sha256, model_path, model_sha256);
}

std::vector<int64_t> ProfileNs(const Graph& graph, const Profile& profile,
                               const std::optional<LayerEstimates>& fill,
                               Warnings* warnings) {
  const auto makers = MakersByName(graph);
  std::vector<const ProfileRow*> rows(graph.layers.size(), nullptr);
  std::vector<std::string> unknown;
  for (const ProfileRow& row : profile.layers) {
    const auto it = makers.find(row.output);
    if (it == makers.end()) {
      unknown.push_back(row.output);
      continue;
    }
    const ProfileRow*& slot = rows[it->second];
    if (slot != nullptr) {
      Fail(
          ExitCode::kBadInput, "E420",
          "{}: '{}' and '{}' are made by the same layer, so it has two rows in "
          "\"layers\"; keep one",
          profile.path, slot->output, row.output);
    }
    CheckOperator(profile, row, graph.layers[it->second]);
    slot = &row;
  }
  WarnUnknown(profile, "layers", kNotMade, unknown, warnings);

  std::vector<int64_t> ns(graph.layers.size(), 0);
  std::vector<std::string> missing;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    if (rows[i] != nullptr) {
      ns[i] = rows[i]->ns;
      continue;
    }
    missing.push_back(NameOf(graph, layer));
    if (fill) ns[i] = fill->ns[i];
  }
  if (missing.empty()) return ns;
  if (!fill) {
    Fail(ExitCode::kBadInput, "E423",
         "{}: {} of {} layers have no row: those that make {}; measure them "
         "too or estimate them with {}",
         profile.path, missing.size(), graph.layers.size(), Names(missing),
         FillAdvice(profile));
  }
  Warn(warnings, "W422",
       "{}: {} of {} layers have no row and are estimated for {}: those that "
       "make {}",
       profile.path, missing.size(), graph.layers.size(), fill->machine,
       Names(missing));
  return ns;
}

std::vector<std::optional<int>> ProfileGroups(const Graph& graph,
                                              const Profile& profile,
                                              Warnings* warnings) {
  std::vector<std::optional<int>> groups;
  if (profile.groups.empty()) return groups;
  groups.resize(graph.layers.size());
  const auto makers = MakersByName(graph);
  std::vector<std::string> unknown;
  for (size_t group = 0; group < profile.groups.size(); ++group) {
    for (const std::string& name : profile.groups[group]) {
      const auto it = makers.find(name);
      if (it == makers.end()) {
        unknown.push_back(name);
        continue;
      }
      std::optional<int>& slot = groups[it->second];
      if (slot && *slot != static_cast<int>(group)) {
        Fail(ExitCode::kBadInput, "E424",
             "{}: the layer that makes '{}' is in two groups, {} and {} of "
             "\"groups\"; join them",
             profile.path, name, *slot, group);
      }
      slot = static_cast<int>(group);
    }
  }
  WarnUnknown(profile, "groups", kNotMade, unknown, warnings);
  return groups;
}

std::vector<int64_t> ProfileCrossNs(const Graph& graph, const Profile& profile,
                                    Warnings* warnings) {
  std::vector<int64_t> cross_ns(graph.tensors.size(), 0);
  std::set<std::string_view> known;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    const std::string& name = graph.tensors[i].name;
    const auto it = profile.cross_ns.find(name);
    if (it == profile.cross_ns.end()) continue;
    cross_ns[i] = it->second;
    known.insert(name);
  }
  std::vector<std::string> unknown;
  for (const auto& [name, ns] : profile.cross_ns) {
    if (!known.contains(name)) unknown.push_back(name);
  }
  WarnUnknown(profile, "cross_ns", "the model does not have", unknown,
              warnings);
  return cross_ns;
}

}  // namespace dnncut
