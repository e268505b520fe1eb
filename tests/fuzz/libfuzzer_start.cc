// SPDX-License-Identifier: Apache-2.0
//
// What a target needs when libFuzzer runs it:
//
//   NAME_fuzz --seeds=FOLDER    writes its seeds there and ends
//
// And coverage of child processes: shape inference runs in one, so libFuzzer
// would learn nothing from it. The counters are moved into memory that children
// share.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzzing.h"

extern "C" {
// The linker's ends of the section with one counter for each edge.
extern uint8_t __start___sancov_cntrs[];
extern uint8_t __stop___sancov_cntrs[];
}

namespace dnncut {
namespace {

void WriteSeeds(const std::string& folder) {
  int number = 0;
  for (const std::string& seed : FuzzSeeds()) {
    WriteFuzzFile(fmt::format("{}/seed{:05}", folder, number++), seed);
  }
}

// Whole pages only: what stands beside the counters must not be shared.
void ShareCounters() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(__start___sancov_cntrs);
  const auto end = reinterpret_cast<uintptr_t>(__stop___sancov_cntrs);
  const uintptr_t first = (begin + page - 1) / page * page;
  if (first >= end / page * page) return;
  const size_t size = end / page * page - first;
  auto* const counters = reinterpret_cast<uint8_t*>(first);
  const std::vector<uint8_t> values(counters, counters + size);
  if (mmap(counters, size, PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
    Finding("cannot share the counters");
  }
  std::memcpy(counters, values.data(), size);
}

}  // namespace
}  // namespace dnncut

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kSeeds = "--seeds=";
  if (*argc == 2 && std::string_view((*argv)[1]).starts_with(kSeeds)) {
    dnncut::WriteSeeds((*argv)[1] + kSeeds.size());
    exit(0);
  }
  dnncut::ShareCounters();
  return 0;
}
