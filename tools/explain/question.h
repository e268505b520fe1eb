// SPDX-License-Identifier: Apache-2.0
//
// What a user asks about a compiled table, and the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/result/stored_result.h"

namespace dnncut {

// At most one of the names. Without any of the three it is about the whole
// table.
struct Question {
  std::optional<std::string> layer;  // or of a tensor that the layer makes
  std::optional<std::string> tensor;
  std::optional<int64_t> kbps;  // in the range of the table
};

// For people, or with `json` for programs. Throws Error when nothing has the
// name (E820, E821), or several layers have it (E822).
std::string Answer(const StoredResult& compiled, const Question& question,
                   bool json);

}  // namespace dnncut
