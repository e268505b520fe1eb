// SPDX-License-Identifier: Apache-2.0
//
// What a command prints besides errors: --json, --verbose and --quiet.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "tools/text/terminal.h"

namespace dnncut {

// What flags for files take for it.
inline constexpr std::string_view kStandardOutput = "-";

// The switches; commands that do not have one leave it as it is.
struct Output {
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

// Prints one of the two, or with --quiet nothing but JSON.
void PrintAnswer(const Output& output,
                 const std::function<nlohmann::ordered_json()>& json,
                 const std::function<std::string()>& text);

// What `stage` returns for a Progress and Warnings. Warnings are printed at its
// end, also when it throws.
template <typename Stage>
auto RunStage(const Output& output, const Stage& stage) {
  WarningPrinter warnings;
  Progress progress(output.verbose, output.quiet);
  return stage(&progress, warnings.warnings());
}

}  // namespace dnncut
