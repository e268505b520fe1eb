// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/command_lines.h"

#include <fmt/ranges.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <csignal>

#include "tests/fuzz/fuzzing.h"
#include "tools/command_line.h"

namespace dnncut {
namespace {

constexpr rlim_t kMaxFileBytes = 1 << 20;
constexpr int kMaxExitCode = static_cast<int>(ExitCode::kNoRuntime);

// The limit on what is written, while it exists. libFuzzer's own log may be
// longer.
class FileLimit {
 public:
  FileLimit() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = kMaxFileBytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &old_); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit old_ = {};
};

// What the program's own limit on time replaces: libFuzzer has one, too.
class TimeLimit {
 public:
  TimeLimit() {
    getitimer(ITIMER_REAL, &timer_);
    sigaction(SIGALRM, nullptr, &action_);
  }
  ~TimeLimit() {
    sigaction(SIGALRM, &action_, nullptr);
    setitimer(ITIMER_REAL, &timer_, nullptr);
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

 private:
  struct itimerval timer_ = {};
  struct sigaction action_ = {};
};

}  // namespace

void RunInProcess(const std::vector<std::string>& args) {
  setenv("DNNCUT_ONNXRUNTIME", "none", 1);
  std::vector<const char*> argv = {"dnncut"};
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  int code = 0;
  {
    const FileLimit file_limit;
    const TimeLimit time_limit;
    code = RunCommandLine(static_cast<int>(argv.size()), argv.data());
  }
  if (code >= 0 && code <= kMaxExitCode &&
      code != static_cast<int>(ExitCode::kInternal)) {
    return;
  }
  Finding(fmt::format("exit code {} of dnncut {}", code, fmt::join(args, " ")));
}

void CompileForFuzzing(const std::string& model, const std::string& folder,
                       const std::string& out, CompileOptions options) {
  options.model_path = folder + "/net.onnx";
  options.output = folder + "/" + out;
  WriteFuzzFile(options.model_path, model);
  Progress progress(false, true);
  Warnings warnings;
  Compile(options, &progress, &warnings);
}

}  // namespace dnncut
