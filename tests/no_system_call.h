// SPDX-License-Identifier: Apache-2.0
//
// What happens on kernels and file systems that lack something.
#pragma once

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace dnncut {

// From now on this process finds that the system call `number` does not exist
// (ENOSYS). Cannot be undone: for child processes. False when the system does
// not allow it.
inline bool RefuseSystemCall(long number) {
  std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter = {program.size(), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Expects that `check` returns 0 in a child process in which the system call
// `number` does not exist. Skips the test where that cannot be arranged: ask
// IsSkipped() when more is to follow.
template <typename Check>
void ExpectWithoutSystemCall(long number, const Check& check) {
  constexpr int kNotAllowed = 77;
  bool allowed = true;
  const auto passes = [&](int status) {
    allowed = !testing::ExitedWithCode(kNotAllowed)(status);
    return !allowed || testing::ExitedWithCode(0)(status);
  };
  EXPECT_EXIT(_exit(RefuseSystemCall(number) ? check() : kNotAllowed), passes,
              "");
  if (!allowed) GTEST_SKIP() << "no seccomp";
}

}  // namespace dnncut
