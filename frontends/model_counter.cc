// SPDX-License-Identifier: Apache-2.0
#include "frontends/model_counter.h"

#include "compiler/error.h"

namespace dnncut {

void ModelCounter::CheckBytes(int64_t bytes) const {
  if (bytes <= limits_.graph_bytes) return;
  Fail(ExitCode::kBadInput, "E229",
       "has more than {} bytes even without its weights; --limit "
       "graph-bytes=SIZE allows more",
       limits_.graph_bytes);
}

void ModelCounter::FailCount(std::string_view what, std::string_view flag,
                             int64_t limit) {
  Fail(ExitCode::kBadInput, "E229",
       "has more than {} {}, those of bodies and functions included; --limit "
       "{}=N allows more",
       limit, what, flag);
}

}  // namespace dnncut
