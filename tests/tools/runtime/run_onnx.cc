// SPDX-License-Identifier: Apache-2.0
//
// Runs a model with ONNX Runtime, for tests in a Python without its package:
//
//   run_onnx MODEL                         prints "input NAME" and "output
//   NAME" run_onnx MODEL FOLDER NAME=FILE.npy... saves the outputs in FOLDER,
//   as
//                                          dnncut run --save-outputs does
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/runtime/onnxruntime.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/values/value.h"
#include "tools/values/value_files.h"

namespace {

void PrintNames(const std::string& path) {
  ONNX_NAMESPACE::ModelProto model;
  std::ifstream file(path, std::ios::binary);
  if (!model.ParseFromIstream(&file)) throw std::runtime_error(path);
  for (const auto& input : model.graph().input()) {
    std::printf("input %s\n", input.name().c_str());
  }
  for (const auto& output : model.graph().output()) {
    std::printf("output %s\n", output.name().c_str());
  }
}

dnncut::Value ReadInput(const std::string& argument) {
  const size_t equals = argument.rfind('=');
  if (equals == std::string::npos) throw std::runtime_error(argument);
  dnncut::Value value =
      dnncut::ReadValueFile(argument.substr(equals + 1), dnncut::Declared());
  value.name = argument.substr(0, equals);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return 2;
  try {
    if (arguments.size() == 1) {
      PrintNames(arguments[0]);
      return 0;
    }
    std::vector<dnncut::Value> inputs;
    for (size_t i = 2; i < arguments.size(); ++i) {
      inputs.push_back(ReadInput(arguments[i]));
    }
    const auto runtime = dnncut::RequireOnnxRuntime("", "run_onnx");
    dnncut::SaveValues(
        arguments[1],
        dnncut::RunModel(arguments[0], inputs, {}, runtime).outputs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "run_onnx: %s\n", error.what());
    return 1;
  }
  return 0;
}
