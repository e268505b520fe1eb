// SPDX-License-Identifier: Apache-2.0
//
// Execution providers: those that a library was built with have names like
// "CUDAExecutionProvider"; most are appended by a function for all of them, by
// the first part of the name, the older ones by functions of their own.
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "tools/runtime/onnxruntime_api.h"

namespace dnncut {
namespace {

constexpr std::string_view kSuffix = "ExecutionProvider";
constexpr std::string_view kCpu = "CPUExecutionProvider";
constexpr int kOpenVinoV2Version = 17;  // the API that has its function

// Locale must not matter, so no tolower().
std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string ShortName(const std::string& provider) {
  return provider.ends_with(kSuffix)
             ? provider.substr(0, provider.size() - kSuffix.size())
             : provider;
}

std::vector<std::string> AvailableProviders(const OrtApi& api) {
  char** names = nullptr;
  int count = 0;
  CheckStatus(api, api.GetAvailableProviders(&names, &count));
  std::vector<std::string> providers(names, names + count);
  CheckStatus(api, api.ReleaseAvailableProviders(names, count));
  return providers;
}

// As the library spells it.
std::string FindProvider(const OnnxRuntimeApi& runtime,
                         const std::string& wanted) {
  std::vector<std::string> names;
  for (const std::string& provider : AvailableProviders(*runtime.api)) {
    names.push_back(ShortName(provider));
    if (LowerCase(names.back()) == LowerCase(ShortName(wanted))) {
      return provider;
    }
  }
  Fail(ExitCode::kNoRuntime, "E708",
       "--provider '{}': ONNX Runtime {} at {} has no such execution "
       "provider, but {}; choose one of them, or name another library with "
       "--onnxruntime PATH",
       wanted, runtime.version, runtime.path, fmt::join(names, ", "));
}

// A provider's options, made by one function and appended by a second.
template <typename T>
void AppendWithOptions(const OrtApi& api, OrtSessionOptions* options,
                       OrtStatus* (*create)(T**),
                       OrtStatus* (*append)(OrtSessionOptions*, const T*),
                       void (*release)(T*)) {
  T* created = nullptr;
  CheckStatus(api, create(&created));
  const OrtOwned<T> owned{created, release};
  CheckStatus(api, append(options, created));
}

void AppendByName(const OnnxRuntimeApi& runtime, const std::string& provider,
                  OrtSessionOptions* options) {
  const OrtApi& api = *runtime.api;
  if (provider == "CUDAExecutionProvider") {
    AppendWithOptions(api, options, api.CreateCUDAProviderOptions,
                      api.SessionOptionsAppendExecutionProvider_CUDA_V2,
                      api.ReleaseCUDAProviderOptions);
  } else if (provider == "TensorrtExecutionProvider") {
    AppendWithOptions(api, options, api.CreateTensorRTProviderOptions,
                      api.SessionOptionsAppendExecutionProvider_TensorRT_V2,
                      api.ReleaseTensorRTProviderOptions);
  } else if (provider == "ROCMExecutionProvider") {
    const OrtROCMProviderOptions rocm;
    CheckStatus(api,
                api.SessionOptionsAppendExecutionProvider_ROCM(options, &rocm));
  } else if (provider == "OpenVINOExecutionProvider" &&
             runtime.api_version >= kOpenVinoV2Version) {
    CheckStatus(api, api.SessionOptionsAppendExecutionProvider_OpenVINO_V2(
                         options, nullptr, nullptr, 0));
  } else {
    CheckStatus(api,
                api.SessionOptionsAppendExecutionProvider(
                    options, ShortName(provider).c_str(), nullptr, nullptr, 0));
  }
}

}  // namespace

void AppendProvider(const OnnxRuntimeApi& runtime, const std::string& wanted,
                    OrtSessionOptions* options) {
  const std::string provider = FindProvider(runtime, wanted);
  if (provider == kCpu) return;
  try {
    AppendByName(runtime, provider, options);
  } catch (const OnnxRuntimeFailed& error) {
    Fail(ExitCode::kNoRuntime, "E708",
         "--provider '{}' cannot be used: {}; install the libraries that it "
         "needs, or choose another one",
         wanted, error.what());
  }
}

}  // namespace dnncut
