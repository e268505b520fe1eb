// SPDX-License-Identifier: Apache-2.0
//
// Loads the library with dlopen and asks it for the newest version of its C API
// that both sides know. Sessions run one node after the other, as the cost of a
// half is the sum of its nodes' times. Every status that the API returns is
// either taken or thrown as an Error, and every object is owned by a pointer
// that releases it.
#include "tools/runtime/onnxruntime_api.h"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <new>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/text/replace_all.h"

namespace dnncut {
namespace {

// ONNX Runtime quotes whole lists of types and shapes.
constexpr size_t kLongestMessage = 400;

// The API of release 1.N has version N.
int MinorRelease(std::string_view version) {
  if (!version.starts_with("1.")) return 0;
  int minor = 0;
  std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  return minor;
}

// Weights above this size are no part of a saved model.
constexpr const char* kSavedInlineBytes = "1024";

OrtOwned<OrtSessionOptions> MakeOptions(const OrtApi& api,
                                        const OrtSessionChoices& choices) {
  OrtSessionOptions* created = nullptr;
  CheckStatus(api, api.CreateSessionOptions(&created));
  OrtOwned<OrtSessionOptions> options{created, api.ReleaseSessionOptions};
  const auto set = [&](const char* key, const char* value) {
    CheckStatus(api, api.AddSessionConfigEntry(created, key, value));
  };
  CheckStatus(api,
              api.SetSessionGraphOptimizationLevel(created, choices.level));
  CheckStatus(api, api.SetSessionExecutionMode(created, ORT_SEQUENTIAL));
  CheckStatus(api, api.SetIntraOpNumThreads(created, choices.threads));
  CheckStatus(api, api.SetInterOpNumThreads(created, 1));
  if (!choices.for_speed) {
    CheckStatus(api, api.DisableCpuMemArena(created));
    CheckStatus(api, api.DisableMemPattern(created));
    // Packing would read every weight and copy it.
    set("session.disable_prepacking", "1");
  }
  if (!choices.trace_prefix.empty()) {
    CheckStatus(api,
                api.EnableProfiling(created, choices.trace_prefix.c_str()));
  }
  if (!choices.optimized_model.empty()) {
    CheckStatus(api, api.SetOptimizedModelFilePath(
                         created, choices.optimized_model.c_str()));
    set("session.optimized_model_external_initializers_file_name",
        "optimized_weights.bin");
    set("session.optimized_model_external_initializers_min_size_in_bytes",
        kSavedInlineBytes);
  }
  return options;
}

}  // namespace

OnnxRuntimeApi LoadOnnxRuntime(const std::string& path) {
  // ONNX Runtime 1.30 on Linux makes a device identifier, files in the home and
  // temporary folders and uploads as soon as its environment exists, before
  // DisableTelemetryEvents can be called. Only a variable stops all of that;
  // it has been spelt both ways.
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  setenv("ORT_TELEMETRY_DISABLED", "1", 1);
  // Never closed: its threads and exit handlers outlive any moment at which
  // that would be safe, and the process is short-lived.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    Fail(ExitCode::kNoRuntime, "E701", "cannot load ONNX Runtime: {}",
         reason != nullptr ? reason : path);
  }
  auto get_base = reinterpret_cast<const OrtApiBase* (*)()>(
      dlsym(library, "OrtGetApiBase"));
  if (get_base == nullptr) {
    Fail(ExitCode::kNoRuntime, "E701",
         "{} is not ONNX Runtime: it has no OrtGetApiBase", path);
  }
  const OrtApiBase* base = get_base();
  OnnxRuntimeApi runtime;
  Dl_info info{};
  dladdr(reinterpret_cast<void*>(get_base), &info);
  runtime.path = info.dli_fname != nullptr ? info.dli_fname : path;
  runtime.version = base->GetVersionString();
  // Asking for more than there is makes the library write to standard error.
  runtime.api_version =
      std::min(MinorRelease(runtime.version), ORT_API_VERSION);
  if (runtime.api_version >= kOldestApiVersion) {
    runtime.api = base->GetApi(static_cast<uint32_t>(runtime.api_version));
  }
  if (runtime.api == nullptr) {
    Fail(ExitCode::kNoRuntime, "E701",
         "{} is ONNX Runtime {}; dnncut can use 1.{} or a later 1.x", path,
         runtime.version, kOldestApiVersion);
  }
  return runtime;
}

std::string TakeMessage(const OrtApi& api, OrtStatus* status) {
  if (status == nullptr) return "";
  std::string message = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  std::replace_if(
      message.begin(), message.end(),
      [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  while (!message.empty() && message.back() == ' ') message.pop_back();
  if (message.empty()) message = "unknown error";
  return message;
}

namespace {

// In ONNX Runtime's words.
void ThrowIfNoMemory(std::string_view message) {
  for (const std::string_view words :
       {"bad_alloc", "Failed to allocate memory", "Cannot allocate memory"}) {
    if (message.find(words) != std::string_view::npos) throw std::bad_alloc();
  }
}

}  // namespace

void CheckStatus(const OrtApi& api, OrtStatus* status) {
  std::string message = TakeMessage(api, status);
  ThrowIfNoMemory(message);
  if (!message.empty()) {
    throw OnnxRuntimeFailed(ExitCode::kBadInput, "E703",
                            fmt::format("ONNX Runtime: {}", message));
  }
}

OrtModelSession OpenSession(const OnnxRuntimeApi& runtime,
                            const std::string& model_path,
                            const std::string& shown_path,
                            const OrtSessionChoices& choices) {
  const OrtApi& api = *runtime.api;
  OrtEnv* env = nullptr;
  CheckStatus(api, api.CreateEnv(ORT_LOGGING_LEVEL_FATAL, "dnncut", &env));
  OrtModelSession opened{{env, api.ReleaseEnv}, {nullptr, api.ReleaseSession}};
  CheckStatus(api, api.DisableTelemetryEvents(env));
  OrtOwned<OrtSessionOptions> options = MakeOptions(api, choices);
  if (!choices.provider.empty()) {
    AppendProvider(runtime, choices.provider, options.get());
  }
  OrtSession* session = nullptr;
  std::string message = TakeMessage(
      api, api.CreateSession(env, model_path.c_str(), options.get(), &session));
  ThrowIfNoMemory(message);
  if (!message.empty()) {
    ReplaceAll(model_path, shown_path, &message);
    if (message.size() > kLongestMessage) {
      message.resize(kLongestMessage);
      message += "...";
    }
    Fail(ExitCode::kBadInput, "E704",
         "{}: ONNX Runtime {} does not take this model: {}", shown_path,
         runtime.version, message);
  }
  opened.session.reset(session);
  return opened;
}

}  // namespace dnncut
