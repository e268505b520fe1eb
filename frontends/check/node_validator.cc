// SPDX-License-Identifier: Apache-2.0
#include "frontends/check/node_validator.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/read/call_attributes.h"
#include "frontends/read/limits.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::NodeProto;

// The values that attributes may have by which sizes are divided or multiplied.
// Libraries would divide by zero or overflow with other values.
struct Bounds {
  std::string_view attribute;
  int64_t min = 0;
  int64_t max = INT32_MAX;
};

constexpr Bounds kBounds[] = {
    {"strides", 1},
    {"dilations", 1},
    {"kernel_shape", 1},
    {"group", 1},
    {"blocksize", 1},
    {"num_outputs", 1},
    {"pads", -INT32_MAX},
    {"output_padding", 0},
    {"axis", -kMaxRank, kMaxRank},
    {"axes", -kMaxRank, kMaxRank},
    {"perm", 0, kMaxRank - 1},
};

bool HasKnownAttributes(const NodeProto& node) {
  const std::string_view domain = NormalDomain(node.domain());
  return domain.empty() || domain.starts_with("com.microsoft");
}

void CheckBounds(const AttributeProto& attribute, const std::string& place) {
  const auto* bounds = std::find_if(
      std::begin(kBounds), std::end(kBounds),
      [&](const Bounds& b) { return b.attribute == attribute.name(); });
  if (bounds == std::end(kBounds)) return;
  const auto check = [&](int64_t value) {
    if (value >= bounds->min && value <= bounds->max) return;
    Fail(ExitCode::kBadInput, "E223",
         "{}: {} is {}, but it must be in {} .. {}", place, attribute.name(),
         value, bounds->min, bounds->max);
  };
  if (attribute.has_i()) check(attribute.i());
  for (int64_t value : attribute.ints()) check(value);
}

void CheckValues(const AttributeProto& attribute, const ModelLimits& limits,
                 const std::string& place) {
  const auto what = [&] {
    return place + ": the attribute " + Quote(attribute.name());
  };
  if (attribute.has_sparse_tensor()) {
    CheckSparseTensor(limits, attribute.sparse_tensor(), what());
  }
  for (const auto& sparse : attribute.sparse_tensors()) {
    CheckSparseTensor(limits, sparse, what());
  }
  if (attribute.has_tp()) CheckType(limits, attribute.tp(), what());
  for (const auto& type : attribute.type_protos()) {
    CheckType(limits, type, what());
  }
}

// Attributes with a valid name each, which none of the others has.
template <typename Attributes>
void CheckNames(const Attributes& attributes, const ModelLimits& limits,
                const std::string& place) {
  std::unordered_set<std::string_view> seen;
  for (const AttributeProto& attribute : attributes) {
    CheckNameIsThere(limits, attribute.name(), place, "an attribute");
    if (!seen.insert(attribute.name()).second) {
      Fail(ExitCode::kBadInput, "E223", "{}: the attribute {} is there twice",
           place, Quote(attribute.name()));
    }
  }
}

void CheckAttributes(const NodeProto& node, const ModelLimits& limits,
                     bool in_function, const std::string& place) {
  CheckNames(node.attribute(), limits, place);
  for (const auto& attribute : node.attribute()) {
    if (!attribute.ref_attr_name().empty() && !in_function) {
      Fail(ExitCode::kBadInput, "E223",
           "{}: the attribute {} refers to the attribute {} of a function, but "
           "the node is in none",
           place, Quote(attribute.name()), Quote(attribute.ref_attr_name()));
    }
    if (HasKnownAttributes(node)) CheckBounds(attribute, place);
    CheckValues(attribute, limits, place);
  }
}

void CheckDomain(const NodeProto& node, const Opsets& opsets,
                 const std::string& place) {
  const std::string_view domain = NormalDomain(node.domain());
  if (opsets.find(domain) != opsets.end()) return;
  Fail(ExitCode::kBadInput, "E209",
       "{}: its operator is of the domain {}, which is not among the "
       "opset_import",
       place, domain.empty() ? "'' (ONNX itself)" : Quote(domain));
}

}  // namespace

void CheckNode(const NodeProto& node, const Opsets& opsets,
               const ModelLimits& limits, bool in_function,
               const std::string& place) {
  CheckName(limits, node.name(), place, "the node");
  if (node.op_type().empty()) {
    Fail(ExitCode::kBadInput, "E227", "{}: the node has no operator (op_type)",
         place);
  }
  CheckName(limits, node.op_type(), place, "the operator");
  CheckName(limits, node.domain(), place, "the domain");
  for (const auto& input : node.input()) {
    CheckName(limits, input, place, "an input");
  }
  for (const auto& output : node.output()) {
    CheckName(limits, output, place, "an output");
  }
  CheckDomain(node, opsets, place);
  CheckAttributes(node, limits, in_function, place);
}

void CheckDefaults(const FunctionProto& function, const ModelLimits& limits) {
  const std::string place = "function " + Quote(function.name());
  const std::vector<AttributeProto> defaults = AttributeDefaults(function);
  CheckNames(defaults, limits, place);
  for (const AttributeProto& attribute : defaults) {
    if (!attribute.ref_attr_name().empty()) {
      Fail(ExitCode::kBadInput, "E223",
           "{}: the default of the attribute {} refers to the attribute {}; a "
           "default must be a value",
           place, Quote(attribute.name()), Quote(attribute.ref_attr_name()));
    }
    if (attribute.has_g() || attribute.graphs_size() > 0) {
      Fail(ExitCode::kBadInput, "E223",
           "{}: the default of the attribute {} is a graph, which dnncut does "
           "not follow; give it where the function is called",
           place, Quote(attribute.name()));
    }
    CheckValues(attribute, limits, place);
  }
}

int ShapeInput(const NodeProto& node) {
  if (!NormalDomain(node.domain()).empty()) return -1;
  if (node.op_type() == "ConstantOfShape") return 0;
  const bool is_second = node.op_type() == "Expand" ||
                         node.op_type() == "Reshape" ||
                         node.op_type() == "Tile";
  return is_second ? 1 : -1;
}

}  // namespace dnncut
