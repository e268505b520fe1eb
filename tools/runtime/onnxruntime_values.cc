// SPDX-License-Identifier: Apache-2.0
//
// Values go to ONNX Runtime without a copy, which reads inputs and never writes
// them; results are copied out. Before either, the number of bytes is compared
// with what type and shape need, so that neither side reads beyond the other's
// memory. ONNX and ONNX Runtime number element types alike, which a test checks
// for all of them.
#include "tools/runtime/onnxruntime_values.h"

#include <cstring>
#include <utility>
#include <vector>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

[[noreturn]] void FailValue(const std::string& name, std::string_view what) {
  Fail(ExitCode::kBadInput, "E706", "ONNX Runtime: '{}' {}", name, what);
}

OrtAllocator* DefaultAllocator(const OrtApi& api) {
  OrtAllocator* allocator = nullptr;
  CheckStatus(api, api.GetAllocatorWithDefaultOptions(&allocator));
  return allocator;
}

OrtOwned<OrtValue> StringsToOrt(const OrtApi& api, const Value& value) {
  if (ElementCount(value.shape, value.name) != std::ssize(value.strings)) {
    FailValue(value.name, "does not have as many strings as its shape says");
  }
  OrtValue* created = nullptr;
  CheckStatus(api,
              api.CreateTensorAsOrtValue(
                  DefaultAllocator(api), value.shape.data(), value.shape.size(),
                  ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &created));
  OrtOwned<OrtValue> tensor{created, api.ReleaseValue};
  std::vector<const char*> texts;
  for (const std::string& text : value.strings) {
    if (text.find('\0') != std::string::npos) {
      FailValue(value.name,
                "holds a string with a zero byte, which ONNX Runtime cannot be "
                "given");
    }
    texts.push_back(text.c_str());
  }
  CheckStatus(api, api.FillStringTensor(created, texts.data(), texts.size()));
  return tensor;
}

OrtOwned<OrtValue> TensorToOrt(const OrtApi& api, const Value& value) {
  if (value.dtype == DType::kString) return StringsToOrt(api, value);
  if (BitsOf(value.dtype) == 0 ||
      BytesOf(value.dtype, value.shape, value.name) != std::ssize(value.data)) {
    FailValue(value.name, "does not have as many bytes as its shape says");
  }
  OrtMemoryInfo* memory = nullptr;
  CheckStatus(api, api.CreateCpuMemoryInfo(OrtDeviceAllocator,
                                           OrtMemTypeDefault, &memory));
  const OrtOwned<OrtMemoryInfo> owner{memory, api.ReleaseMemoryInfo};
  OrtValue* created = nullptr;
  // ONNX Runtime does not write to inputs. The numbers of types are ONNX's.
  CheckStatus(
      api, api.CreateTensorWithDataAsOrtValue(
               memory, const_cast<char*>(value.data.data()), value.data.size(),
               value.shape.data(), value.shape.size(),
               static_cast<ONNXTensorElementDataType>(value.dtype), &created));
  return {created, api.ReleaseValue};
}

OrtOwned<OrtValue> ElementsToOrt(const OrtApi& api, const Value& value) {
  std::vector<OrtOwned<OrtValue>> owned;
  std::vector<const OrtValue*> elements;
  for (const Value& element : value.elements) {
    owned.push_back(ToOrtValue(api, element));
    elements.push_back(owned.back().get());
  }
  if (elements.empty()) {
    FailValue(value.name,
              "is an empty sequence, which ONNX Runtime does not take");
  }
  OrtValue* created = nullptr;
  CheckStatus(
      api, api.CreateValue(elements.data(), elements.size(),
                           value.kind == Value::Kind::kMap ? ONNX_TYPE_MAP
                                                           : ONNX_TYPE_SEQUENCE,
                           &created));
  return {created, api.ReleaseValue};
}

// ONNX and ONNX Runtime number the types alike.
DType ElementTypeOf(const OrtApi& api, const OrtTensorTypeAndShapeInfo* info) {
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CheckStatus(api, api.GetTensorElementType(info, &element));
  return DTypeFromOnnx(static_cast<int32_t>(element));
}

std::vector<std::string> StringsOf(const OrtApi& api, const OrtValue& value,
                                   size_t count) {
  size_t bytes = 0;
  CheckStatus(api, api.GetStringTensorDataLength(&value, &bytes));
  std::string text(bytes, '\0');
  std::vector<size_t> offsets(count);
  CheckStatus(api, api.GetStringTensorContent(&value, text.data(), bytes,
                                              offsets.data(), count));
  offsets.push_back(bytes);
  std::vector<std::string> strings;
  for (size_t i = 0; i < count; ++i) {
    strings.push_back(text.substr(offsets[i], offsets[i + 1] - offsets[i]));
  }
  return strings;
}

void ReadTensor(const OrtApi& api, const OrtValue& value, Value* tensor) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  CheckStatus(api, api.GetTensorTypeAndShape(&value, &info));
  const OrtOwned<OrtTensorTypeAndShapeInfo> owner{
      info, api.ReleaseTensorTypeAndShapeInfo};
  tensor->dtype = ElementTypeOf(api, info);
  size_t rank = 0;
  CheckStatus(api, api.GetDimensionsCount(info, &rank));
  tensor->shape.resize(rank);
  CheckStatus(api, api.GetDimensions(info, tensor->shape.data(), rank));
  if (tensor->dtype == DType::kString) {
    tensor->strings = StringsOf(
        api, value,
        static_cast<size_t>(ElementCount(tensor->shape, tensor->name)));
    return;
  }
  if (BitsOf(tensor->dtype) == 0) {
    FailValue(tensor->name, "has elements of a type that dnncut does not know");
  }
  // The function takes a value that can be changed; this only reads it.
  void* data = nullptr;
  CheckStatus(api,
              api.GetTensorMutableData(const_cast<OrtValue*>(&value), &data));
  const auto bytes =
      static_cast<size_t>(BytesOf(tensor->dtype, tensor->shape, tensor->name));
  if (bytes > 0) tensor->data.assign(static_cast<const char*>(data), bytes);
}

void ReadElements(const OrtApi& api, const OrtValue& value, Value* read) {
  size_t count = 0;
  CheckStatus(api, api.GetValueCount(&value, &count));
  for (size_t i = 0; i < count; ++i) {
    OrtValue* element = nullptr;
    CheckStatus(api, api.GetValue(&value, static_cast<int>(i),
                                  DefaultAllocator(api), &element));
    const OrtOwned<OrtValue> owner{element, api.ReleaseValue};
    read->elements.push_back(
        FromOrtValue(api, fmt::format("{}[{}]", read->name, i), *element));
  }
}

}  // namespace

OrtOwned<OrtValue> ToOrtValue(const OrtApi& api, const Value& value) {
  switch (value.kind) {
    case Value::Kind::kTensor:
      return TensorToOrt(api, value);
    case Value::Kind::kSequence:
    case Value::Kind::kMap:
      return ElementsToOrt(api, value);
    case Value::Kind::kNothing:
      break;
  }
  FailValue(value.name,
            "is an optional that holds nothing, which cannot be passed in");
}

Value FromOrtValue(const OrtApi& api, const std::string& name,
                   const OrtValue& value) {
  Value read;
  read.name = name;
  int has_value = 0;
  CheckStatus(api, api.HasValue(&value, &has_value));
  if (has_value == 0) {
    read.kind = Value::Kind::kNothing;
    return read;
  }
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  CheckStatus(api, api.GetValueType(&value, &kind));
  switch (kind) {
    case ONNX_TYPE_TENSOR:
      ReadTensor(api, value, &read);
      return read;
    case ONNX_TYPE_SEQUENCE:
      read.kind = Value::Kind::kSequence;
      ReadElements(api, value, &read);
      return read;
    case ONNX_TYPE_MAP:
      read.kind = Value::Kind::kMap;
      ReadElements(api, value, &read);
      return read;
    default:
      FailValue(name, "is neither a tensor nor a sequence or map of them");
  }
}

}  // namespace dnncut
