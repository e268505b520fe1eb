// SPDX-License-Identifier: Apache-2.0
//
// The model runs without the profiler, which gives the time of the whole, and
// with it, which gives each node's share of that time: a profiler slows a run
// down, but shares change little. The copy that is traced has names of ours, by
// which each node of the optimised graph is traced back to its layers
// (trace_mapping.h). What cannot be traced back is counted with others, so that
// the sum stays the measured whole. Other runtimes' reports (report_mapping.cc)
// say no time of the whole; there it is the sum.
#include "tools/profile/profile.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "compiler/base/unit_text.h"
#include "compiler/files/scratch_folder.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/machines/roofline.h"
#include "cost_models/measured/layer_features.h"
#include "cost_models/measured/onnxruntime_trace.h"
#include "cost_models/measured/runtime_report.h"
#include "tools/profile/trace_mapping.h"
#include "tools/runtime/median.h"
#include "tools/runtime/model_copy.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_model.h"
#include "tools/runtime/onnxruntime_run.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

constexpr double kNoisyCv = 0.05;
constexpr double kLostShare = 0.01;
// The profiler keeps a million events and silently leaves out the rest.
constexpr int kMaxProfilerRuns = 100;
constexpr int kMaxProfilerWarmUp = 10;
constexpr int64_t kNsPerUs = 1000;

// What was measured, before it is said of layers.
struct Measurement {
  std::string runtime_name = "onnxruntime";
  std::string runtime_version;
  std::optional<int64_t> threads;
  std::string optimization = "unknown";
  int64_t whole_ns = 0;
  std::vector<int64_t> run_ns;  // of the whole model, each
  std::optional<int64_t> runs;  // their number, when only that is known
  std::optional<double> profiler_ratio;
  LayerTimes layers;
};

// Four digits: more would not be the same the next time.
double Rounded(double value) { return std::round(value * 1e4) / 1e4; }

// The standard deviation as a share of the mean; nullopt for less than two.
std::optional<double> Variation(const std::vector<int64_t>& values) {
  if (values.size() < 2) return std::nullopt;
  double sum = 0;
  for (const int64_t value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  if (mean <= 0) return std::nullopt;
  double squares = 0;
  for (const int64_t value : values) {
    const double off = static_cast<double>(value) - mean;
    squares += off * off;
  }
  return std::sqrt(squares / static_cast<double>(values.size() - 1)) / mean;
}

// A copy of the model whose nodes have names that lead back to them.
std::string WriteNamedCopy(const SourceModel& model,
                           const ScratchFolder& folder) {
  onnx::ModelProto named = model.proto;
  NameNodes(&named);
  return WriteModelCopy(model, std::move(named), folder);
}

onnx::ModelProto ReadSavedModel(const std::string& path) {
  onnx::ModelProto saved;
  std::ifstream file(path, std::ios::binary);
  if (!file || !saved.ParseFromIstream(&file)) {
    Fail(ExitCode::kIo, "E435",
         "the optimised model that ONNX Runtime saved cannot be read: {}; is "
         "there room in the folder for temporary files?",
         path);
  }
  return saved;
}

Measurement Measure(const ProfileOptions& options, const SourceModel& model,
                    const Graph& graph, Progress* progress) {
  const OnnxRuntime runtime =
      RequireOnnxRuntime(options.onnxruntime, "profile");
  const RunInputs inputs = MakeInputs(InputsOf(model, graph),
                                      OutputsOf(model, graph), options.inputs);
  progress->Stage("copying the model");
  const ScratchFolder folder;
  const std::string path = WriteNamedCopy(model, folder);

  RunOptions run;
  run.optimization = options.optimization;
  run.provider = options.provider;
  run.threads =
      options.threads > 0
          ? options.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  run.warm_up = options.warm_up;
  run.runs = options.runs;
  run.want_outputs = false;
  run.timeout_seconds = options.timeout_seconds;
  run.shown_path = options.model_path;
  const auto run_as = [&](const std::string& stage) {
    progress->Stage(stage);
    return RunOnInputs(path, inputs.values, inputs.any_made_up, run, runtime,
                       [&](int64_t done, int64_t all) {
                         progress->Count(stage, done, all, "runs");
                       });
  };
  Measurement result;
  result.run_ns = run_as("running the model").run_ns;
  run.trace_folder = folder.path();
  run.optimized_model = folder.File("optimized.onnx");
  run.runs = std::min(run.runs, kMaxProfilerRuns);
  run.warm_up = std::min(run.warm_up, kMaxProfilerWarmUp);
  const RunResult traced = [&] {
    try {
      return run_as("running the model with the profiler");
    } catch (const Error& error) {
      // It has run before; now it is to be saved, too.
      if (error.id() == "E704" && folder.HasNoRoomForMore()) folder.FailFull();
      throw;
    }
  }();

  progress->Stage("mapping times to layers");
  result.runtime_version = runtime.version;
  result.threads = run.threads;
  result.optimization = OptimizationName(options.optimization);
  result.whole_ns = MedianNs(result.run_ns);
  result.profiler_ratio =
      Rounded(static_cast<double>(MedianNs(traced.run_ns)) /
              static_cast<double>(std::max<int64_t>(1, result.whole_ns)));
  const onnx::ModelProto saved = ReadSavedModel(run.optimized_model);
  const RuntimeTrace trace = ReadTrace(traced.trace, /*needs_nodes=*/false);
  result.layers =
      MapSavedGraph(graph, saved.graph(), NodeTimes(trace, run.warm_up));
  return result;
}

int64_t WholeNs(double sum_us) {
  return static_cast<int64_t>(
      std::min(sum_us * kNsPerUs, static_cast<double>(kMaxLayerNs)));
}

Measurement FromTrace(const ProfileOptions& options, const SourceModel& model,
                      const Graph& graph, Progress* progress) {
  progress->Stage(fmt::format("reading {}", options.times_path));
  const RuntimeTrace trace = ReadTrace(options.times_path);
  const std::vector<NodeTime> nodes = NodeTimes(trace, options.warm_up);
  Measurement result;
  result.layers =
      MapOwnNames(graph, model.proto.graph(), nodes, options.times_path);
  const int64_t runs = std::ssize(trace.run_us);
  // At least one run counts, if the trace says how long runs took.
  const int64_t warm_up =
      std::min<int64_t>(options.warm_up, std::max<int64_t>(runs - 1, 0));
  for (int64_t i = warm_up; i < runs; ++i) {
    result.run_ns.push_back(trace.run_us[i] * kNsPerUs);
  }
  if (!result.run_ns.empty()) {
    result.whole_ns = MedianNs(result.run_ns);
    return result;
  }
  double sum_us = 0;
  for (const NodeTime& node : nodes) sum_us += node.us;
  result.whole_ns = WholeNs(sum_us);
  return result;
}

Measurement FromReport(const ProfileOptions& options, const SourceModel& model,
                       const Graph& graph, Progress* progress) {
  progress->Stage(fmt::format("reading {}", options.times_path));
  const bool is_trt = options.source == ProfileOptions::Source::kTrtexec;
  const RuntimeReport report =
      is_trt ? ReadTrtexecProfile(options.times_path, options.layer_info)
             : ReadOpenVinoReport(options.times_path);
  Measurement result;
  result.runtime_name = is_trt ? "tensorrt" : "openvino";
  result.layers =
      MapReport(graph, model.proto.graph(), report,
                is_trt ? ReportStyle::kTensorRt : ReportStyle::kOpenVino,
                options.times_path);
  result.runs = report.runs;
  double sum_us = 0;
  for (const ReportedTime& row : report.rows) sum_us += row.us;
  result.whole_ns = WholeNs(sum_us);
  if (result.whole_ns == 0) {
    Fail(ExitCode::kBadInput, "E431",
         "{}: no layer took any time; measure again", options.times_path);
  }
  return result;
}

Measurement Collect(const ProfileOptions& options, const SourceModel& model,
                    const Graph& graph, Progress* progress) {
  switch (options.source) {
    case ProfileOptions::Source::kRun:
      return Measure(options, model, graph, progress);
    case ProfileOptions::Source::kTrace:
      return FromTrace(options, model, graph, progress);
    default:
      return FromReport(options, model, graph, progress);
  }
}

void CheckVariation(const ProfileOptions& options,
                    const std::optional<double>& cv, Warnings* warnings) {
  if (!cv) return;
  if (options.max_cv && *cv > *options.max_cv) {
    Fail(ExitCode::kCheckFailed, "E434",
         "{}: the runs scatter by {:.1f} % (standard deviation over mean), "
         "more than the {:.1f} % of --max-cv; let the machine come to rest, or "
         "take more --runs",
         options.model_path, *cv * 100, *options.max_cv * 100);
  }
  if (*cv > kNoisyCv) {
    Warn(warnings, "W430",
         "{}: the runs scatter by {:.1f} % (standard deviation over mean): "
         "other work on the machine or a changing clock; the times of the "
         "profile are that uncertain",
         options.model_path, *cv * 100);
  }
}

// By LayerId: the number of the unit that the layer ran in with others.
std::vector<std::optional<int>> GroupsOf(const Graph& graph,
                                         const LayerTimes& times) {
  std::vector<std::optional<int>> groups(graph.layers.size());
  for (size_t unit = 0; unit < times.units.size(); ++unit) {
    for (const LayerId layer : times.units[unit].layers) {
      groups[layer] = static_cast<int>(unit);
    }
  }
  return groups;
}

std::vector<ProfileRow> RowsOf(const Graph& graph, const Measurement& measured,
                               const std::vector<std::string>& names) {
  const std::vector<int64_t> ns =
      ScaledNs(graph, measured.layers, measured.whole_ns);
  const std::vector<int64_t> spread_ns =
      ScaledSpreadNs(graph, measured.layers, measured.whole_ns);
  const std::vector<LayerFeatures> features =
      CountFeatures(graph, FusionOf(graph, GroupsOf(graph, measured.layers)));
  std::vector<ProfileRow> rows;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    if (names[i].empty()) continue;
    ProfileRow row;
    row.output = names[i];
    row.op = graph.layers[i].operation.op_type;
    row.ns = std::min(ns[i], kMaxLayerNs);
    row.spread_ns = std::min(spread_ns[i], kMaxLayerNs);
    SetFeatures(features[i], &row);
    rows.push_back(std::move(row));
  }
  return rows;
}

// By LayerId: a tensor that it makes; empty for one that makes none.
std::vector<std::string> TensorNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const Layer& layer : graph.layers) {
    names.push_back(
        layer.outputs.empty() ? "" : graph.tensors[layer.outputs.front()].name);
  }
  return names;
}

Profile ProfileOf(const ProfileOptions& options, const SourceModel& model,
                  const Graph& graph, const Measurement& measured) {
  Profile profile;
  profile.machine = options.machine;
  profile.runtime_name = measured.runtime_name;
  profile.runtime_version = measured.runtime_version;
  profile.threads = measured.threads;
  profile.optimization = measured.optimization;
  profile.model_file =
      std::filesystem::path(options.model_path).filename().string();
  profile.model_sha256 = model.sha256;
  profile.model_inputs = ProfileInputs(graph);
  const std::vector<std::string> names = TensorNames(graph);
  profile.layers = RowsOf(graph, measured, names);
  profile.whole_ns = measured.whole_ns;
  profile.runs = measured.runs;
  if (!measured.run_ns.empty()) profile.runs = std::ssize(measured.run_ns);
  if (const auto cv = Variation(measured.run_ns)) profile.cv = Rounded(*cv);
  profile.profiler_ratio = measured.profiler_ratio;
  for (const Unit& unit : measured.layers.units) {
    std::vector<std::string> group;
    for (const LayerId layer : unit.layers) {
      if (!names[layer].empty()) group.push_back(names[layer]);
    }
    if (group.size() > 1) profile.groups.push_back(std::move(group));
  }
  return profile;
}

double LostShare(const LayerTimes& times) {
  double all = 0;
  for (const Unit& unit : times.units) all += unit.us;
  all += times.lost_us;
  return all > 0 ? (times.lost_us + times.guessed_us) / all : 0;
}

// The layers of its groups that count.
int CountGrouped(const Graph& graph, const Profile& profile) {
  std::set<std::string> grouped;
  for (const auto& group : profile.groups) {
    grouped.insert(group.begin(), group.end());
  }
  const std::vector<std::string> names = TensorNames(graph);
  int count = 0;
  for (size_t l = 0; l < names.size(); ++l) {
    if (!graph.layers[l].sizes_only && grouped.contains(names[l])) ++count;
  }
  return count;
}

}  // namespace

ProfileResult MakeProfile(const ProfileOptions& options, Progress* progress,
                          Warnings* warnings) {
  progress->Stage(fmt::format("reading {}", options.model_path));
  SourceModel model = LoadModel(options.model_path, options.load, warnings);
  FoldModel(options.import.input_values, {}, &model);
  progress->Stage("working out shapes");
  const Graph graph = ImportGraph(model, options.import, warnings);
  const Measurement measured = Collect(options, model, graph, progress);
  progress->Finish();
  CheckVariation(options, Variation(measured.run_ns), warnings);
  ProfileResult result;
  result.profile = ProfileOf(options, model, graph, measured);
  result.layers = CountLayers(graph);
  result.grouped = CountGrouped(graph, result.profile);
  result.model_files = FilesOf(model);
  result.nodes = measured.layers.nodes;
  result.lost_share = LostShare(measured.layers);
  if (result.lost_share > kLostShare) {
    Warn(
        warnings, "W431",
        "{}: {:.1f} % of the time is that of {} whose layers are not known; "
        "it is spread over all layers",
        options.model_path, result.lost_share * 100,
        FormatPlural(measured.layers.lost_nodes + measured.layers.guessed_nodes,
                     "node"));
  }
  return result;
}

}  // namespace dnncut
