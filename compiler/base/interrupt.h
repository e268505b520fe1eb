// SPDX-License-Identifier: Apache-2.0
//
// What ends the work before it is done: Ctrl-C and the like, where something
// must be removed before the program ends, and a limit on time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dnncut {

// Thrown by ThrowIfInterrupted; main() ends the program by the same signal. No
// std::exception, so that nobody takes it for a failure.
struct Interrupted {
  int signal = 0;
};

// Thrown by ThrowIfInterrupted when the time is up: no std::exception either,
// so that nobody takes it for a fault of what was being read.
struct TimeIsUp {
  std::string message;  // of error E142
};

// While one exists, a first SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGXCPU is only
// noted, and ends the program when the last one is gone; a second one ends it
// at once. Whoever owns temporary files holds one, and long work calls
// ThrowIfInterrupted.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Ends the work when it takes longer than `limit_ns`, from now on:
// ThrowIfInterrupted then throws TimeIsUp. Where nobody asks for a second more,
// the process ends at once with the same line and exit code. Replaces the
// limit that was; std::nullopt: there is none any more.
void LimitTime(std::optional<int64_t> limit_ns);

// Was a signal noted, or is the time up?
bool WasInterrupted();

// Throws Interrupted or TimeIsUp when so. Cheap: for loops over layers and
// cuts.
void ThrowIfInterrupted();

}  // namespace dnncut
