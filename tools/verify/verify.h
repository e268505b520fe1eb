// SPDX-License-Identifier: Apache-2.0
//
// The proof that halves compute what the model computes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/problem/side.h"
#include "frontends/onnx_frontend.h"
#include "frontends/read/limits.h"
#include "tools/runtime/model_inputs.h"
#include "tools/runtime/optimization_level.h"
#include "tools/text/terminal.h"
#include "tools/values/compare_values.h"

namespace dnncut {

struct VerifyOptions {
  std::string out;          // the result folder
  std::string model_path;   // the model that it was compiled from
  std::optional<int> cut;   // this one only
  ModelLimits limits;       // of the model and the halves
  bool structural = false;  // look at the halves, run nothing
  InputOptions inputs;
  Tolerance tolerance;
  // Of the second run; with kDisabled there is none.
  OptimizationLevel optimization = OptimizationLevel::kAll;
  int threads = 0;            // of the second run; 0: one for each core
  int timeout_seconds = 600;  // of each run
  std::string onnxruntime;    // the value of --onnxruntime
};

// One output of the model, against what it should be.
struct OutputCheck {
  std::string output;
  Comparison comparison;
};

struct CutReport {
  int cut = 0;
  PerSide<int> layers;
  std::vector<std::string> faults;  // found without running, see HalfChecker
  std::string run_error;            // ONNX Runtime's, when a half does not run
  // Without optimisation and with it; empty when it was not run.
  std::vector<OutputCheck> exact;
  std::vector<OutputCheck> optimized;
  // The same without optimisation at the second batch, and ONNX Runtime's error
  // when a half does not run at that.
  std::vector<OutputCheck> second;
  std::string second_error;
  // Where outputs that are not exact go wrong, see FindFirstDifference.
  std::string first_difference;
};

// The second size at which halves are run.
struct SecondBatch {
  InputShapes inputs;   // those that have a batch
  std::string why_not;  // why no half was run at it: the inputs cannot be
                        // made, or the whole model does not run
};

struct VerifyReport {
  std::string out;
  std::string model_file;
  std::string model_sha256;
  std::string runtime_version;  // empty: nothing was run
  std::string why_not_run;      // when nothing was
  OptimizationLevel optimization = OptimizationLevel::kAll;
  // Nullopt: no free batch, or its second size cannot be derived.
  std::optional<SecondBatch> second;
  std::vector<CutReport> cuts;
  int cuts_without_halves = 0;  // which nobody could verify
  // The whole model's outputs against those of the test data, if it has some.
  std::vector<OutputCheck> expected;
};

// Looks at and runs every cut of the folder's table that has halves. Throws
// Error when the model itself does not run, E734 when there is no such cut.
VerifyReport Verify(const TableFile& table, const VerifyOptions& options,
                    Progress* progress, Warnings* warnings);

// "2", or "2 and 6" when the inputs differ: the batch of `second`.
std::string BatchText(const SecondBatch& second);

bool AllSameBits(const std::vector<OutputCheck>& checks);
bool Passed(const CutReport& report);
bool Passed(const VerifyReport& report);
// Throws Error E732 or E733 unless it has.
void RequirePassed(const VerifyReport& report);

// For people; ends with the verdict.
std::string VerifyText(const VerifyReport& report);
// "dnncut.verify/1".
nlohmann::ordered_json VerifyJson(const VerifyReport& report);

}  // namespace dnncut
