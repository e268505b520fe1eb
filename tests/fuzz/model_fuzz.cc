// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a model file, compiled without writing the result.
#include "tests/fuzz/compile_check.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/model_seeds.h"

namespace dnncut {

std::vector<std::string> FuzzSeeds() { return ModelSeeds(); }

}  // namespace dnncut

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dnncut::CheckCompile({reinterpret_cast<const char*>(data), size});
  return 0;
}
