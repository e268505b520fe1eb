// SPDX-License-Identifier: Apache-2.0
//
// Files that say what layers cost, as --device and --server take them:
// profiles, machines and fitted machines. What is read is used on a small
// model, and written and read again.
#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "compiler/files/json_file.h"
#include "compiler/problem/make_problem.h"
#include "compiler/table/cut_table.h"
#include "cost_models/measured/fit_regression.h"
#include "cost_models/measured/profile_writer.h"
#include "frontends/onnx_frontend.h"
#include "tests/backends/test_models.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/json_mutation.h"
#include "tools/compile/machine_costs.h"

namespace dnncut {
namespace {

struct ProfiledModel {
  SourceModel model;
  Graph graph;
};

const ProfiledModel& Profiled() {
  static const ProfiledModel profiled = [] {
    const std::string path = FuzzFolder() + "/net.onnx";
    WriteFuzzFile(path, ChainModel().SerializeAsString());
    ProfiledModel made;
    Warnings warnings;
    made.model = LoadModel(path, {}, &warnings);
    made.graph = ImportGraph(made.model, {}, &warnings);
    return made;
  }();
  return profiled;
}

// A profile of that model in which everything is said that can be said.
Profile FullProfile() {
  const Graph& graph = Profiled().graph;
  Profile profile;
  profile.machine = "raspberry-pi-4";
  profile.runtime_name = "onnxruntime";
  profile.runtime_version = "1.30.0";
  profile.threads = 4;
  profile.optimization = "all";
  profile.model_file = "net.onnx";
  profile.model_sha256 = Profiled().model.sha256;
  profile.model_inputs = ProfileInputs(graph);
  for (size_t l = 0; l < graph.layers.size(); ++l) {
    const std::string& output = graph.tensors[graph.layers[l].outputs[0]].name;
    ProfileRow row;
    row.output = output;
    row.op = graph.layers[l].operation.op_type;
    row.ns = 1000 + static_cast<int64_t>(l);
    row.spread_ns = 10;
    SetFeatures({}, &row);
    profile.layers.push_back(row);
    profile.cross_ns[output] = 5;
  }
  profile.whole_ns = 7000;
  profile.runs = 20;
  profile.cv = 0.01;
  profile.profiler_ratio = 1.7;
  profile.groups = {{profile.layers[0].output, profile.layers[1].output}};
  return profile;
}

constexpr char kMachine[] = R"({
  "schema": "dnncut.machine/1", "name": "my-board", "description": "d",
  "source": "s", "peak_gflops": {"float32": 57.6, "int8": 76.8},
  "memory_gb_per_s": 12.8, "memory_efficiency": 0.35, "layer_ns": 20000,
  "memory_bytes": 2147483648,
  "efficiency": {"convolution": 0.5, "elementwise": 0.15}})";

// With it on one side, and on the other what it can also be filled with.
void Use(const std::string& path) {
  Warnings warnings;
  const auto costs = [&](const Fill& fill) {
    return LoadMachineCosts(path, fill, {}, Profiled().model, Profiled().graph,
                            {}, &warnings);
  };
  const Graph& graph = Profiled().graph;
  const MachineCosts device = costs({});
  const MachineCosts server = costs({true, "t4"});
  Placement placement;
  placement.groups =
      CombineGroups({device, server}, static_cast<int>(graph.layers.size()));
  const Problem problem =
      MakeProblem(graph, CombineCosts({device, server}, graph), {}, placement);
  BuildCutTable(problem, MakeBlockGraph(problem));
}

void CheckProfile(const std::string& path) {
  const Profile profile = ReadProfile(path);
  WriteFuzzFile(path, ProfileJson(profile).dump());
  if (ReadProfile(path) != profile) Finding("the profile reads differently");
  CheckFitProfiles({profile}, true);
  const RegressionModel model = FitRegression({profile});
  WriteFuzzFile(path, RegressionText(model));
  if (ParseRegression(ReadJsonFile(path)) != model)
    Finding("the fit reads differently");
  LeaveOneModelOut({profile, profile});
}

void CheckRegression(const std::string& path) {
  const RegressionModel model = ParseRegression(ReadJsonFile(path));
  WriteFuzzFile(path, RegressionText(model));
  if (ParseRegression(ReadJsonFile(path)) != model)
    Finding("the fit reads differently");
}

// Error is what bad input deserves.
void Try(void (*step)(const std::string& path), const std::string& path,
         std::string_view content) {
  WriteFuzzFile(path, content);
  try {
    step(path);
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  const Profile profile = FullProfile();
  Profile short_profile;
  short_profile.machine = "board";
  short_profile.model_sha256 = profile.model_sha256;
  short_profile.layers = {{"b", "Mul", 7}};
  return {ProfileJson(profile).dump(), ProfileJson(short_profile).dump(),
          RegressionText(FitRegression({profile})), kMachine};
}

}  // namespace dnncut

extern "C" {

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dnncut;
  const std::string path = FuzzFolder() + "/costs.json";
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  Try(&Use, path, content);
  Try(&CheckProfile, path, content);
  Try(&CheckRegression, path, content);
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  return dnncut::MutateJson(data, size, max_size, seed);
}

}  // extern "C"
