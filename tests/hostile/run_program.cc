// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>  // IWYU pragma: keep, iwyu prefers <syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "tests/backends/temp_folder.h"
#include "tests/folders.h"

namespace dnncut {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKilledAfterSeconds = 20;

void Limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

void Redirect(const std::filesystem::path& path, int flags, int target) {
  dup2(open(path.c_str(), flags | O_CLOEXEC, 0600), target);
}

[[noreturn]] void Exec(std::vector<std::string> arguments,
                       const std::filesystem::path& folder,
                       bool with_onnxruntime) {
  setpgid(0, 0);
  // A safety net for the machine: the test itself asks for much less.
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_CPU, kKilledAfterSeconds);
  Limit(RLIMIT_FSIZE, rlim_t{1} << 30);
  Redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  Redirect(folder / "stdout", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  Redirect(folder / "stderr", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  setenv("LC_ALL", "C", 1);
  setenv("NO_COLOR", "1", 1);
  setenv("TMPDIR", (folder / "tmp").c_str(), 1);
  if (!with_onnxruntime) setenv("DNNCUT_ONNXRUNTIME", "none", 1);
  const std::string program = BuiltProgram();
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  if (chdir(folder.c_str()) == 0) execv(program.c_str(), pointers.data());
  _exit(99);
}

// False when it did not end in time.
bool WaitUntilDone(pid_t child) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd polled{fd, POLLIN, 0};
  const int ready = poll(&polled, 1, kKilledAfterSeconds * 1000);
  close(fd);
  if (ready != 1) kill(-child, SIGKILL);
  return ready == 1;
}

}  // namespace

Answer RunProgram(const std::vector<std::string>& arguments,
                  const std::filesystem::path& folder, bool with_onnxruntime) {
  std::vector<std::string> all = {"dnncut"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto start = Clock::now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start a process");
  if (child == 0) Exec(std::move(all), folder, with_onnxruntime);
  Answer answer;
  answer.in_time = WaitUntilDone(child);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  answer.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  answer.peak_bytes = usage.ru_maxrss * 1024;  // its waited-for children, too
  answer.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  answer.out = ReadAll(folder / "stdout");
  answer.err = ReadAll(folder / "stderr");
  return answer;
}

}  // namespace dnncut
