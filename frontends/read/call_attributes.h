// SPDX-License-Identifier: Apache-2.0
//
// The attributes that the nodes of a function see when it is called: those that
// the call gives, and for the others the function's defaults.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string_view>
#include <vector>

namespace dnncut {

// FunctionProto.attribute_proto, which libonnx 1.12 keeps as an unknown field.
// Throws Error E204 when one is broken.
std::vector<ONNX_NAMESPACE::AttributeProto> AttributeDefaults(
    const ONNX_NAMESPACE::FunctionProto& function);

class CallAttributes {
 public:
  // `call` must outlive it.
  CallAttributes(const ONNX_NAMESPACE::FunctionProto& function,
                 const ONNX_NAMESPACE::NodeProto& call);

  // Does the node, or a node of its bodies, refer to an attribute of the
  // function?
  static bool AreReferredTo(const ONNX_NAMESPACE::NodeProto& node);

  // Puts the attributes where the node and its bodies refer to them. References
  // to what is not given and has no default are removed.
  void Substitute(ONNX_NAMESPACE::NodeProto* node) const;

 private:
  std::vector<ONNX_NAMESPACE::AttributeProto> defaults_;
  std::map<std::string_view, const ONNX_NAMESPACE::AttributeProto*> given_;
};

}  // namespace dnncut
