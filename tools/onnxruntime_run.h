// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/dtype.h"
#include "tools/onnxruntime.h"

namespace dnncut {

struct TensorValue {
  std::string name;
  DType dtype = DType::kUndefined;
  std::vector<int64_t> shape;
  std::string data;  // what ONNX calls raw_data

  bool operator==(const TensorValue&) const = default;
};

// Runs a model file once, in a child process, with one thread and without any
// optimisation, so that equal operations give equal bits. `inputs` may hold
// more than the model takes. Returns the model's outputs, in its order.
//
// Throws Error when ONNX Runtime does not take the model (E704), an input is
// not given or an input or output is no tensor of numbers (E706), the run fails
// (E703) or kills its process (E32x).
std::vector<TensorValue> RunWithOnnxRuntime(
    const std::string& model_path, const std::vector<TensorValue>& inputs,
    const OnnxRuntime& runtime);

}  // namespace dnncut
