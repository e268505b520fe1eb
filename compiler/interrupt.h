// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and the like, where something must be removed before the program ends.
#pragma once

namespace dnncut {

// Thrown by ThrowIfInterrupted; main() ends the program by the same signal. No
// std::exception, so that nobody takes it for a failure.
struct Interrupted {
  int signal = 0;
};

// While one exists, a first SIGINT, SIGTERM or SIGHUP is only noted, and ends
// the program when the last one is gone; a second one ends it at once. Whoever
// owns temporary files holds one, and long work calls ThrowIfInterrupted.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// Was a signal noted?
bool WasInterrupted();

// Throws Interrupted when one was.
void ThrowIfInterrupted();

}  // namespace dnncut
