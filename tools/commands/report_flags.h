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
#include "tools/cli/flags.h"

namespace dnncut {

struct ReportFiles {
  std::optional<std::string> junit;
  std::optional<std::string> sarif;
  std::optional<std::string> github_summary;
  // A file of the command's own, which is only checked here; "-": none.
  std::optional<std::string> markdown;
};

void AddReportFlags(Flags* flags, ReportFiles* files);

// Throws Error E808 when two of them name the same file, E603 when one of them
// is one of `inputs`: before anything is worked on.
void CheckReportFiles(const ReportFiles& files,
                      const std::vector<std::string>& inputs);

// Writes those that are named. JUnit and SARIF replace the file of the last
// run, whole; the summary is appended, as all steps of a job do. Throws Error.
void WriteReports(const ReportFiles& files, const CheckReport& report,
                  Warnings* warnings);

}  // namespace dnncut
