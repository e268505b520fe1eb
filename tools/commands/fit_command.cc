// SPDX-License-Identifier: Apache-2.0
//
// Fits a regression to profiles (cost_models/measured) and says how far it can
// be trusted: with profiles of two models or more, those of each are predicted
// by a fit to the others, which is the error to expect on a model that was not
// measured. With few models that error itself says little, which is a warning.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/pending_file.h"
#include "cost_models/measured/fit_regression.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

// Fewer models say little about the error on others.
constexpr size_t kEnoughModels = 8;

struct FitCommand {
  std::vector<std::string> paths;
  std::optional<std::string> path;  // --output
  std::optional<std::string> name;
  bool force = false;
  Output output;
};

struct FitReport {
  std::vector<Profile> profiles;
  RegressionModel model;
  size_t models = 0;
  std::map<OperatorClass, ClassCount> measurements;
  std::vector<HeldOut> held_out;  // by profile; empty for a single model
  double mean_error = 0;          // of the magnitudes of held_out's
};

double Magnitude(double value) { return value < 0 ? -value : value; }

size_t CountModels(const std::vector<Profile>& profiles) {
  std::set<std::string> hashes;
  for (const Profile& profile : profiles) hashes.insert(profile.model_sha256);
  return hashes.size();
}

std::string Describe(const FitReport& report) {
  std::string text =
      fmt::format("fitted to profiles of {}",
                  FormatPlural(static_cast<int64_t>(report.models), "model"));
  if (report.held_out.empty()) return text;
  return text + "; mean error on a model left out " +
         FormatPercent(report.mean_error);
}

void WarnOfUnfittedClasses(const FitReport& report, Warnings* warnings) {
  for (const auto& [operator_class, count] : report.measurements) {
    if (report.model.classes.contains(operator_class)) continue;
    const std::string reason =
        count.own < kEnoughOwnMeasurements
            ? fmt::format(
                  "was measured {}, of which {} on its own, fewer than "
                  "{}",
                  FormatPlural(count.all, "time"), count.own,
                  kEnoughOwnMeasurements)
            : "took no longer than what is fused with it takes alone";
    Warn(warnings, "W452",
         "{} {}, so it is predicted like any other class; add profiles of "
         "models in which it stands alone",
         OperatorClassName(operator_class), reason);
  }
}

FitReport MakeReport(const FitCommand& command, Warnings* warnings) {
  FitReport report;
  for (const std::string& path : command.paths) {
    report.profiles.push_back(ReadProfile(path));
  }
  CheckFitProfiles(report.profiles, command.name.has_value());
  report.models = CountModels(report.profiles);
  report.model = FitRegression(report.profiles);
  if (command.name) report.model.name = *command.name;
  if (report.model.name.empty()) {
    Fail(ExitCode::kUsage, "E453",
         "--name is empty; give the fitted machine a name");
  }
  report.measurements = CountMeasurements(report.profiles);
  report.held_out = LeaveOneModelOut(report.profiles);
  for (const HeldOut& held_out : report.held_out) {
    report.mean_error +=
        Magnitude(held_out.error) / static_cast<double>(report.held_out.size());
  }
  report.model.description = Describe(report);
  if (report.held_out.empty()) {
    Warn(warnings, "W450",
         "all profiles are of one model, so nothing says how well others are "
         "predicted; give profiles of {} models or more",
         kEnoughModels);
  } else if (report.models < kEnoughModels) {
    Warn(warnings, "W451",
         "the error on models left out is that of {} models only; with {} or "
         "more it says something about others",
         report.models, kEnoughModels);
  }
  WarnOfUnfittedClasses(report, warnings);
  return report;
}

std::string ModelName(const Profile& profile) {
  return profile.model_file.empty() ? profile.path : profile.model_file;
}

// "my-board, onnxruntime 1.30.0, 1 thread, optimisation all".
std::string SettingText(const RegressionModel& model) {
  std::string text = Printable(model.name);
  if (!model.runtime_name.empty()) {
    text += fmt::format(", {}", Printable(model.runtime_name));
    if (!model.runtime_version.empty()) {
      text += fmt::format(" {}", Printable(model.runtime_version));
    }
  }
  if (model.threads) {
    text += fmt::format(", {}", FormatPlural(*model.threads, "thread"));
  }
  if (!model.optimization.empty()) {
    text += fmt::format(", optimisation {}", Printable(model.optimization));
  }
  return text;
}

std::string CoefficientsText(const FitReport& report) {
  const auto row = [](std::string_view name, const std::string& all,
                      const std::string& own, const Regressors& coefficients) {
    const auto of = [&](Regressor regressor) {
      return coefficients[static_cast<size_t>(regressor)];
    };
    return std::vector<std::string>{
        std::string(name),
        all,
        own,
        fmt::format("{:.0f}", of(Regressor::kCall)),
        fmt::format("{:.1f}", 1e6 * of(Regressor::kOperation)),
        fmt::format("{:.2f}", 1024 * of(Regressor::kByte)),
        fmt::format("{:.2f}", 1024 * of(Regressor::kOutputByte)),
        fmt::format("{:.2f}", 1024 * of(Regressor::kWindowByte))};
  };
  std::vector<std::vector<std::string>> rows;
  for (const auto& [operator_class, count] : report.measurements) {
    const auto fitted = report.model.classes.find(operator_class);
    if (fitted == report.model.classes.end()) continue;
    rows.push_back(row(OperatorClassName(operator_class),
                       fmt::format("{}", count.all),
                       fmt::format("{}", count.own), fitted->second));
  }
  rows.push_back(row("any other", "-", "-", report.model.other));
  const std::vector<Column> columns = {
      {"class", Align::kLeft},       {"measured", Align::kRight},
      {"on its own", Align::kRight}, {"ns/call", Align::kRight},
      {"ns/Mop", Align::kRight},     {"ns/KiB", Align::kRight},
      {"ns/KiB out", Align::kRight}, {"ns/KiB window", Align::kRight}};
  return TextTable(columns, rows);
}

std::string HeldOutText(const FitReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < report.held_out.size(); ++i) {
    const HeldOut& held_out = report.held_out[i];
    rows.push_back({Printable(ModelName(report.profiles[i])),
                    FormatMs(held_out.measured_ns, 3),
                    FormatMs(held_out.predicted_ns, 3),
                    fmt::format("{:+.1f} %", 100 * held_out.error),
                    FormatPercent(held_out.median_error)});
  }
  const std::vector<Column> columns = {{"model left out", Align::kLeft},
                                       {"measured ms", Align::kRight},
                                       {"predicted ms", Align::kRight},
                                       {"error", Align::kRight},
                                       {"median of layers", Align::kRight}};
  return TextTable(columns, rows) +
         fmt::format("mean absolute error {:.1f} %\n", 100 * report.mean_error);
}

std::string FitText(const FitReport& report,
                    const std::optional<std::string>& path) {
  std::string text = fmt::format("{}: {}\n\n", SettingText(report.model),
                                 report.model.description);
  text += CoefficientsText(report);
  if (!report.held_out.empty()) {
    text += fmt::format("\n{}", HeldOutText(report));
  }
  if (path) {
    text += fmt::format("\nwritten to {}; use it as --device {} or --server\n",
                        Printable(*path), Printable(*path));
  }
  return text;
}

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

void RunFit(const FitCommand& command) {
  const FitReport report =
      RunStage(command.output, [&](Progress*, Warnings* warnings) {
        return MakeReport(command, warnings);
      });
  if (command.path) {
    WriteWhole(*command.path, RegressionText(report.model), command.force,
               command.paths);
  }
  PrintAnswer(
      command.output, [&] { return FitJson(report); },
      [&] { return FitText(report, command.path); });
}

}  // namespace

CommandRunner SetUpFit(Flags* flags) {
  auto command = std::make_shared<FitCommand>();
  flags->AddArguments(
      "PROFILE...", Texts(&command->paths),
      "files that dnncut profile wrote, of one machine and setting");
  flags->AddValue(
      "-o,--output", "FILE", Text(&command->path),
      "the fitted machine, for --device and --server; without it only "
      "the report is printed");
  flags->AddValue(
      "--name", "NAME", Text(&command->name),
      "of the fitted machine; profiles may name it differently then; "
      "default: that in the profiles");
  flags->AddSwitch("--force", &command->force, "replace FILE when it is there");
  flags->AddSwitch("--json", &command->output.json, "the report as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunFit(*command); };
}

}  // namespace dnncut
