// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/output.h"

#include <nlohmann/json.hpp>

namespace dnncut {

void PrintAnswer(const Output& output,
                 const std::function<nlohmann::ordered_json()>& json,
                 const std::function<std::string()>& text) {
  if (output.json) {
    PrintJson(json());
  } else if (!output.quiet) {
    PrintResult(text());
  }
}

}  // namespace dnncut
