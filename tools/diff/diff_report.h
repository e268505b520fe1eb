// SPDX-License-Identifier: Apache-2.0
//
// What `dnncut diff` prints and writes.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tools/ci/check_report.h"
#include "tools/diff/result_diff.h"

namespace dnncut {

// What must hold of a diff.
struct DiffLimits {
  // In millionths of a percent; nullopt: any regression is fine.
  std::optional<int64_t> max_regression;
  std::string max_regression_text;  // "5%", as it was given
  bool require_compatible = false;
};

// The two questions as checks of a pipeline. Those that are not asked are
// skipped, and say what was found all the same.
CheckReport DiffChecks(const ResultDiff& diff, const DiffLimits& limits);

// The same questions when the results cannot be read or compared: what is asked
// (or, when nothing is, both) could not be answered.
CheckReport UnansweredChecks(const std::string& before,
                             const std::string& after, const DiffLimits& limits,
                             const Error& error);

// For people, on a terminal.
std::string DiffText(const ResultDiff& diff, const CheckReport& checks);

// "dnncut.diff/1", docs/formats.md.
nlohmann::ordered_json DiffJson(const ResultDiff& diff,
                                const CheckReport& checks);

// For a pull request: the verdicts first, tables, the rest folded away. At most
// `max_bytes`; what does not fit is left out, and a line says so.
std::string DiffMarkdown(const ResultDiff& diff, const CheckReport& checks,
                         size_t max_bytes);

}  // namespace dnncut
