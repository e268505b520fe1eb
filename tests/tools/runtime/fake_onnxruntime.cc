// SPDX-License-Identifier: Apache-2.0
//
// Libraries that claim to be ONNX Runtime and are of no use: FAKE_VERSION is
// the release that it says it is, and asking for its API kills the process.
#include <cstdint>
#include <cstdlib>

namespace {

struct ApiBase {
  const void* (*get_api)(uint32_t version);
  const char* (*get_version_string)();
};

const void* GetApi(uint32_t version) { std::abort(); }

const char* GetVersionString() { return FAKE_VERSION; }

constexpr ApiBase kBase{GetApi, GetVersionString};

}  // namespace

extern "C" const void* OrtGetApiBase() { return &kBase; }
