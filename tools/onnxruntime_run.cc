// SPDX-License-Identifier: Apache-2.0
#include "tools/onnxruntime_run.h"

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "compiler/error.h"
#include "frontends/child_process.h"
#include "tools/onnxruntime_api.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

// Owns the name that a session gives away.
std::string TakeName(const OrtApi& api, OrtAllocator* allocator, char* name) {
  std::string copy = name;
  CheckStatus(api, api.AllocatorFree(allocator, name));
  return copy;
}

struct Names {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

Names NamesOf(const OrtApi& api, const OrtSession* session) {
  OrtAllocator* allocator = nullptr;
  CheckStatus(api, api.GetAllocatorWithDefaultOptions(&allocator));
  Names names;
  size_t count = 0;
  char* name = nullptr;
  CheckStatus(api, api.SessionGetInputCount(session, &count));
  for (size_t i = 0; i < count; ++i) {
    CheckStatus(api, api.SessionGetInputName(session, i, allocator, &name));
    names.inputs.push_back(TakeName(api, allocator, name));
  }
  CheckStatus(api, api.SessionGetOutputCount(session, &count));
  for (size_t i = 0; i < count; ++i) {
    CheckStatus(api, api.SessionGetOutputName(session, i, allocator, &name));
    names.outputs.push_back(TakeName(api, allocator, name));
  }
  return names;
}

[[noreturn]] void FailNoNumbers(const std::string& name) {
  Fail(ExitCode::kBadInput, "E706",
       "ONNX Runtime: '{}' is no tensor of numbers, which is all that can be "
       "passed in and out",
       name);
}

// A value that lies over `value.data`, which must outlive it.
OrtOwned<OrtValue> MakeValue(const OrtApi& api, const TensorValue& value) {
  if (BitsOf(value.dtype) == 0 ||
      BytesOf(value.dtype, value.shape, value.name) !=
          static_cast<int64_t>(value.data.size())) {
    FailNoNumbers(value.name);
  }
  OrtMemoryInfo* memory = nullptr;
  CheckStatus(api, api.CreateCpuMemoryInfo(OrtDeviceAllocator,
                                           OrtMemTypeDefault, &memory));
  OrtOwned<OrtMemoryInfo> owner{memory, api.ReleaseMemoryInfo};
  OrtValue* created = nullptr;
  // ONNX Runtime does not write to inputs.
  CheckStatus(
      api, api.CreateTensorWithDataAsOrtValue(
               memory, const_cast<char*>(value.data.data()), value.data.size(),
               value.shape.data(), value.shape.size(),
               static_cast<ONNXTensorElementDataType>(value.dtype), &created));
  return {created, api.ReleaseValue};
}

std::vector<OrtOwned<OrtValue>> MakeInputs(
    const OrtApi& api, const std::vector<std::string>& names,
    const std::vector<TensorValue>& given) {
  std::vector<OrtOwned<OrtValue>> values;
  for (const std::string& name : names) {
    auto found = std::find_if(
        given.begin(), given.end(),
        [&](const TensorValue& value) { return value.name == name; });
    if (found == given.end()) {
      Fail(ExitCode::kBadInput, "E706",
           "ONNX Runtime: no value is given for input '{}'", name);
    }
    values.push_back(MakeValue(api, *found));
  }
  return values;
}

// How an output travels from the child process.
void ReadOutput(const OrtApi& api, const std::string& name, OrtValue* value,
                onnx::TensorProto* tensor) {
  tensor->set_name(name);
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  CheckStatus(api, api.GetValueType(value, &kind));
  if (kind != ONNX_TYPE_TENSOR) FailNoNumbers(name);
  OrtTensorTypeAndShapeInfo* info = nullptr;
  CheckStatus(api, api.GetTensorTypeAndShape(value, &info));
  OrtOwned<OrtTensorTypeAndShapeInfo> owner{info,
                                            api.ReleaseTensorTypeAndShapeInfo};
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CheckStatus(api, api.GetTensorElementType(info, &element));
  size_t rank = 0;
  CheckStatus(api, api.GetDimensionsCount(info, &rank));
  std::vector<int64_t> shape(rank);
  CheckStatus(api, api.GetDimensions(info, shape.data(), rank));
  for (int64_t dim : shape) tensor->add_dims(dim);
  // The numbers are ONNX's own.
  tensor->set_data_type(static_cast<int32_t>(element));
  DType dtype = DTypeFromOnnx(tensor->data_type());
  if (BitsOf(dtype) == 0) FailNoNumbers(name);
  void* data = nullptr;
  CheckStatus(api, api.GetTensorMutableData(value, &data));
  tensor->set_raw_data(data, static_cast<size_t>(BytesOf(dtype, shape, name)));
}

// The outputs as a serialised GraphProto's initializers.
std::string Run(const OnnxRuntime& library, const std::string& model_path,
                const std::vector<TensorValue>& given) {
  OnnxRuntimeApi runtime = LoadOnnxRuntime(library.path);
  const OrtApi& api = *runtime.api;
  OrtModelSession opened =
      OpenSession(runtime, model_path, model_path, ORT_DISABLE_ALL);
  Names names = NamesOf(api, opened.session.get());
  std::vector<OrtOwned<OrtValue>> inputs = MakeInputs(api, names.inputs, given);

  std::vector<const char*> input_names;
  std::vector<const OrtValue*> input_values;
  std::vector<const char*> output_names;
  for (const std::string& name : names.inputs) {
    input_names.push_back(name.c_str());
  }
  for (const auto& value : inputs) input_values.push_back(value.get());
  for (const std::string& name : names.outputs) {
    output_names.push_back(name.c_str());
  }
  std::vector<OrtValue*> outputs(names.outputs.size(), nullptr);
  CheckStatus(
      api, api.Run(opened.session.get(), nullptr, input_names.data(),
                   input_values.data(), input_values.size(),
                   output_names.data(), output_names.size(), outputs.data()));
  onnx::GraphProto result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    OrtOwned<OrtValue> owner{outputs[i], api.ReleaseValue};
    ReadOutput(api, names.outputs[i], outputs[i], result.add_initializer());
  }
  return result.SerializeAsString();
}

}  // namespace

std::vector<TensorValue> RunWithOnnxRuntime(
    const std::string& model_path, const std::vector<TensorValue>& inputs,
    const OnnxRuntime& runtime) {
  ChildLimits limits;
  constexpr int kSeconds = 600;
  limits.seconds = kSeconds;
  std::string answer =
      RunInChild([&] { return Run(runtime, model_path, inputs); }, limits,
                 model_path + ": running it with ONNX Runtime");
  onnx::GraphProto result;
  if (!result.ParseFromString(answer)) {
    Fail(ExitCode::kBadInput, "E703", "ONNX Runtime's answer cannot be read");
  }
  std::vector<TensorValue> outputs;
  for (const onnx::TensorProto& tensor : result.initializer()) {
    outputs.push_back({tensor.name(),
                       DTypeFromOnnx(tensor.data_type()),
                       {tensor.dims().begin(), tensor.dims().end()},
                       tensor.raw_data()});
  }
  return outputs;
}

}  // namespace dnncut
