// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime's C API, loaded. For the sources that touch it, inside a child
// process only; everybody else includes tools/onnxruntime.h.
#pragma once

#include <onnxruntime_c_api.h>

#include <memory>
#include <string>

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

// Throws Error (E703) when the call that returned `status` failed.
void CheckStatus(const OrtApi& api, OrtStatus* status);

// Owns what the API returns: OrtOwned<OrtSession>{session, api.ReleaseSession}.
template <typename T>
using OrtOwned = std::unique_ptr<T, void (*)(T*)>;

// A session of a model file, with one thread and as little memory as there can
// be.
struct OrtModelSession {
  OrtOwned<OrtEnv> env;
  OrtOwned<OrtSession> session;
};

// Throws Error (E704) with ONNX Runtime's message, in which `model_path` is
// spelt `shown_path`.
OrtModelSession OpenSession(const OnnxRuntimeApi& runtime,
                            const std::string& model_path,
                            const std::string& shown_path,
                            GraphOptimizationLevel level);

}  // namespace dnncut
