// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime tells the types of a session's outputs. So that it tells all,
// every tensor that a node of the main graph makes becomes an output of a copy
// of the model, by name only. The copy's weights are zeros in a sparse file:
// they are mapped, never read.
#include "tools/runtime/onnxruntime_types.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/base/child_process.h"
#include "compiler/base/error.h"
#include "compiler/files/file_io.h"
#include "compiler/files/scratch_folder.h"
#include "tools/runtime/onnxruntime_api.h"
#include "tools/runtime/onnxruntime_model.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
namespace fs = std::filesystem;

constexpr const char* kModelName = "model.onnx";
constexpr const char* kZerosName = "zeros";

// One output of a session as a ValueInfoProto: how it travels from the child.
void ReadTensorType(const OrtApi& api, const OrtTypeInfo* info,
                    onnx::TypeProto_Tensor* type) {
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  CheckStatus(api, api.CastTypeInfoToTensorInfo(info, &tensor));
  ONNXTensorElementDataType dtype = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CheckStatus(api, api.GetTensorElementType(tensor, &dtype));
  // The numbers are ONNX's own.
  type->set_elem_type(static_cast<int32_t>(dtype));
  size_t rank = 0;
  CheckStatus(api, api.GetDimensionsCount(tensor, &rank));
  std::vector<int64_t> dims(rank);
  CheckStatus(api, api.GetDimensions(tensor, dims.data(), rank));
  for (int64_t dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

void ReadType(const OrtApi& api, const OrtTypeInfo* info,
              onnx::TypeProto* type) {
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  CheckStatus(api, api.GetOnnxTypeFromTypeInfo(info, &kind));
  if (kind == ONNX_TYPE_TENSOR) {
    ReadTensorType(api, info, type->mutable_tensor_type());
  } else if (kind != ONNX_TYPE_UNKNOWN) {
    // Which of the other kinds it is matters to nobody.
    type->mutable_sequence_type();
  }
}

// The types of all outputs of the model file, as a serialised GraphProto.
std::string ReadOutputTypes(const OnnxRuntime& library,
                            const std::string& model_path,
                            const std::string& shown_path, bool fold) {
  OnnxRuntimeApi runtime = LoadOnnxRuntime(library.path);
  const OrtApi& api = *runtime.api;
  OrtSessionChoices choices;
  choices.level = fold ? ORT_ENABLE_BASIC : ORT_DISABLE_ALL;
  OrtModelSession opened =
      OpenSession(runtime, model_path, shown_path, choices);
  OrtSession* session = opened.session.get();
  OrtAllocator* allocator = nullptr;
  CheckStatus(api, api.GetAllocatorWithDefaultOptions(&allocator));
  size_t count = 0;
  CheckStatus(api, api.SessionGetOutputCount(session, &count));
  onnx::GraphProto types;
  for (size_t i = 0; i < count; ++i) {
    onnx::ValueInfoProto* value = types.add_value_info();
    char* name = nullptr;
    CheckStatus(api, api.SessionGetOutputName(session, i, allocator, &name));
    value->set_name(name);
    CheckStatus(api, api.AllocatorFree(allocator, name));
    OrtTypeInfo* info = nullptr;
    CheckStatus(api, api.SessionGetOutputTypeInfo(session, i, &info));
    OrtOwned<OrtTypeInfo> owner{info, api.ReleaseTypeInfo};
    ReadType(api, info, value->mutable_type());
  }
  return types.SerializeAsString();
}

TensorType ToTensorType(const onnx::TypeProto& proto) {
  TensorType type;
  if (proto.has_sequence_type()) type.kind = TensorType::Kind::kOther;
  if (!proto.has_tensor_type()) return type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DTypeFromOnnx(proto.tensor_type().elem_type());
  type.has_rank = true;
  for (const auto& dim : proto.tensor_type().shape().dim()) {
    // Overflow inside ONNX Runtime's own inference comes out negative.
    type.shape.push_back(std::max<int64_t>(dim.dim_value(), -1));
  }
  // A product that overflows is a dim that overflowed, or a tensor that nobody
  // can hold.
  int64_t elements = 1;
  for (int64_t dim : type.shape) {
    if (dim > 0 && __builtin_mul_overflow(elements, dim, &elements)) {
      std::fill(type.shape.begin(), type.shape.end(), -1);
      break;
    }
  }
  return type;
}

// What the sessions of one model have in common.
struct Question {
  const SourceModel& model;
  const OnnxRuntime& library;
  const ScratchFolder& folder;
  ChildLimits limits;
};

// The types of all outputs of `variant`. With `fold`, what can be computed from
// constants and shapes is computed first.
TypeMap InferOutputs(const Question& question, const onnx::ModelProto& variant,
                     bool fold) {
  std::string path = question.folder.File(kModelName);
  std::error_code ignored;  // Of the variant before; OutputFile tells the rest.
  fs::remove(path, ignored);
  WriteFile(path, variant.SerializeAsString());
  const std::string& shown = question.model.path;
  std::string result = RunInChild(
      [&] { return ReadOutputTypes(question.library, path, shown, fold); },
      question.limits, shown + ": ONNX Runtime's type inference");
  onnx::GraphProto types;
  if (!types.ParseFromString(result)) {
    Fail(ExitCode::kBadInput, "E703", "ONNX Runtime's answer cannot be read");
  }
  TypeMap by_name;
  for (const onnx::ValueInfoProto& value : types.value_info()) {
    by_name[value.name()] = ToTensorType(value.type());
  }
  return by_name;
}

// ONNX Runtime's C API tells a scalar and a tensor of unknown rank the same
// way: no dims. These are the tensors that may be either.
std::vector<std::string> WithoutDims(const TypeMap& types) {
  std::vector<std::string> names;
  for (const auto& [name, type] : types) {
    if (type.kind == TensorType::Kind::kTensor && type.shape.empty()) {
      names.push_back(name);
    }
  }
  return names;
}

// Corrects has_rank of the tensors `doubtful` by the outputs of ExposeRanks,
// and takes these out.
void SettleRanks(const std::vector<std::string>& doubtful, TypeMap* types) {
  for (const std::string& name : doubtful) {
    auto type = types->find(name);
    auto shape = types->find(kShapePrefix + name);
    bool is_scalar =
        shape != types->end() && shape->second.shape == std::vector<int64_t>{0};
    if (type != types->end() && type->second.shape.empty()) {
      type->second.has_rank = is_scalar;
    }
    if (shape != types->end()) types->erase(shape);
  }
}

// Is there a tensor without a known size that a node reads or the model
// returns?
bool AnyOpen(const onnx::GraphProto& graph, const TypeMap& types) {
  auto is_open = [&](const std::string& name) {
    auto found = types.find(name);
    return found != types.end() &&
           found->second.kind == TensorType::Kind::kTensor &&
           BitsOf(found->second.dtype) > 0 && !HasStaticSize(found->second);
  };
  for (const onnx::NodeProto& node : graph.node()) {
    if (std::any_of(node.input().begin(), node.input().end(), is_open)) {
      return true;
    }
  }
  return std::any_of(
      graph.output().begin(), graph.output().end(),
      [&](const auto& output) { return is_open(output.name()); });
}

// Asks again with constant folding: a chain from Shape to Reshape in an old
// opset is resolved by computing it only. Here weights are inputs, so that
// nothing is computed from the zeros that stand for them.
void ResolveByFolding(const Question& question,
                      const std::vector<std::string>& doubtful,
                      TypeMap* types) {
  onnx::ModelProto copy = question.model.proto;
  NameNodes(&copy);
  if (!TurnWeightsIntoInputs(&copy)) return;
  ExposeTensors(copy.mutable_graph());
  if (ImportsDefaultDomain(copy)) {
    ExposeRanks(doubtful, copy.mutable_graph());
  }
  TypeMap folded;
  try {
    folded = InferOutputs(question, copy, true);
  } catch (const Error&) {
    return;  // What is known without folding stands.
  }
  SettleRanks(doubtful, &folded);
  for (auto& [name, type] : *types) {
    auto found = folded.find(name);
    if (!HasStaticSize(type) && found != folded.end() &&
        found->second.has_rank) {
      type = found->second;
    }
  }
}

}  // namespace

TypeMap InferTypesWithOnnxRuntime(const SourceModel& model,
                                  const OnnxRuntime& runtime) {
  onnx::ModelProto copy = model.proto;
  NameNodes(&copy);
  ZeroWeights zeros = PointWeightsAtZeros(model.weights, kZerosName, &copy);
  ExposeTensors(copy.mutable_graph());

  ScratchFolder folder;
  OutputFile(folder.File(kZerosName)).SkipTo(zeros.file_bytes);
  Question question{model, runtime, folder, {}};
  // Mapped, not filled.
  question.limits.memory_bytes = CheckedAdd(
      question.limits.memory_bytes, zeros.all_bytes, "the size of all weights");

  TypeMap types = InferOutputs(question, copy, false);
  std::vector<std::string> doubtful = WithoutDims(types);
  if (!doubtful.empty() && ImportsDefaultDomain(copy)) {
    ExposeRanks(doubtful, copy.mutable_graph());
    types = InferOutputs(question, copy, false);
  }
  SettleRanks(doubtful, &types);
  if (AnyOpen(model.proto.graph(), types)) {
    ResolveByFolding(question, doubtful, &types);
  }
  return types;
}

}  // namespace dnncut
