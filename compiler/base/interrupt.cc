// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/interrupt.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};

volatile std::sig_atomic_t noted_signal = 0;
std::atomic<int> guards = 0;

volatile std::sig_atomic_t time_is_up = 0;
volatile std::sig_atomic_t alarms = 0;  // since then
std::chrono::steady_clock::time_point deadline;
// The texts for when the time is up. They are made before the timer starts and
// only read afterwards, so the signal handler may read them.
std::string* time_limit_message = nullptr;
std::string* time_limit_line = nullptr;

void Note(int signal) { noted_signal = signal; }

// A signal that the program was started to ignore (by nohup, for example) stays
// ignored.
void Replace(void (*from)(int), void (*to)(int), int flags) {
  for (const int signal : kSignals) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler != from) continue;
    struct sigaction next = {};
    next.sa_handler = to;
    next.sa_flags = flags;
    sigaction(signal, &next, nullptr);
  }
}

// The first time it asks the work to end. If it comes a second time, the work
// has not looked, and the process is ended here; later while there is something
// to remove, which a disk may keep from being done in time.
void EndInTime(int /*signal*/) {
  // The signal may have been sent by another process, before the time is up.
  if (std::chrono::steady_clock::now() < deadline) return;
  constexpr int kGraceWithGuards = 10;
  const int grace = guards > 0 ? kGraceWithGuards : 1;
  alarms = alarms + 1;
  if (alarms <= grace) {
    time_is_up = 1;
    return;
  }
  const ssize_t written =
      write(STDERR_FILENO, time_limit_line->data(), time_limit_line->size());
  (void)written;  // if this fails, nothing else can be done
  _exit(static_cast<int>(ExitCode::kBadInput));
}

// A program that contains dnncut may use this timer itself, as libFuzzer does;
// then it is left alone.
bool HasOtherClock() {
  struct sigaction now = {};
  sigaction(SIGALRM, nullptr, &now);
  return now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN &&
         now.sa_handler != EndInTime;
}

}  // namespace

void LimitTime(std::optional<int64_t> limit_ns) {
  constexpr int64_t kNsPerUs = 1000;
  constexpr int64_t kUsPerSecond = 1'000'000;
  constexpr time_t kGraceSeconds = 1;
  if (HasOtherClock()) return;
  struct itimerval timer = {};
  setitimer(ITIMER_REAL, &timer, nullptr);
  time_is_up = 0;
  alarms = 0;
  if (!limit_ns) return;
  // They are never freed: the handler may need them until the process ends.
  if (time_limit_message == nullptr) {
    time_limit_message = new std::string;
    time_limit_line = new std::string;
  }
  *time_limit_message = fmt::format(
      "this takes longer than {}; --limit time=DURATION allows more",
      FormatDuration(*limit_ns));
  *time_limit_line =
      fmt::format("dnncut: error[E142]: {}\n", *time_limit_message);
  struct sigaction action = {};
  action.sa_handler = EndInTime;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  const int64_t us = std::max(int64_t{1}, *limit_ns / kNsPerUs);
  deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(us);
  timer.it_value = {us / kUsPerSecond, us % kUsPerSecond};
  timer.it_interval = {kGraceSeconds, 0};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

InterruptGuard::InterruptGuard() {
  if (guards++ == 0) Replace(SIG_DFL, Note, static_cast<int>(SA_RESETHAND));
}

InterruptGuard::~InterruptGuard() {
  if (--guards > 0) return;
  Replace(Note, SIG_DFL, 0);
  // The signal came while temporary files existed and ends the program now that
  // they are removed.
  if (noted_signal != 0) std::raise(noted_signal);
}

bool WasInterrupted() { return noted_signal != 0 || time_is_up != 0; }

void ThrowIfInterrupted() {
  if (time_is_up != 0) throw TimeIsUp{*time_limit_message};
  if (noted_signal == 0) return;
  const int signal = noted_signal;
  noted_signal = 0;
  throw Interrupted{signal};
}

}  // namespace dnncut
