// SPDX-License-Identifier: Apache-2.0
//
// The runs of Verify: the whole model and the halves of each cut, at the size
// of the table and, where there is a free batch, at twice that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "tools/runtime/model_inputs.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/text/terminal.h"
#include "tools/verify/verify.h"

namespace dnncut {

// The tolerance for all outputs of the model. One that computes in 16-bit
// floats is rounded to them inside, whatever its outputs are: where the user
// says nothing, their tolerance holds.
Tolerance ToleranceFor(const ONNX_NAMESPACE::ModelProto& model,
                       Tolerance tolerance);

class VerifyRuns {
 public:
  // Keeps references to all of them. Throws Error when ONNX Runtime is missing
  // or an input cannot be made up.
  VerifyRuns(const VerifyOptions& options, const TableFile& table,
             const SourceModel& model, Progress* progress);

  // The whole model, at both levels. Throws Error when it does not run.
  void RunWhole(VerifyReport* report, Warnings* warnings);

  // The same at twice the batch, without optimisation, where the model has a
  // free one. That it does not run there is no fault.
  void RunWholeAtSecondBatch(VerifyReport* report);

  // The halves of report->cut against it.
  void RunCut(CutReport* report);

 private:
  // What the model is run on, and what it gives without optimisation.
  struct WholeRun {
    RunInputs inputs;
    std::vector<Value> expected;
  };
  // What the halves of a cut are to give.
  using Expected = PerSide<std::vector<Value>>;
  // What they give, and what crosses.
  struct Outputs {
    PerSide<std::vector<Value>> halves;
    std::vector<Value> sent;
  };

  bool AlsoOptimized() const;
  bool RoundsElsewhere() const;
  std::vector<ModelInput> InputsOfModel() const;
  std::vector<Value> RunWholeAt(const WholeRun& whole, const RunOptions& run);
  std::vector<Value> RunWholeExact(const WholeRun& whole);
  std::vector<Value> RunCopy(const ONNX_NAMESPACE::ModelProto& copy,
                             const std::vector<Value>& inputs);
  Expected ExpectedExact(int cut, const WholeRun& whole);
  std::vector<Value> RunHalf(const std::string& file,
                             const std::vector<Value>& given,
                             const RunOptions& run);
  Outputs RunHalves(int cut, const WholeRun& whole, const RunOptions& run);
  void RunCutAtSecondBatch(CutReport* report);
  std::vector<Value> Sent(const TableFile::Cut& cut, const WholeRun& whole,
                          const std::vector<Value>& device) const;
  void CheckSent(const Outputs& outputs, CutReport* report) const;
  std::vector<OutputCheck> Compare(const Outputs& got, const Expected& expected,
                                   const WholeRun& whole) const;
  std::string FirstDifference(int cut, const WholeRun& whole);

  const VerifyOptions& options_;
  const TableFile& table_;
  const SourceModel& model_;
  Progress* progress_;
  Tolerance tolerance_;
  OnnxRuntime runtime_;
  WholeRun first_;
  std::optional<WholeRun> second_;
  RunOptions exact_;
  RunOptions optimized_;
  std::vector<Value> expected_optimized_;
};

}  // namespace dnncut
