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

// What a report must not replace of a result folder.
std::vector<std::string> FilesOfResult(const std::string& folder);

// Throws Error E808 when two of them name the same file, E603 when one of them
// is one of `inputs`: before anything is worked on.
void CheckReportFiles(const ReportFiles& files,
                      const std::vector<std::string>& inputs);

// Writes those that are named. JUnit and SARIF replace the file of the last
// run, whole; the summary is appended, as all steps of a job do. Throws Error.
void WriteReports(const ReportFiles& files, const CheckReport& report,
                  Warnings* warnings);

// Writes `path`, or leaves it as it was. Throws Error as PendingFile does,
// which says what `inputs` are.
void WriteWhole(const std::string& path, const std::string& text,
                bool overwrite = true,
                const std::vector<std::string>& inputs = {});

}  // namespace dnncut
