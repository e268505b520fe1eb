// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/call_attributes.h"

#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <string>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/read/onnx_messages.h"
#include "frontends/read/onnx_text.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;

std::vector<AttributeProto> AttributeDefaults(const FunctionProto& function) {
  using google::protobuf::UnknownField;
  std::vector<AttributeProto> defaults;
  const auto& fields = function.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.number() != kAttributeDefaultsField ||
        field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    if (!defaults.emplace_back().ParseFromString(field.length_delimited())) {
      Fail(ExitCode::kBadInput, "E204",
           "is broken inside: a default of an attribute of the function {} "
           "cannot be read; copy or download it again",
           Quote(function.name()));
    }
  }
  return defaults;
}

CallAttributes::CallAttributes(const FunctionProto& function,
                               const NodeProto& call)
    : defaults_(AttributeDefaults(function)) {
  for (const auto& attribute : defaults_) {
    given_[attribute.name()] = &attribute;
  }
  for (const auto& attribute : call.attribute()) {
    given_[attribute.name()] = &attribute;
  }
}

bool CallAttributes::AreReferredTo(const NodeProto& node) {
  bool found = false;
  ForEachNode(node, [&](const NodeProto& inner) {
    found =
        found || std::any_of(inner.attribute().begin(), inner.attribute().end(),
                             [](const AttributeProto& attribute) {
                               return !attribute.ref_attr_name().empty();
                             });
  });
  return found;
}

void CallAttributes::Substitute(NodeProto* node) const {
  auto* attributes = node->mutable_attribute();
  for (int i = attributes->size() - 1; i >= 0; --i) {
    AttributeProto* attribute = attributes->Mutable(i);
    if (!attribute->ref_attr_name().empty()) {
      const auto given = given_.find(attribute->ref_attr_name());
      if (given == given_.end()) {
        attributes->DeleteSubrange(i, 1);
        continue;
      }
      // It refers to nothing any more: a call in a function has been
      // substituted before, and elsewhere references are refused.
      const std::string name = attribute->name();
      *attribute = *given->second;
      attribute->set_name(name);
      continue;
    }
    const auto substitute = [this](GraphProto* body) {
      for (NodeProto& inner : *body->mutable_node()) Substitute(&inner);
    };
    if (attribute->has_g()) substitute(attribute->mutable_g());
    for (GraphProto& body : *attribute->mutable_graphs()) substitute(&body);
  }
}

}  // namespace dnncut
