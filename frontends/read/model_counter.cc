// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/model_counter.h"

#include "compiler/base/error.h"

namespace dnncut {

void CheckGraphBytes(const ModelLimits& limits, int64_t bytes) {
  if (bytes <= limits.graph_bytes) return;
  Fail(ExitCode::kBadInput, "E229",
       "has more than {} bytes even without its weights; --limit "
       "graph-bytes=SIZE allows more",
       limits.graph_bytes);
}

void ModelCounter::FailCount(std::string_view what, std::string_view flag,
                             int64_t limit) {
  Fail(ExitCode::kBadInput, "E229",
       "has more than {} {}, those of bodies and functions included; --limit "
       "{}=N allows more",
       limit, what, flag);
}

}  // namespace dnncut
