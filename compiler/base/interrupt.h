// SPDX-License-Identifier: Apache-2.0
//
// Ends the work before it is done: on a signal such as Ctrl-C, after temporary
// files have been removed, or when a time limit has passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dnncut {

// Thrown by ThrowIfInterrupted; main() then ends the program by the same
// signal. It is not a std::exception, so code that handles failures does not
// catch it.
struct Interrupted {
  int signal = 0;
};

// Thrown by ThrowIfInterrupted when the time is up. It is not a std::exception
// either, so nobody takes it for a fault of the file that was being read.
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

// Limits the time from now on to `limit_ns`: after that, ThrowIfInterrupted
// throws TimeIsUp. If nobody calls ThrowIfInterrupted for another second, or
// for ten while there is an InterruptGuard, the process ends by itself with the
// same line and exit code. Replaces any earlier
// limit; std::nullopt removes it.
void LimitTime(std::optional<int64_t> limit_ns);

// Was a signal noted, or is the time up?
bool WasInterrupted();

// Throws Interrupted or TimeIsUp when so. Cheap: for loops over layers and
// cuts.
void ThrowIfInterrupted();

}  // namespace dnncut
