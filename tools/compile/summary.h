// SPDX-License-Identifier: Apache-2.0
//
// What `dnncut compile` says about its result, as values: summary_text.cc shows
// them to people, summary_json.cc to programs, so that both say the same.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/verdict.h"
#include "compiler/problem/side.h"
#include "tools/compile/pipeline.h"

namespace dnncut {

struct Summary {
  std::vector<ShownRow> rows;
  // Over running everything on one side; nullopt where that is not feasible.
  PerSide<std::optional<Gain>> over;
  // The exact table holds nothing but "all on the device" and "all on the
  // server". A smaller table made of it may do so without this being so.
  bool do_not_split = false;
  int64_t layers = 0;
  int64_t blocks = 0;
  int64_t weight_bytes = 0;        // of the model
  std::vector<std::string> notes;  // see notes.h
};

// What the text and the JSON of a compile both say.
Summary Summarize(const CompileResult& result);

// Where everything went and how long it took; not part of the result.
struct RunInfo {
  std::string output;  // "": nothing was written
  double seconds = 0;
  Warnings warnings;
};

// The parts of that: model, of which `size` says how large it is, machines and
// link; the rows, with what cuts send.
std::string SummaryHeader(const CompileResult& result, const std::string& size);
std::string SummaryRows(const CompileResult& result, const Summary& summary);

// What `compile` prints: several lines, the last one ended.
std::string SummaryText(const CompileResult& result, const Summary& summary,
                        const RunInfo& run);

// What `compile --json` prints (docs/schema).
nlohmann::ordered_json SummaryJson(const CompileResult& result,
                                   const Summary& summary, const RunInfo& run);

}  // namespace dnncut
