// SPDX-License-Identifier: Apache-2.0
//
// The flags of commands that report to a pipeline: --junit, --sarif and
// --github-summary.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "tools/ci/check_report.h"
#include "tools/cli/cli_app.h"

namespace dnncut {

struct ReportFlags {
  std::optional<std::string> junit;
  std::optional<std::string> sarif;
  std::optional<std::string> github_summary;
  // A file of the command's own, which is only checked here; "-": none.
  std::optional<std::string> markdown;
};

void AddReportFlags(CLI::App* app, ReportFlags* flags);

// What a report must not replace of a result folder.
std::vector<std::string> FilesOfResult(const std::string& folder);

// Throws Error E808 when two of them name the same file, E603 when one of them
// is one of `inputs`: before anything is worked on.
void CheckReportFlags(const ReportFlags& flags,
                      const std::vector<std::string>& inputs);

// Writes what the flags name. JUnit and SARIF replace the file of the last run,
// whole; the summary is appended, as all steps of a job do. Throws Error.
void WriteReports(const ReportFlags& flags, const CheckReport& report,
                  Warnings* warnings);

// Replaces `path`, or leaves it as it was. Throws Error E113.
void WriteWhole(const std::string& path, const std::string& text);

}  // namespace dnncut
