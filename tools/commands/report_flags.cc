// SPDX-License-Identifier: Apache-2.0
//
// The files for pipelines, the same in every command that has them. That no
// report replaces another, or something that the command reads, is checked
// before the work starts: a long check must not end in a file name.
#include "tools/commands/report_flags.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>

#include "compiler/base/errno_text.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/files/pending_file.h"
#include "compiler/files/system_file.h"
#include "tools/ci/junit_report.h"
#include "tools/ci/markdown_report.h"
#include "tools/ci/sarif_report.h"
#include "tools/cli/readers.h"

namespace dnncut {
namespace {

// GitHub drops the whole summary of a step above 1 MiB.
constexpr int64_t kMostSummaryBytes = 1'000'000;

using NamedFlag = std::pair<std::string, const std::optional<std::string>*>;

std::vector<NamedFlag> Named(const ReportFiles& files) {
  return {{"--junit", &files.junit},
          {"--sarif", &files.sarif},
          {"--github-summary", &files.github_summary},
          {"--markdown", &files.markdown}};
}

[[noreturn]] void FailAppend(const std::string& path, const std::string& why) {
  Fail(ExitCode::kIo, "E113", "{}: cannot be written: {}", path, why);
}

struct AppendedFile {
  std::string path;
  UniqueFd file;
  int64_t size = 0;  // Before anything is appended.
  bool is_new = false;
};

AppendedFile OpenToAppend(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  AppendedFile appended;
  appended.path = path;
  appended.file = UniqueFd(::open(path.c_str(), kFlags | O_EXCL, 0666));
  appended.is_new = appended.file.is_open();
  if (!appended.is_new) {
    appended.file = UniqueFd(::open(path.c_str(), kFlags, 0666));
  }
  struct stat status = {};
  if (!appended.file.is_open() || ::fstat(appended.file.get(), &status) != 0) {
    FailAppend(path, ErrnoText(errno));
  }
  const std::string why_not = WhyNotRegular(status.st_mode);
  if (!why_not.empty()) FailAppend(path, why_not);
  appended.size = status.st_size;
  return appended;
}

// Unless others have appended something since.
void TakeBack(const AppendedFile& to, int64_t written) {
  struct stat status = {};
  const int file = to.file.get();
  if (::fstat(file, &status) != 0 || status.st_size != to.size + written) {
    return;
  }
  // What cannot be taken back stays; the caller fails in any case.
  [[maybe_unused]] int ignored = ::ftruncate(file, to.size);
  if (to.is_new) ignored = ::unlink(to.path.c_str());
}

// All of `text` or, when the disk is full, nothing.
void AppendAll(const std::string& text, const AppendedFile& to) {
  const size_t written = WriteAll(to.file.get(), text);
  if (written == text.size()) return;
  const std::string why = ErrnoText(errno);
  TakeBack(to, static_cast<int64_t>(written));
  FailAppend(to.path, why);
}

void AppendSummary(const std::string& path, const CheckReport& report,
                   Warnings* warnings) {
  const AppendedFile to = OpenToAppend(path);
  const int64_t room = std::max<int64_t>(0, kMostSummaryBytes - to.size);
  const std::string text = MarkdownText(report, static_cast<size_t>(room));
  if (text.empty()) {
    Warn(warnings, "W801",
         "{}: has {} bytes, and GitHub drops a summary above 1 MiB; nothing "
         "was added",
         path, to.size);
    return;
  }
  AppendAll(text, to);
}

}  // namespace

void AddReportFlags(Flags* flags, ReportFiles* files) {
  flags->AddValue("--junit", "FILE", OutputName(&files->junit, "file"),
                  "write a JUnit report, also when something failed");
  flags->AddValue("--sarif", "FILE", OutputName(&files->sarif, "file"),
                  "write a SARIF 2.1.0 report, for code scanning");
  flags->AddValue(
      "--github-summary", "FILE", OutputName(&files->github_summary, "file"),
      "append Markdown to FILE: \"$GITHUB_STEP_SUMMARY\" in a GitHub "
      "workflow");
}

void CheckReportFiles(const ReportFiles& files,
                      const std::vector<std::string>& inputs) {
  std::map<std::string, std::string> seen;
  for (const auto& [flag, path] : Named(files)) {
    if (!*path) continue;
    if (**path == "-") {
      if (flag == "--markdown") continue;
      Fail(ExitCode::kUsage, "E808", "{} -: goes to a file only; name one",
           flag);
    }
    if (IsOneOf(**path, inputs)) {
      Fail(ExitCode::kUsage, "E603",
           "{} {}: is an input, which would be lost; give another name", flag,
           **path);
    }
    const auto [other, is_new] = seen.emplace(ResolvedPath(**path), flag);
    if (!is_new) {
      Fail(ExitCode::kUsage, "E808",
           "{} and {} both write {}; give each a file of its own",
           other->second, flag, **path);
    }
  }
}

void WriteReports(const ReportFiles& files, const CheckReport& report,
                  Warnings* warnings) {
  // Nothing is replaced before every report could be written: a pipeline must
  // not read one report of this run beside another of the last.
  std::vector<std::unique_ptr<PendingFile>> pending;
  const auto write = [&](const std::string& path, const std::string& text) {
    pending.push_back(std::make_unique<PendingFile>(path, /*overwrite=*/true));
    pending.back()->Write(text);
    pending.back()->Close();
  };
  if (files.junit) write(*files.junit, JUnitText(report));
  if (files.sarif) write(*files.sarif, SarifText(report));
  if (files.github_summary) {
    AppendSummary(*files.github_summary, report, warnings);
  }
  for (const auto& file : pending) file->Commit();
}

}  // namespace dnncut
