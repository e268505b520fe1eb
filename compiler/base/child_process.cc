// SPDX-License-Identifier: Apache-2.0
//
// Runs a function in a forked child process, because libraries that it calls
// may crash, hang or take all memory on odd models.
//
// The child sends its result, or the error that it threw, over a pipe, with one
// byte in front that says which; what it prints goes through a second pipe. The
// parent reads both until they end. They always do: when the child ends in any
// way, the kernel closes its side, and no other process holds that side, as
// each child closes everything but its own pipes. The deadline is looked at
// before every read, so a child that prints without end is killed as one that
// is silent; so is one that sends more than its memory may hold. The child
// never returns into the copy of its parent's stack, and dies with the parent.
// So the parent always ends with exactly one of: a result, an error of the
// function, or an error that says how the child died. Child and UniqueFd end
// the process and close the pipes however the parent leaves, also when the
// caller's `progress` throws.
#include "compiler/base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <thread>

#include "compiler/base/address_sanitizer.h"
#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"

namespace dnncut {
namespace {

using Clock = std::chrono::steady_clock;

// What the child runs.
using Work = std::function<std::string(const ReportProgress&)>;

// The first byte of what the child sends says what follows. Reports come first,
// any number of them.
constexpr char kReport = 'P';  // two numbers of type int64_t
constexpr char kResult = 'R';
constexpr char kError = 'E';      // exit code, '\n', id, '\n', message
constexpr char kException = 'X';  // its text
constexpr char kNoMemory = 'M';

// Only the end of what a child prints is kept: messages show its last line.
constexpr size_t kKeptLogBytes = 4096;

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

[[noreturn]] void FailToStart(const std::string& what, int error) {
  Fail(ExitCode::kIo, "E324", "{}: cannot start a process for it: {}", what,
       ErrnoText(error));
}

Pipe OpenPipe(const std::string& what) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) FailToStart(what, errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void Limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  getrlimit(resource, &limit);
  limit.rlim_cur = std::min(value, limit.rlim_max);
  setrlimit(resource, &limit);
}

// May the process have another page when its address space is limited to
// `bytes`? The limit stays.
bool FitsInto(rlim_t bytes) {
  Limit(RLIMIT_AS, bytes);
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* mapped =
      mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return false;
  munmap(mapped, page);
  return true;
}

// The address space in use, to about a page. The kernel tells it in /proc,
// which need not be there; but it also keeps the limit, so that is tried.
rlim_t UsedAddressSpace() {
  rlim_t too_little = 0;
  rlim_t enough = rlim_t{1} << 47;  // all that there is
  while (enough - too_little > rlim_t{1} << 12) {
    const rlim_t middle = too_little + (enough - too_little) / 2;
    (FitsInto(middle) ? enough : too_little) = middle;
  }
  return enough;
}

void SetLimits(const ChildLimits& limits) {
  // A crash here is an expected outcome, so it must not leave a core file in
  // the user's folder.
  Limit(RLIMIT_CORE, 0);
  if (kAddressSanitizer) return;
  Limit(RLIMIT_AS,
        UsedAddressSpace() + static_cast<rlim_t>(limits.memory_bytes));
}

void ResetSignals() {
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT,
                     SIGHUP, SIGPIPE, SIGALRM}) {
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void Send(int fd, char kind, const std::string& text) {
  if (WriteAll(fd, {&kind, 1}) < 1 || WriteAll(fd, text) < text.size()) {
    _exit(2);
  }
}

// Another thread may be starting a child at the same time. Its pipes must not
// be kept open here, or its parent would never see their end.
int KeepOnlyResult(const Pipe& result, const Pipe& log) {
  constexpr int kResultFd = 3;
  // First the pipes are moved to higher numbers: in a parent that was started
  // without standard streams they may have the very numbers that are set below.
  int result_fd = fcntl(result.write_end.get(), F_DUPFD, kResultFd + 1);
  int log_fd = fcntl(log.write_end.get(), F_DUPFD, kResultFd + 1);
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  dup2(result_fd, kResultFd);
  close_range(kResultFd + 1, UINT_MAX, 0);
  return kResultFd;
}

// Never returns into the copy of the parent's stack: its destructors and exit
// handlers are the parent's.
[[noreturn]] void RunChild(const Work& work, const ChildLimits& limits,
                           const Pipe& result, const Pipe& log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  ResetSignals();
  int fd = KeepOnlyResult(result, log);
  SetLimits(limits);
  const ReportProgress report = [fd](int64_t done, int64_t all) {
    const std::array<int64_t, 2> counts{done, all};
    Send(fd, kReport,
         {reinterpret_cast<const char*>(counts.data()), sizeof counts});
  };
  try {
    Send(fd, kResult, work(report));
  } catch (const Error& error) {
    Send(fd, kError,
         fmt::format("{}\n{}\n{}", static_cast<int>(error.exit_code()),
                     error.id(), error.what()));
  } catch (const std::bad_alloc&) {
    Send(fd, kNoMemory, "");
  } catch (const std::exception& error) {
    Send(fd, kException, error.what());
  } catch (...) {
    Send(fd, kException, "an exception of unknown type");
  }
  std::fflush(stdout);
  _exit(0);
}

// Reads what is there. False at the end of the stream.
bool ReadSome(int fd, std::string* text) {
  std::array<char, 65536> buffer;
  ssize_t count = read(fd, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  text->append(buffer.data(), static_cast<size_t>(count));
  return count > 0;
}

int MillisecondsUntil(Clock::time_point deadline) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - Clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
}

// Takes the reports off the start of what the child has sent.
void PassOn(const ReportProgress& progress, std::string* sent) {
  std::array<int64_t, 2> counts{};
  while (sent->size() > sizeof counts && sent->front() == kReport) {
    std::memcpy(counts.data(), sent->data() + 1, sizeof counts);
    sent->erase(0, 1 + sizeof counts);
    if (progress) progress(counts[0], counts[1]);
  }
}

// Why Collect returned.
enum class Ending { kEndOfStreams, kTooLate, kTooLarge };

// Reads both streams to their ends; stops before them at the deadline, on a
// signal, and when the result is larger than `most_bytes`.
Ending Collect(Pipe* result, Pipe* log, Clock::time_point deadline,
               int64_t most_bytes, const ReportProgress& progress,
               std::string* result_text, std::string* log_text) {
  while (result->read_end.is_open() || log->read_end.is_open()) {
    const int left = MillisecondsUntil(deadline);
    if (WasInterrupted() || left == 0) return Ending::kTooLate;
    std::array<pollfd, 2> polled{pollfd{result->read_end.get(), POLLIN, 0},
                                 pollfd{log->read_end.get(), POLLIN, 0}};
    // A signal that comes right before poll() does not end it, so none may wait
    // long.
    constexpr int kMostMilliseconds = 100;
    if (poll(polled.data(), polled.size(), std::min(left, kMostMilliseconds)) <=
        0) {
      continue;
    }
    if (polled[0].revents != 0 &&
        !ReadSome(result->read_end.get(), result_text)) {
      result->read_end.Close();
    }
    PassOn(progress, result_text);
    if (static_cast<int64_t>(result_text->size()) > most_bytes) {
      return Ending::kTooLarge;
    }
    if (polled[1].revents != 0 && !ReadSome(log->read_end.get(), log_text)) {
      log->read_end.Close();
    }
    if (log_text->size() > 2 * kKeptLogBytes) {
      log_text->erase(0, log_text->size() - kKeptLogBytes);
    }
  }
  return Ending::kEndOfStreams;
}

// A child process; killed if nobody has waited for its end.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void Kill() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }

  // Its wait status; nullopt when it had to be killed, at the deadline or on a
  // signal.
  std::optional<int> WaitUntil(Clock::time_point deadline) {
    for (;;) {
      int status = 0;
      const pid_t done = waitpid(pid_, &status, WNOHANG);
      if (done == pid_ || (done < 0 && errno != EINTR)) {
        pid_ = -1;
        return done < 0 ? std::nullopt : std::optional(status);
      }
      if (WasInterrupted() || Clock::now() >= deadline) {
        Kill();
        return std::nullopt;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  pid_t pid_;
};

// ": <last line>" of what the child wrote, shortened; or nothing.
std::string LastLine(const std::string& log) {
  size_t end = log.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  size_t start = log.find_last_of('\n', end);
  start = start == std::string::npos ? 0 : start + 1;
  std::string line = log.substr(start, std::min<size_t>(end + 1 - start, 200));
  std::replace_if(
      line.begin(), line.end(),
      [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return ": " + line;
}

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  size_t end = text.find_last_not_of(' ');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

[[noreturn]] void Rethrow(const std::string& text) {
  size_t first = text.find('\n');
  size_t second = text.find('\n', first + 1);
  throw Error(static_cast<ExitCode>(text[0] - '0'),
              text.substr(first + 1, second - first - 1),
              text.substr(second + 1));
}

// By the user; in most libraries a crash is how that shows.
bool IsMemoryLimited() {
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    getrlimit(resource, &limit);
    if (limit.rlim_cur != RLIM_INFINITY) return true;
  }
  return false;
}

[[noreturn]] void FailForMemory(const ChildLimits& limits,
                                const std::string& what) {
  throw ChildDied("E322",
                  fmt::format("{} needs more than {} MiB of memory", what,
                              limits.memory_bytes >> 20),
                  true);
}

// The result of a child that has ended with `status`.
std::string Judge(int status, std::string result, const std::string& log,
                  const ChildLimits& limits, const std::string& what) {
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    const char* name = sigabbrev_np(signal);
    // The kernel ends with SIGKILL what takes the last of the memory.
    throw ChildDied("E320",
                    fmt::format("{} crashed (signal {}, SIG{}){}", what, signal,
                                name != nullptr ? name : "?", LastLine(log)),
                    signal == SIGKILL || IsMemoryLimited());
  }
  if (WEXITSTATUS(status) != 0 || result.empty()) {
    throw ChildDied("E320",
                    fmt::format("{} ended with exit code {}{}", what,
                                WEXITSTATUS(status), LastLine(log)),
                    IsMemoryLimited());
  }
  char kind = result[0];
  result.erase(0, 1);
  if (kind == kResult) return result;
  if (kind == kError) Rethrow(result);
  if (kind == kNoMemory) FailForMemory(limits, what);
  Fail(ExitCode::kBadInput, "E323", "{} failed: {}", what, OneLine(result));
}

}  // namespace

bool IsOfDeadChild(const Error& error) {
  return error.id() == "E320" || error.id() == "E321" || error.id() == "E322";
}

std::string RunInChild(const std::function<std::string()>& work,
                       const ChildLimits& limits, const std::string& what) {
  return RunInChild([&](const ReportProgress&) { return work(); }, limits, what,
                    nullptr);
}

std::string RunInChild(const Work& work, const ChildLimits& limits,
                       const std::string& what,
                       const ReportProgress& progress) {
  const InterruptGuard guard;
  ThrowIfInterrupted();
  Clock::time_point deadline =
      Clock::now() + std::chrono::seconds(limits.seconds);
  Pipe result = OpenPipe(what);
  Pipe log = OpenPipe(what);
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) FailToStart(what, errno);
  if (pid == 0) RunChild(work, limits, result, log);
  Child child(pid);
  result.write_end.Close();
  log.write_end.Close();
  std::string result_text;
  std::string log_text;
  const Ending ending = Collect(&result, &log, deadline, limits.memory_bytes,
                                progress, &result_text, &log_text);
  std::optional<int> status;
  if (ending == Ending::kEndOfStreams) status = child.WaitUntil(deadline);
  child.Kill();
  ThrowIfInterrupted();
  if (ending == Ending::kTooLarge) FailForMemory(limits, what);
  if (!status) {
    throw ChildTookTooLong(
        ExitCode::kBadInput, "E321",
        fmt::format("{} took longer than {} s", what, limits.seconds));
  }
  return Judge(*status, std::move(result_text), log_text, limits, what);
}

}  // namespace dnncut
