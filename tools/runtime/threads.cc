// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/threads.h"

#include <algorithm>

namespace dnncut {

int ThreadsFor(const std::optional<int>& given, const MachineLabel& machine) {
  if (given) return *given;
  return static_cast<int>(std::min(machine.threads.value_or(0), kMaxThreads));
}

}  // namespace dnncut
