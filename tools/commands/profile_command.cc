// SPDX-License-Identifier: Apache-2.0
//
// Flags for tools/profile, and its answer. A trace that is given was made by
// some other run, so flags that say how to run are refused with it; the profile
// is written whole or not at all, and never over one of the files that it is
// made of.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/files/pending_file.h"
#include "cost_models/measured/fit_regression.h"
#include "cost_models/measured/profile_writer.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/profile/profile.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr size_t kTopLayers = 5;

struct ProfileCommand {
  ProfileOptions options;
  std::optional<std::string> path;  // --output
  bool force = false;
  Output output;
};

std::string HostName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return "this machine";
  }
  return name.data();
}

// "5" or "5%" -> 0.05.
double FractionOf(std::string_view flag, std::string_view text) {
  std::string_view digits = text;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const std::optional<double> percent = ParseNumber(digits);
  if (!percent || *percent < 0) {
    Fail(ExitCode::kUsage, "E437",
         "{} '{}' is not a percentage of 0 or more; write for example {} 5",
         flag, text, flag);
  }
  return *percent / 100;
}

using Source = ProfileOptions::Source;

struct SourceFlag {
  Source source = Source::kRun;
  std::string_view flag;
};

constexpr SourceFlag kSourceFlags[] = {{Source::kTrace, "--from-trace"},
                                       {Source::kTrtexec, "--from-trtexec"},
                                       {Source::kOpenVino, "--from-openvino"}};

// The one that was given; nullopt for none.
std::optional<SourceFlag> GivenSource(const Flags& flags) {
  std::optional<SourceFlag> given;
  for (const SourceFlag& flag : kSourceFlags) {
    if (!flags.Given(flag.flag)) continue;
    if (given) {
      Fail(ExitCode::kUsage, "E436",
           "{} and {} both say where the times come from; leave one out",
           given->flag, flag.flag);
    }
    given = flag;
  }
  return given;
}

// What was written is what it is: nothing is run.
void RefuseRunFlags(const Flags& flags, const SourceFlag& source) {
  const auto refuse = [&](std::string_view flag) {
    if (!flags.Given(flag)) return;
    Fail(ExitCode::kUsage, "E436",
         "{} has no meaning with {}, which runs nothing; leave one out", flag,
         source.flag);
  };
  for (const std::string_view flag :
       {"--runs", "--threads", "--optimization", "--timeout", "--input",
        "--test-data", "--seed", "--provider"}) {
    refuse(flag);
  }
  if (source.source == Source::kTrace) return;
  refuse("--warm-up");  // these two are of single runs, which are not told
  refuse("--max-cv");
}

// With the values of flags that were not given, where they depend on others.
ProfileOptions Complete(const Flags& flags, ProfileOptions options) {
  const std::optional<SourceFlag> source = GivenSource(flags);
  if (source) {
    RefuseRunFlags(flags, *source);
    options.source = source->source;
    if (!flags.Given("--warm-up")) options.warm_up = 1;
  }
  if (options.source != Source::kTrtexec && flags.Given("--layer-info")) {
    Fail(ExitCode::kUsage, "E436",
         "--layer-info belongs to --from-trtexec; give that, too, or leave it "
         "out");
  }
  if (!flags.Given("--machine")) {
    options.machine = source ? kUnnamedTraceMachine : HostName();
  }
  return options;
}

std::string FileText(const Profile& profile) {
  JsonText text;
  const nlohmann::ordered_json json = ProfileJson(profile);
  for (const auto& [key, value] : json.items()) {
    if (key == "layers" || key == "groups") {
      text.AddList(key, value.size(), [&](size_t i) { return value[i]; });
    } else {
      text.Add(key, value);
    }
  }
  return text.Finish();
}

std::vector<const ProfileRow*> TopLayers(const Profile& profile) {
  std::vector<const ProfileRow*> rows;
  for (const ProfileRow& row : profile.layers) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return a->ns > b->ns; });
  rows.resize(std::min(rows.size(), kTopLayers));
  return rows;
}

double ShareOf(const ProfileRow& row, const Profile& profile) {
  const int64_t whole_ns = std::max<int64_t>(1, profile.whole_ns.value_or(1));
  return static_cast<double>(row.ns) / static_cast<double>(whole_ns);
}

std::string RuntimeText(const Profile& profile) {
  std::string text = profile.runtime_name == "tensorrt"   ? "TensorRT"
                     : profile.runtime_name == "openvino" ? "OpenVINO"
                                                          : "ONNX Runtime";
  if (!profile.runtime_version.empty()) text += " " + profile.runtime_version;
  if (profile.threads) {
    text += ", " + FormatPlural(*profile.threads, "thread");
  }
  return fmt::format("{}, optimisation {}", text, profile.optimization);
}

std::string WholeText(const Profile& profile) {
  std::string text =
      fmt::format("{} a run", FormatDuration(profile.whole_ns.value_or(0)));
  if (profile.runs) {
    text += fmt::format(" (median of {})", FormatPlural(*profile.runs, "run"));
  }
  if (profile.cv) text += ", they vary by " + FormatPercent(*profile.cv);
  if (profile.profiler_ratio) {
    text += fmt::format(", {:.2f} times that with the profiler",
                        *profile.profiler_ratio);
  }
  return text;
}

std::string SummaryText(const ProfileResult& result, const std::string& path) {
  const Profile& profile = result.profile;
  std::string text = fmt::format(
      "{}: {} on {}\n"
      "runtime   {}\n"
      "whole     {}\n"
      "layers    {}, run as {}; {} in {}\n\n",
      Printable(path), Printable(profile.model_file),
      Printable(profile.machine), Printable(RuntimeText(profile)),
      WholeText(profile), FormatPlural(result.layers, "layer"),
      FormatPlural(result.nodes, "node"), result.grouped,
      FormatPlural(std::ssize(profile.groups), "group"));
  std::vector<std::vector<std::string>> rows;
  for (const ProfileRow* row : TopLayers(profile)) {
    rows.push_back({Printable(row->output), row->op, FormatDuration(row->ns),
                    FormatPercent(ShareOf(*row, profile))});
  }
  return text + TextTable({{"longest layers, by their output", Align::kLeft},
                           {"operator", Align::kLeft},
                           {"time", Align::kRight},
                           {"share", Align::kRight}},
                          rows);
}

nlohmann::ordered_json SummaryJson(const ProfileResult& result,
                                   const std::string& path) {
  const nlohmann::ordered_json whole = ProfileJson(result.profile);
  nlohmann::ordered_json json = {{"schema", "dnncut.profile-summary/1"},
                                 {"file", path}};
  for (const char* key : {"machine", "runtime", "model", "whole_ns", "runs",
                          "cv", "profiler_ratio"}) {
    if (whole.contains(key)) json[key] = whole[key];
  }
  json["layers"] = result.layers;
  json["groups"] = result.profile.groups.size();
  json["nodes"] = result.nodes;
  json["unknown_share"] = std::round(result.lost_share * 1e4) / 1e4;
  json["longest"] = nlohmann::ordered_json::array();
  for (const ProfileRow* row : TopLayers(result.profile)) {
    json["longest"].push_back(
        {{"output", row->output}, {"op", row->op}, {"ns", row->ns}});
  }
  return json;
}

// What the profile must not be written over.
std::vector<std::string> InputFiles(const ProfileOptions& options) {
  std::vector<std::string> files = PossibleInputFiles(options.inputs);
  for (const std::string& path :
       {options.model_path, options.times_path, options.layer_info}) {
    files.push_back(path);
  }
  return files;
}

void RunProfile(const Flags& flags, const ProfileCommand& command) {
  const ProfileOptions options = Complete(flags, command.options);
  const std::string path = command.path.value_or(
      std::filesystem::path(options.model_path).stem().string() +
      ".profile.json");
  // Before time is spent on what could not be written.
  std::vector<std::string> inputs = InputFiles(options);
  { PendingFile probe(path, command.force, inputs); }
  const ProfileResult result =
      RunStage(command.output, [&](Progress* progress, Warnings* warnings) {
        return MakeProfile(options, progress, warnings);
      });
  inputs.insert(inputs.end(), result.model_files.begin(),
                result.model_files.end());
  WriteWhole(path, FileText(result.profile), command.force, inputs);
  PrintAnswer(
      command.output, [&] { return SummaryJson(result, path); },
      [&] { return SummaryText(result, path); });
}

void AddRunFlags(Flags* flags, ProfileOptions* options) {
  flags->AddValue(
      "--runs", "N", Count(&options->runs, 1, kMaxRuns),
      "timed runs without the profiler, and as many, at most 100, with "
      "it; default 20");
  flags->AddValue(
      "--warm-up", "N", Count(&options->warm_up, 0, kMaxRuns),
      "runs before these, which do not count; default 3, 1 for a trace");
  flags->AddValue("--threads", "N", Threads(&options->threads),
                  "threads of a run; default 0, one for each core");
  flags->AddValue("--provider", "NAME", Text(&options->provider),
                  "the execution provider of ONNX Runtime to run on, for "
                  "example CUDA; default: CPU");
  AddOptimizationFlag(flags, &options->optimization);
  AddTimeoutFlag(flags, "all runs without the profiler, and all with it,",
                 &options->timeout_seconds);
  flags->AddValue(
      "--max-cv", "PERCENT", Parsed(&options->max_cv, FractionOf),
      "fails when the runs scatter more than this (standard deviation "
      "over mean)");
}

void AddSourceFlags(Flags* flags, ProfileOptions* options) {
  flags->AddValue(
      "--from-trace", "TRACE", Text(&options->times_path),
      "takes the times from the file that ONNX Runtime's profiler wrote, "
      "for the same model on any machine; runs nothing");
  flags->AddValue("--from-trtexec", "FILE", Text(&options->times_path),
                  "the same from the file that TensorRT's trtexec wrote with "
                  "--exportProfile");
  flags->AddValue(
      "--layer-info", "FILE", Text(&options->layer_info),
      "what trtexec wrote with --exportLayerInfo and "
      "--profilingVerbosity=detailed: which nodes are in each layer");
  flags->AddValue(
      "--from-openvino", "FILE", Text(&options->times_path),
      "the same from the file that OpenVINO's benchmark_app wrote with "
      "-report_type detailed_counters");
}

}  // namespace

CommandRunner SetUpProfile(Flags* flags) {
  auto command = std::make_shared<ProfileCommand>();
  ProfileOptions* options = &command->options;
  flags->AddArgument("MODEL", Text(&options->model_path), "an ONNX file");
  flags->AddValue(
      "-o,--output", "FILE", OutputName(&command->path, "file"),
      "the profile to write; default: MODEL.profile.json in the current "
      "folder, without MODEL's folder and ending");
  flags->AddValue(
      "--machine", "NAME", NotEmpty(&options->machine, "a name"),
      "what the machine is called in the profile; default: its host name");
  AddRunFlags(flags, options);
  AddInputFlags(flags, &options->inputs);
  AddSourceFlags(flags, options);
  AddModelFlags(flags, &options->load, &options->import, &options->onnxruntime);
  flags->AddSwitch("--force", &command->force, "replace FILE when it is there");
  flags->AddSwitch("--json", &command->output.json, "the summary as JSON");
  flags->AddSwitch("-v,--verbose", &command->output.verbose,
                   "stages and their times on stderr");
  flags->AddSwitch("-q,--quiet", &command->output.quiet,
                   "no summary and no progress");
  AddLimitFlag(flags, &options->load.limits);
  return [=] { RunProfile(*flags, *command); };
}

}  // namespace dnncut
