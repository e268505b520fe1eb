// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "compiler/files/json_text.h"
#include "compiler/files/pending_file.h"
#include "cost_models/measured/profile_writer.h"
#include "tools/cli/command.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/model_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/profile/profile.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr size_t kTopLayers = 5;

struct ProfileFlags {
  std::optional<std::string> model;
  std::optional<std::string> output;
  std::optional<std::string> machine;
  std::optional<std::string> from_trace;
  std::optional<std::string> warm_up;
  std::optional<std::string> runs;
  std::optional<std::string> threads;
  std::optional<std::string> optimization;
  std::optional<std::string> timeout;
  std::optional<std::string> max_cv;
  InputFlags inputs;
  ModelFlags model_flags;
  bool force = false;
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

std::string HostName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
    return "this machine";
  }
  return name.data();
}

// "5" or "5%" -> 0.05.
double PercentOf(std::string_view flag, std::string_view text) {
  std::string_view digits = text;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  double percent = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, percent);
  if (error != std::errc() || rest != end || !std::isfinite(percent) ||
      percent < 0) {
    Fail(ExitCode::kUsage, "E437",
         "{} '{}' is not a percentage of 0 or more; write for example {} 5",
         flag, text, flag);
  }
  return percent / 100;
}

// A trace is what it is: nothing is run.
void RefuseRunFlags(const ProfileFlags& flags) {
  const auto refuse = [](std::string_view flag, bool given) {
    if (!given) return;
    Fail(ExitCode::kUsage, "E436",
         "{} has no meaning with --from-trace, which runs nothing; leave one "
         "out",
         flag);
  };
  refuse("--runs", flags.runs.has_value());
  refuse("--threads", flags.threads.has_value());
  refuse("--optimization", flags.optimization.has_value());
  refuse("--timeout", flags.timeout.has_value());
  refuse("--input", !flags.inputs.inputs.empty());
  refuse("--test-data", flags.inputs.test_data.has_value());
  refuse("--seed", flags.inputs.seed.has_value());
}

ProfileOptions OptionsOf(const ProfileFlags& flags) {
  ProfileOptions options;
  options.model_path = Require("profile", "MODEL", flags.model);
  options.load = LoadOptionsOf(flags.model_flags);
  options.import = ImportOptionsOf(flags.model_flags);
  options.onnxruntime = flags.model_flags.onnxruntime.value_or("");
  options.inputs = InputOptionsOf(flags.inputs);
  if (flags.from_trace) {
    RefuseRunFlags(flags);
    options.from_trace = *flags.from_trace;
    options.warm_up = 1;
  }
  options.machine =
      flags.machine.value_or(flags.from_trace ? "trace" : HostName());
  if (flags.optimization) {
    options.optimization =
        ParseOptimization("--optimization", *flags.optimization);
  }
  options.threads =
      ThreadsOf("--threads", flags.threads).value_or(options.threads);
  SetCount("--runs", flags.runs, 1, kMaxRuns, &options.runs);
  SetCount("--warm-up", flags.warm_up, 0, kMaxRuns, &options.warm_up);
  SetTimeout(flags.timeout, &options.timeout_seconds);
  if (flags.max_cv) options.max_cv = PercentOf("--max-cv", *flags.max_cv);
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
  std::string text = "ONNX Runtime";
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
  if (profile.cv)
    text += fmt::format(", they vary by {:.1f} %", *profile.cv * 100);
  if (profile.profiler_ratio) {
    text += fmt::format(", {:.2f} times that with the profiler",
                        *profile.profiler_ratio);
  }
  return text;
}

std::string SummaryText(const ProfileResult& result, const std::string& path) {
  const Profile& profile = result.profile;
  size_t grouped = 0;
  for (const auto& group : profile.groups) grouped += group.size();
  std::string text = fmt::format(
      "{}: {} on {}\n"
      "runtime   {}\n"
      "whole     {}\n"
      "layers    {}, run as {}; {} in {}\n\n",
      Printable(path), Printable(profile.model_file),
      Printable(profile.machine), Printable(RuntimeText(profile)),
      WholeText(profile), FormatPlural(std::ssize(profile.layers), "layer"),
      FormatPlural(result.nodes, "node"), grouped,
      FormatPlural(std::ssize(profile.groups), "group"));
  std::vector<std::vector<std::string>> rows;
  for (const ProfileRow* row : TopLayers(profile)) {
    rows.push_back({Printable(row->output), row->op, FormatDuration(row->ns),
                    fmt::format("{:.1f} %", ShareOf(*row, profile) * 100)});
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
  json["layers"] = result.profile.layers.size();
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

// What the profile must not be written over. Names of inputs may hold '=', so
// whatever follows one may be the file.
std::vector<std::string> InputFiles(const ProfileOptions& options) {
  std::vector<std::string> files = {options.model_path, options.from_trace};
  for (const std::string& input : options.inputs.given) {
    for (size_t at = input.find('='); at != std::string::npos;
         at = input.find('=', at + 1)) {
      files.push_back(input.substr(at + 1));
    }
  }
  return files;
}

void RunProfile(const ProfileFlags& flags) {
  const ProfileOptions options = OptionsOf(flags);
  const std::string path = flags.output.value_or(
      std::filesystem::path(options.model_path).stem().string() +
      ".profile.json");
  if (path.empty()) {
    Fail(ExitCode::kUsage, "E134", "-o needs the name of a file");
  }
  // Before time is spent on what could not be written.
  std::vector<std::string> inputs = InputFiles(options);
  { PendingFile probe(path, flags.force, inputs); }
  const ProfileResult result = [&] {
    WarningPrinter warnings;
    Progress progress(flags.verbose, flags.quiet);
    return MakeProfile(options, &progress, warnings.warnings());
  }();
  inputs.insert(inputs.end(), result.model_files.begin(),
                result.model_files.end());
  PendingFile file(path, flags.force, inputs);
  file.Write(FileText(result.profile));
  file.Close();
  file.Commit();
  if (flags.json) {
    PrintJson(SummaryJson(result, path));
  } else if (!flags.quiet) {
    PrintResult(SummaryText(result, path));
  }
}

void AddRunFlags(CLI::App* app, ProfileFlags* flags) {
  AddValue(app, "--runs", "N", &flags->runs,
           "timed runs without the profiler, and as many, at most 100, with "
           "it; default 20");
  AddValue(app, "--warm-up", "N", &flags->warm_up,
           "runs before these, which do not count; default 3, 1 for a trace");
  AddValue(app, "--threads", "N", &flags->threads,
           "threads of a run; default 0, one for each core");
  AddOptimizationFlag(app, &flags->optimization);
  AddTimeoutFlag(app, "all runs without the profiler, and all with it,",
                 &flags->timeout);
  AddValue(app, "--max-cv", "PERCENT", &flags->max_cv,
           "fails when the runs scatter more than this (standard deviation "
           "over mean)");
}

}  // namespace

CommandRunner SetUpProfile(CLI::App* app) {
  auto flags = std::make_shared<ProfileFlags>();
  AddArgument(app, "MODEL", &flags->model, "an ONNX file");
  AddValue(app, "-o,--output", "FILE", &flags->output,
           "the profile to write; default: MODEL.profile.json in the current "
           "folder, without MODEL's folder and ending");
  AddValue(app, "--machine", "NAME", &flags->machine,
           "what the machine is called in the profile; default: its host name");
  AddRunFlags(app, flags.get());
  AddInputFlags(app, &flags->inputs);
  AddValue(app, "--from-trace", "TRACE", &flags->from_trace,
           "takes the times from the file that ONNX Runtime's profiler wrote, "
           "for the same model on any machine; runs nothing");
  AddModelFlags(app, &flags->model_flags);
  AddSwitch(app, "--force", &flags->force, "replace FILE when it is there");
  AddSwitch(app, "--json", &flags->json, "the summary as JSON");
  AddSwitch(app, "-v,--verbose", &flags->verbose,
            "stages and their times on stderr");
  AddSwitch(app, "-q,--quiet", &flags->quiet, "no summary and no progress");
  return [flags] { RunProfile(*flags); };
}

}  // namespace dnncut
