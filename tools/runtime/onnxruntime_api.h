// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime's C API, loaded. For the sources that touch it, inside a child
// process only; everybody else includes tools/runtime/onnxruntime.h.
#pragma once

#include <onnxruntime_c_api.h>

#include <memory>
#include <string>

#include "compiler/base/error.h"

namespace dnncut {

struct OnnxRuntimeApi {
  const OrtApi* api = nullptr;
  // Functions that came later than this must not be called.
  int api_version = 0;
  std::string version;  // of the library
  std::string path;     // where it was found
};

// The oldest release that can be used: 1.kOldestApiVersion.
inline constexpr int kOldestApiVersion = 14;

// Loads the library and agrees on the newest API that both it and the header
// know; sets the variables that forbid telemetry. Throws Error (E701).
OnnxRuntimeApi LoadOnnxRuntime(const std::string& path);

// ONNX Runtime's message of a failed call, in one line; frees the status. Empty
// for success (null).
std::string TakeMessage(const OrtApi& api, OrtStatus* status);

// A call of ONNX Runtime failed.
class OnnxRuntimeFailed : public Error {
 public:
  using Error::Error;
};

// Throws OnnxRuntimeFailed (E703) when the call that returned `status` failed.
void CheckStatus(const OrtApi& api, OrtStatus* status);

// Owns what the API returns: OrtOwned<OrtSession>{session, api.ReleaseSession}.
template <typename T>
using OrtOwned = std::unique_ptr<T, void (*)(T*)>;

struct OrtSessionChoices {
  GraphOptimizationLevel level = ORT_DISABLE_ALL;
  int threads = 1;       // 0: one for each core
  std::string provider;  // as in RunOptions
  // Runs are to be fast; else as little memory is used as there can be, and no
  // weight is read.
  bool for_speed = false;
  std::string trace_prefix;     // of the profiler's file; empty: no profiler
  std::string optimized_model;  // where it is written; empty: nowhere
};

// Lets sessions run on the provider where it can, on the CPU where not.
// `wanted` is its name without case, with or without "ExecutionProvider".
// Throws Error (E708), which lists those of the library, when it has none.
void AppendProvider(const OnnxRuntimeApi& runtime, const std::string& wanted,
                    OrtSessionOptions* options);

struct OrtModelSession {
  OrtOwned<OrtEnv> env;
  OrtOwned<OrtSession> session;
};

// A session of a model file. Throws Error (E704) with ONNX Runtime's message,
// in which `model_path` is spelt `shown_path`, or E708.
OrtModelSession OpenSession(const OnnxRuntimeApi& runtime,
                            const std::string& model_path,
                            const std::string& shown_path,
                            const OrtSessionChoices& choices);

}  // namespace dnncut
