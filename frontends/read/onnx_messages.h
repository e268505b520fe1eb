// SPDX-License-Identifier: Apache-2.0
//
// Which fields of an ONNX file's messages hold other messages, down to the
// tensors. onnx.proto decides that; the table has every field through which a
// tensor can be reached, so a walk over it misses none.
#pragma once

#include <onnx/onnx_pb.h>

#include "frontends/read/wire.h"

namespace dnncut {

// Tensors, and the messages that may contain them.
enum class MessageKind {
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kTensor,
  kSparseTensor,
  kFunction,
  kTrainingInfo,
};

// A field whose message may contain tensors.
struct ChildField {
  MessageKind parent;
  int number;
  MessageKind kind;
  bool is_single;  // it stands once at most
};

// FunctionProto.attribute_proto, defaults of a function's attributes: newer
// than libonnx 1.12, whose classes keep it as an unknown field.
inline constexpr int kAttributeDefaultsField = 11;

inline constexpr ChildField kChildFields[] = {
    {MessageKind::kModel, ONNX_NAMESPACE::ModelProto::kGraphFieldNumber,
     MessageKind::kGraph, true},
    {MessageKind::kModel, ONNX_NAMESPACE::ModelProto::kTrainingInfoFieldNumber,
     MessageKind::kTrainingInfo, false},
    {MessageKind::kModel, ONNX_NAMESPACE::ModelProto::kFunctionsFieldNumber,
     MessageKind::kFunction, false},
    {MessageKind::kGraph, ONNX_NAMESPACE::GraphProto::kNodeFieldNumber,
     MessageKind::kNode, false},
    {MessageKind::kGraph, ONNX_NAMESPACE::GraphProto::kInitializerFieldNumber,
     MessageKind::kTensor, false},
    {MessageKind::kGraph,
     ONNX_NAMESPACE::GraphProto::kSparseInitializerFieldNumber,
     MessageKind::kSparseTensor, false},
    {MessageKind::kNode, ONNX_NAMESPACE::NodeProto::kAttributeFieldNumber,
     MessageKind::kAttribute, false},
    {MessageKind::kAttribute, ONNX_NAMESPACE::AttributeProto::kTFieldNumber,
     MessageKind::kTensor, true},
    {MessageKind::kAttribute, ONNX_NAMESPACE::AttributeProto::kGFieldNumber,
     MessageKind::kGraph, true},
    {MessageKind::kAttribute,
     ONNX_NAMESPACE::AttributeProto::kTensorsFieldNumber, MessageKind::kTensor,
     false},
    {MessageKind::kAttribute,
     ONNX_NAMESPACE::AttributeProto::kGraphsFieldNumber, MessageKind::kGraph,
     false},
    {MessageKind::kAttribute,
     ONNX_NAMESPACE::AttributeProto::kSparseTensorFieldNumber,
     MessageKind::kSparseTensor, true},
    {MessageKind::kAttribute,
     ONNX_NAMESPACE::AttributeProto::kSparseTensorsFieldNumber,
     MessageKind::kSparseTensor, false},
    {MessageKind::kSparseTensor,
     ONNX_NAMESPACE::SparseTensorProto::kValuesFieldNumber,
     MessageKind::kTensor, true},
    {MessageKind::kSparseTensor,
     ONNX_NAMESPACE::SparseTensorProto::kIndicesFieldNumber,
     MessageKind::kTensor, true},
    {MessageKind::kFunction, ONNX_NAMESPACE::FunctionProto::kNodeFieldNumber,
     MessageKind::kNode, false},
    {MessageKind::kFunction, kAttributeDefaultsField, MessageKind::kAttribute,
     false},
    {MessageKind::kTrainingInfo,
     ONNX_NAMESPACE::TrainingInfoProto::kInitializationFieldNumber,
     MessageKind::kGraph, true},
    {MessageKind::kTrainingInfo,
     ONNX_NAMESPACE::TrainingInfoProto::kAlgorithmFieldNumber,
     MessageKind::kGraph, true},
};

// The entry of the table that the field is; nullptr for a field of another
// kind.
const ChildField* FindChildField(MessageKind parent, const WireField& field);

// Does the field declare a tensor (an input, an output or a type), without
// containing one?
bool DeclaresTensor(MessageKind parent, const WireField& field);

}  // namespace dnncut
