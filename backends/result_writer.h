// SPDX-License-Identifier: Apache-2.0
//
// Writes the result folder of a compile.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backends/result/result.h"

namespace dnncut {

struct ResultOptions {
  std::string out;  // the folder
  bool force = false;
  // Files that the command reads besides the model's: no folder that holds one
  // is replaced.
  std::vector<std::string> inputs;
  bool inline_weights = false;
  bool halves_only = false;  // no files for people and firmware
  // Called with the weight bytes written so far and with all that there are.
  std::function<void(int64_t done_bytes, int64_t all_bytes)> progress;
};

// Writes table.json, problem.json, splitting_model.json, the halves that are to
// be written, with the weights of all, and, unless halves_only, report.html and
// firmware/. The folder appears whole or not at all; the same result gives the
// same bytes. Throws Error.
void WriteResult(const Result& result, const ResultOptions& options);

}  // namespace dnncut
