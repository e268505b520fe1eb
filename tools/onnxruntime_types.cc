// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime tells the types of a session's outputs. So that it tells all,
// every tensor that a node of the main graph makes becomes an output of a copy
// of the model, by name only. The copy's weights are zeros in a sparse file:
// they are mapped, never read.
#include "tools/onnxruntime_types.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checked_math.h"
#include "compiler/error.h"
#include "compiler/onnx_walk.h"
#include "frontends/child_process.h"
#include "tools/onnxruntime_api.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
namespace fs = std::filesystem;

constexpr const char* kModelName = "model.onnx";
constexpr const char* kZerosName = "zeros";
// Before the names of outputs that are added to learn a rank.
constexpr const char* kShapePrefix = "dnncut shape of ";

// A private folder that is gone when this is.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    fs::path base = fs::temp_directory_path(error);
    if (error) base = "/tmp";
    std::string pattern = (base / "dnncut-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      Fail(ExitCode::kIo, "E705", "cannot make a temporary folder in {}: {}",
           base.string(), std::strerror(errno));
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string File(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// Creates the file with the wanted content; `fill` returns success.
void WriteFile(const std::string& path, const std::function<bool(int)>& fill) {
  int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  bool written = fd >= 0 && fill(fd);
  int error = errno;
  if (fd >= 0) close(fd);
  if (!written) {
    Fail(ExitCode::kIo, "E705", "cannot write the temporary file {}: {}", path,
         std::strerror(error));
  }
}

// Every node of a list, and those of bodies, gets a name of its own: ONNX
// Runtime wants that, ONNX does not.
void NameNodes(google::protobuf::RepeatedPtrField<onnx::NodeProto>* nodes,
               int64_t* counter) {
  for (onnx::NodeProto& node : *nodes) {
    node.set_name(fmt::format("{}:{}", (*counter)++, node.name()));
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) {
        NameNodes(attribute.mutable_g()->mutable_node(), counter);
      }
      for (onnx::GraphProto& body : *attribute.mutable_graphs()) {
        NameNodes(body.mutable_node(), counter);
      }
    }
  }
}

void AddEntry(const char* key, std::string value, onnx::TensorProto* tensor) {
  auto* entry = tensor->add_external_data();
  entry->set_key(key);
  entry->set_value(std::move(value));
}

// All weights lie over each other at the start of the file of zeros. Returns
// the size that it must have; adds the sizes up for the limit on memory.
int64_t PointWeightsAtZeros(const std::vector<WeightData>& weights,
                            onnx::ModelProto* model, int64_t* sum) {
  int64_t largest = 0;
  ForEachTensor(model, [&](onnx::TensorProto* tensor) {
    std::optional<WeightId> weight = WeightOf(*tensor);
    if (!weight) return;
    int64_t bytes = weights.at(static_cast<size_t>(*weight)).bytes;
    largest = std::max(largest, bytes);
    *sum = CheckedAdd(*sum, bytes, "the size of all weights");
    tensor->clear_external_data();
    AddEntry("location", kZerosName, tensor);
    AddEntry("offset", "0", tensor);
    AddEntry("length", std::to_string(bytes), tensor);
  });
  return largest;
}

// Makes every tensor of the main graph an output.
void ExposeTensors(onnx::GraphProto* graph) {
  std::set<std::string> outputs;
  for (onnx::ValueInfoProto& output : *graph->mutable_output()) {
    outputs.insert(output.name());
    if (output.type().has_tensor_type()) {
      output.mutable_type()->mutable_tensor_type()->clear_shape();
    }
  }
  for (const onnx::NodeProto& node : graph->node()) {
    for (const std::string& name : node.output()) {
      if (name.empty() || !outputs.insert(name).second) continue;
      graph->add_output()->set_name(name);
    }
  }
}

bool ImportsDefaultDomain(const onnx::ModelProto& model) {
  return std::any_of(
      model.opset_import().begin(), model.opset_import().end(),
      [](const auto& import) { return NormalDomain(import.domain()).empty(); });
}

// A Shape node for each of the tensors: the length of its output is the rank.
void ExposeRanks(const std::vector<std::string>& tensors,
                 onnx::GraphProto* graph) {
  int64_t counter = 0;
  for (const std::string& tensor : tensors) {
    onnx::NodeProto* node = graph->add_node();
    node->set_name(fmt::format("dnncut rank {}", counter++));
    node->set_op_type("Shape");
    node->add_input(tensor);
    node->add_output(kShapePrefix + tensor);
    graph->add_output()->set_name(kShapePrefix + tensor);
  }
}

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
                            const std::string& shown_path) {
  OnnxRuntimeApi runtime = LoadOnnxRuntime(library.path);
  const OrtApi& api = *runtime.api;
  OrtModelSession opened = OpenPlainSession(runtime, model_path, shown_path);
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

// Runs one session of the model in a child process.
TypeMap InferOutputs(const onnx::ModelProto& model, const ScratchFolder& folder,
                     const ChildLimits& limits, const std::string& shown_path,
                     const OnnxRuntime& library) {
  std::string path = folder.File(kModelName);
  fs::remove(path);
  WriteFile(path, [&](int fd) { return model.SerializeToFileDescriptor(fd); });
  std::string result =
      RunInChild([&] { return ReadOutputTypes(library, path, shown_path); },
                 limits, shown_path + ": ONNX Runtime's type inference");
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
// way. Asks for the ranks of those that may be either, and corrects them.
void SettleRanks(const std::function<TypeMap(const onnx::ModelProto&)>& infer,
                 onnx::ModelProto* model, TypeMap* types) {
  std::vector<std::string> unsettled;
  for (auto& [name, type] : *types) {
    if (type.kind != TensorType::Kind::kTensor || !type.shape.empty()) continue;
    type.has_rank = false;
    unsettled.push_back(name);
  }
  if (unsettled.empty() || !ImportsDefaultDomain(*model)) return;
  ExposeRanks(unsettled, model->mutable_graph());
  TypeMap ranks = infer(*model);
  for (const std::string& name : unsettled) {
    auto shape = ranks.find(kShapePrefix + name);
    if (shape == ranks.end()) continue;
    (*types)[name].has_rank = shape->second.shape == std::vector<int64_t>{0};
  }
}

}  // namespace

TypeMap InferTypesWithOnnxRuntime(const SourceModel& model,
                                  const OnnxRuntime& runtime) {
  onnx::ModelProto copy = model.proto;
  copy.clear_training_info();
  int64_t counter = 0;
  NameNodes(copy.mutable_graph()->mutable_node(), &counter);
  for (onnx::FunctionProto& function : *copy.mutable_functions()) {
    NameNodes(function.mutable_node(), &counter);
  }
  int64_t weight_bytes = 0;
  int64_t zeros = PointWeightsAtZeros(model.weights, &copy, &weight_bytes);
  ExposeTensors(copy.mutable_graph());

  ScratchFolder folder;
  WriteFile(folder.File(kZerosName),
            [&](int fd) { return ftruncate(fd, zeros) == 0; });
  ChildLimits limits;
  // Mapped, not filled.
  limits.memory_bytes =
      CheckedAdd(limits.memory_bytes, weight_bytes, "the size of all weights");
  auto infer = [&](const onnx::ModelProto& variant) {
    return InferOutputs(variant, folder, limits, model.path, runtime);
  };
  TypeMap types = infer(copy);
  SettleRanks(infer, &copy, &types);
  return types;
}

}  // namespace dnncut
