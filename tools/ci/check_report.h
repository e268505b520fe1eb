// SPDX-License-Identifier: Apache-2.0
//
// What a command that may fail a pipeline has found. `check`, `diff` and
// `verify` make one; everything that a pipeline can read is made of it: the
// text and JSON here, JUnit (junit_report.h), SARIF (sarif_report.h) and
// GitHub's Markdown (markdown_report.h).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"

namespace dnncut {

enum class CheckStatus {
  kPassed,
  kFailed,   // looked at, and not as it has to be
  kError,    // could not be looked at
  kSkipped,  // there was nothing to look at
};

// "passed", "failed", "error" or "skipped".
std::string_view StatusName(CheckStatus status);

// A number, exact for programs and readable for people.
struct CheckValue {
  int64_t value = 0;
  std::string unit;  // "ns", "bytes", "count"; "ppb": billionths
  std::string text;  // "80 ms"
};

// Names and messages hold whatever a file says, maybe control characters and
// broken UTF-8: every writer makes of them what its format allows.
struct CheckItem {
  // Of the kind of check, stable: "budget-latency". Programs group by it.
  std::string rule;
  // What that kind demands, one sentence without a full stop.
  std::string rule_text;
  // Of this one, different from the others of the report.
  std::string name;
  // Says which one it is also when limits have changed; empty: the name.
  std::string identity;
  CheckStatus status = CheckStatus::kPassed;
  // One line: what was found, where, by how much, and what would help.
  std::string message;
  std::optional<CheckValue> measured;
  std::optional<CheckValue> limit;
  std::optional<int64_t> kbps;  // where it was measured
  std::optional<int> cut;       // of which cut
};

// It could not be looked at, or what was looked at is broken: says why, with
// the id that the error has in docs/errors.md.
void SetError(const Error& error, CheckStatus status, CheckItem* item);

struct CheckReport {
  std::string command;  // "check"
  std::string title;    // one line: "net.onnx in out"
  // The file that was looked at, as the user named it: where SARIF points to.
  std::string file;
  std::vector<CheckItem> items;
  // More for people, as finished Markdown (EscapeMarkdown); "" for none.
  std::string details_title;
  std::string details;
};

int64_t CountOf(const CheckReport& report, CheckStatus status);

// No item failed, and none could not be looked at.
bool Passed(const CheckReport& report);

// "3 of 7 checks failed", "7 checks passed", "5 checks passed, 2 skipped".
std::string CheckVerdict(const CheckReport& report);

// A line for each item and the verdict, for a terminal.
std::string CheckText(const CheckReport& report);

// "dnncut.check/1".
nlohmann::ordered_json CheckJson(const CheckReport& report);

}  // namespace dnncut
