// SPDX-License-Identifier: Apache-2.0
#include "tools/version.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <onnx/common/version.h>

#include "tools/runtime/onnxruntime.h"

namespace dnncut {

std::string VersionText() {
  constexpr int kMillion = 1'000'000;
  return fmt::format(
      "dnncut {}\nlibonnx {}\nprotobuf {}.{}.{}\n{}\n", DNNCUT_VERSION,
      ONNX_NAMESPACE::LAST_RELEASE_VERSION, GOOGLE_PROTOBUF_VERSION / kMillion,
      GOOGLE_PROTOBUF_VERSION / 1000 % 1000, GOOGLE_PROTOBUF_VERSION % 1000,
      OnnxRuntimeDescription(""));
}

}  // namespace dnncut
