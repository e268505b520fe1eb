// SPDX-License-Identifier: Apache-2.0
#include "cost_models/operators/operation_cost.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// Domains whose operators the tables describe. Elsewhere a name like "Conv" may
// mean anything.
constexpr std::array<std::string_view, 6> kKnownDomains = {
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "com.microsoft",
    "com.microsoft.nchwc",
    "com.ms.internal.nhwc"};

bool IsKnownDomain(std::string_view domain) {
  return std::find(kKnownDomains.begin(), kKnownDomains.end(), domain) !=
         kKnownDomains.end();
}

using FamilyMap = std::map<std::string_view, const OperatorFamily*>;

FamilyMap MakeFamilyMap() {
  FamilyMap map;
  for (std::span<const OperatorFamily> families :
       {AttentionFamilies(), ElementwiseFamilies(), MatrixFamilies(),
        MemoryFamilies(), MlFamilies(), RecurrentFamilies(),
        WindowFamilies()}) {
    for (const OperatorFamily& family : families) {
      if (!map.emplace(family.op_type, &family).second) {
        throw std::logic_error("operator in two families: " +
                               std::string(family.op_type));
      }
    }
  }
  return map;
}

const OperatorFamily* FindFamily(const Operation& operation) {
  static const FamilyMap kFamilies = MakeFamilyMap();
  if (!IsKnownDomain(operation.domain)) return nullptr;
  const auto it = kFamilies.find(operation.op_type);
  return it == kFamilies.end() ? nullptr : it->second;
}

// Adds up parts, and remembers the class and type of the largest.
class Sum {
 public:
  void Add(const OperationCost& part, int64_t runs) {
    if (part.operations > largest_) {
      largest_ = part.operations;
      total_.operator_class = part.operator_class;
      total_.dtype = part.dtype;
    }
    total_.operations =
        SaturatingAdd(total_.operations, SaturatingMul(part.operations, runs));
    total_.bytes = SaturatingAdd(total_.bytes, SaturatingMul(part.bytes, runs));
    total_.weight_bytes = SaturatingAdd(total_.weight_bytes,
                                        SaturatingMul(part.weight_bytes, runs));
    total_.calls = SaturatingAdd(total_.calls, SaturatingMul(part.calls, runs));
  }

  const OperationCost& total() const { return total_; }

 private:
  int64_t largest_ = -1;
  OperationCost total_{.calls = 0};
};

OperationCost CountBody(const Operation::Body& body) {
  Sum once;
  for (const Operation& operation : body.operations) {
    once.Add(CountOperation(operation), 1);
  }
  Sum all;
  all.Add(once.total(), body.runs < 0 ? 1 : body.runs);
  return all.total();
}

OperationCost CountBodies(const Operation& operation) {
  Sum sum;
  OperationCost dearest{.calls = 0};
  for (const Operation::Body& body : operation.bodies) {
    const OperationCost cost = CountBody(body);
    sum.Add(cost, 1);
    if (cost.operations > dearest.operations) {
      dearest.operator_class = cost.operator_class;
      dearest.dtype = cost.dtype;
    }
    dearest.operations = std::max(dearest.operations, cost.operations);
    dearest.bytes = std::max(dearest.bytes, cost.bytes);
    dearest.weight_bytes = std::max(dearest.weight_bytes, cost.weight_bytes);
    dearest.calls = std::max(dearest.calls, cost.calls);
  }
  const bool branches =
      operation.op_type == "If" && IsKnownDomain(operation.domain);
  OperationCost total = branches ? dearest : sum.total();
  // An If or a Loop is itself called; a function is inlined.
  if (IsKnownDomain(operation.domain)) {
    total.calls = SaturatingAdd(total.calls, 1);
  }
  return total;
}

}  // namespace

std::string_view OperatorClassName(OperatorClass operator_class) {
  switch (operator_class) {
    case OperatorClass::kConvolution:
      return "convolution";
    case OperatorClass::kDepthwiseConvolution:
      return "depthwise-convolution";
    case OperatorClass::kMatrixProduct:
      return "matrix-product";
    case OperatorClass::kRecurrent:
      return "recurrent";
    case OperatorClass::kNormalization:
      return "normalization";
    case OperatorClass::kPooling:
      return "pooling";
    case OperatorClass::kElementwise:
      return "elementwise";
  }
  throw std::logic_error("OperatorClassName: no such class");
}

std::optional<OperatorClass> FindOperatorClass(std::string_view name) {
  for (const OperatorClass known : kOperatorClasses) {
    if (name == OperatorClassName(known)) return known;
  }
  return std::nullopt;
}

bool IsDefined(const Operation& operation) {
  if (operation.is_known) return true;
  if (operation.bodies.empty()) {
    return operation.domain.empty() || operation.domain == "ai.onnx.ml" ||
           FindFamily(operation) != nullptr;
  }
  return std::all_of(operation.bodies.begin(), operation.bodies.end(),
                     [](const Operation::Body& body) {
                       return std::all_of(body.operations.begin(),
                                          body.operations.end(), IsDefined);
                     });
}

OperationCost CountOperation(const Operation& operation) {
  if (operation.is_known) return {.calls = 0};
  if (!operation.bodies.empty()) return CountBodies(operation);
  const OperatorFamily* family = FindFamily(operation);
  if (family == nullptr) return CountUnknown(operation);
  return family->count(operation, family->parameter);
}

}  // namespace dnncut
