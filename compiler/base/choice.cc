// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/choice.h"

#include <fmt/format.h>

#include "compiler/base/error.h"

namespace dnncut {

void FailChoice(std::string_view flag, std::string_view text,
                const std::vector<std::string_view>& names) {
  Fail(ExitCode::kUsage, "E109", "{} '{}' must be {} or {}", flag, text,
       fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

}  // namespace dnncut
