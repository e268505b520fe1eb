// SPDX-License-Identifier: Apache-2.0
#include "compiler/interrupt.h"

#include <array>
#include <atomic>
#include <csignal>

namespace dnncut {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t noted_signal = 0;
std::atomic<int> guards = 0;

void Note(int signal) { noted_signal = signal; }

// What the caller of the program wants to be ignored stays ignored (nohup).
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

}  // namespace

InterruptGuard::InterruptGuard() {
  if (guards++ == 0) Replace(SIG_DFL, Note, static_cast<int>(SA_RESETHAND));
}

InterruptGuard::~InterruptGuard() {
  if (--guards > 0) return;
  Replace(Note, SIG_DFL, 0);
  // Nobody asked in time, but what was temporary is gone now.
  if (noted_signal != 0) std::raise(noted_signal);
}

bool WasInterrupted() { return noted_signal != 0; }

void ThrowIfInterrupted() {
  if (noted_signal == 0) return;
  const int signal = noted_signal;
  noted_signal = 0;
  throw Interrupted{signal};
}

}  // namespace dnncut
