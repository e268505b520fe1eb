// SPDX-License-Identifier: Apache-2.0
//
// Runs dnncut as a user does, and measures it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dnncut {

struct Answer {
  int exit_code = -1;   // 128 + signal when one killed it
  bool in_time = true;  // else it was killed after 20 s
  std::string out;
  std::string err;
  double seconds = 0;  // by the wall clock
  // The largest process of it: it or a child.
  long peak_bytes = 0;
};

// In `folder`, with the temporary files in folder/tmp, without colour and
// without ONNX Runtime unless asked for.
Answer RunProgram(const std::vector<std::string>& arguments,
                  const std::filesystem::path& folder, bool with_onnxruntime);

}  // namespace dnncut
