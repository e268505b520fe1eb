// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "compiler/base/unit_text.h"
#include "tools/fit/fit.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

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

}  // namespace

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

}  // namespace dnncut
