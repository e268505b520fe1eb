// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime, when there is one: found at run time, never linked against, and
// never loaded into this process: whatever touches it runs in a child process.
// Only tools/ know it. A build without its C API header (see
// DNNCUT_ONNXRUNTIME_INCLUDE in CMake) has the same functions and finds none.
#pragma once

#include <optional>
#include <string>

namespace dnncut {

// A library that loads.
struct OnnxRuntime {
  std::string path;
  std::string version;  // "1.30.0"

  bool operator==(const OnnxRuntime&) const = default;
};

// `choice` is the value of --onnxruntime: a library or a folder that holds one,
// "none" for no ONNX Runtime at all, or empty. When it is empty,
// $DNNCUT_ONNXRUNTIME is used in its place; when that is empty too, the first
// library that loads is taken of: beside the program, ../lib from there, the
// cache that tools/get_onnxruntime.sh fills, the system.
//
// nullopt when there is none. Throws Error (kNoRuntime) when a library was
// named but cannot be used.
std::optional<OnnxRuntime> FindOnnxRuntime(const std::string& choice);

// The same, but throws Error (kNoRuntime) that says how to get one when there
// is none. `purpose` starts the message: "verify".
OnnxRuntime RequireOnnxRuntime(const std::string& choice,
                               const std::string& purpose);

// One line for --version: "ONNX Runtime 1.30.0 (/path/of/the/library)",
// "ONNX Runtime: not found". Never throws.
std::string OnnxRuntimeDescription(const std::string& choice);

}  // namespace dnncut
