// SPDX-License-Identifier: Apache-2.0
//
// In place of onnxruntime*.cc in a build without ONNX Runtime's header.
#include <cstdlib>

#include "compiler/base/error.h"
#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/runtime/onnxruntime_types.h"

namespace dnncut {
namespace {

[[noreturn]] void FailAbsent(const std::string& purpose) {
  Fail(ExitCode::kNoRuntime, "E702",
       "{} needs ONNX Runtime and this dnncut was built without it; run "
       "tools/get_onnxruntime.sh and build again",
       purpose);
}

}  // namespace

std::optional<OnnxRuntime> FindOnnxRuntime(const std::string& choice) {
  std::string named = choice;
  if (named.empty()) {
    const char* value = std::getenv("DNNCUT_ONNXRUNTIME");
    if (value != nullptr) named = value;
  }
  if (!named.empty() && named != "none") FailAbsent("'" + named + "'");
  return std::nullopt;
}

OnnxRuntime RequireOnnxRuntime(const std::string& choice,
                               const std::string& purpose) {
  FailAbsent(purpose);
}

std::string OnnxRuntimeDescription(const std::string& choice) {
  return "ONNX Runtime: built without";
}

TypeMap InferTypesWithOnnxRuntime(const SourceModel& model,
                                  const OnnxRuntime& runtime) {
  FailAbsent("type inference with " + runtime.path);
}

RunResult RunModel(const std::string& model_path,
                   const std::vector<Value>& inputs, const RunOptions& options,
                   const OnnxRuntime& runtime, const RunProgress& progress) {
  FailAbsent("running " + model_path);
}

}  // namespace dnncut
