// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/onnxruntime_empty_values.h"

#include <onnx/onnx_pb.h>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

constexpr const char* kOutput = "made";

[[noreturn]] void FailType(const std::string& name) {
  Fail(ExitCode::kBadInput, "E706",
       "ONNX Runtime: '{}' is empty, which cannot be passed in for its type",
       name);
}

onnx::TypeProto ToProto(const OrtApi& api, const OrtTypeInfo& type,
                        const std::string& name);

onnx::TypeProto TensorToProto(const OrtApi& api, const OrtTypeInfo& type) {
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  CheckStatus(api, api.CastTypeInfoToTensorInfo(&type, &tensor));
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CheckStatus(api, api.GetTensorElementType(tensor, &element));
  onnx::TypeProto proto;
  // The numbers are ONNX's own.
  proto.mutable_tensor_type()->set_elem_type(static_cast<int32_t>(element));
  return proto;
}

onnx::TypeProto SequenceToProto(const OrtApi& api, const OrtTypeInfo& type,
                                const std::string& name) {
  const OrtSequenceTypeInfo* sequence = nullptr;
  CheckStatus(api, api.CastTypeInfoToSequenceTypeInfo(&type, &sequence));
  OrtTypeInfo* element = nullptr;
  CheckStatus(api, api.GetSequenceElementType(sequence, &element));
  const OrtOwned<OrtTypeInfo> owner{element, api.ReleaseTypeInfo};
  onnx::TypeProto proto;
  *proto.mutable_sequence_type()->mutable_elem_type() =
      ToProto(api, *element, name);
  return proto;
}

onnx::TypeProto ToProto(const OrtApi& api, const OrtTypeInfo& type,
                        const std::string& name) {
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  CheckStatus(api, api.GetOnnxTypeFromTypeInfo(&type, &kind));
  if (kind == ONNX_TYPE_TENSOR) return TensorToProto(api, type);
  if (kind == ONNX_TYPE_SEQUENCE) return SequenceToProto(api, type, name);
  FailType(name);
}

// SequenceEmpty or Optional, with one output.
onnx::ModelProto ModelOf(const OrtApi& api, const OrtTypeInfo& type,
                         const std::string& name) {
  onnx::ModelProto model;
  constexpr int kIrVersion = 8;
  constexpr int kOpset = 17;
  model.set_ir_version(kIrVersion);
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto* graph = model.mutable_graph();
  graph->set_name("empty");
  onnx::NodeProto* node = graph->add_node();
  node->add_output(kOutput);
  onnx::ValueInfoProto* output = graph->add_output();
  output->set_name(kOutput);
  onnx::AttributeProto* attribute = node->add_attribute();

  ONNXType kind = ONNX_TYPE_UNKNOWN;
  CheckStatus(api, api.GetOnnxTypeFromTypeInfo(&type, &kind));
  if (kind == ONNX_TYPE_SEQUENCE) {
    const onnx::TypeProto sequence = SequenceToProto(api, type, name);
    node->set_op_type("SequenceEmpty");
    attribute->set_name("dtype");
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(
        sequence.sequence_type().elem_type().tensor_type().elem_type());
    *output->mutable_type() = sequence;
    return model;
  }
  if (kind != ONNX_TYPE_OPTIONAL) FailType(name);
  const OrtOptionalTypeInfo* optional = nullptr;
  CheckStatus(api, api.CastTypeInfoToOptionalTypeInfo(&type, &optional));
  OrtTypeInfo* contained = nullptr;
  CheckStatus(api, api.GetOptionalContainedTypeInfo(optional, &contained));
  const OrtOwned<OrtTypeInfo> owner{contained, api.ReleaseTypeInfo};
  node->set_op_type("Optional");
  attribute->set_name("type");
  attribute->set_type(onnx::AttributeProto::TYPE_PROTO);
  *attribute->mutable_tp() = ToProto(api, *contained, name);
  *output->mutable_type()->mutable_optional_type()->mutable_elem_type() =
      attribute->tp();
  return model;
}

}  // namespace

OrtOwned<OrtValue> MakeEmptyValue(const OrtApi& api, const OrtEnv& env,
                                  const OrtTypeInfo& type,
                                  const std::string& name) {
  const std::string model = ModelOf(api, type, name).SerializeAsString();
  OrtSessionOptions* options = nullptr;
  CheckStatus(api, api.CreateSessionOptions(&options));
  const OrtOwned<OrtSessionOptions> options_owner{options,
                                                  api.ReleaseSessionOptions};
  OrtSession* session = nullptr;
  CheckStatus(api, api.CreateSessionFromArray(&env, model.data(), model.size(),
                                              options, &session));
  const OrtOwned<OrtSession> session_owner{session, api.ReleaseSession};
  OrtValue* value = nullptr;
  CheckStatus(
      api, api.Run(session, nullptr, nullptr, nullptr, 0, &kOutput, 1, &value));
  return {value, api.ReleaseValue};
}

}  // namespace dnncut
