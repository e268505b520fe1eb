// SPDX-License-Identifier: Apache-2.0
//
// Everything that dnncut knows about the types and shapes of an operator's
// outputs by itself, in one row for each operator. What no row says, libonnx's
// schema does.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "frontends/values/compute_values.h"
#include "frontends/values/value_ranges.h"

namespace dnncut {

struct NodeRun;

// Sets the run's problem when libonnx must not be asked about such a node.
using CheckRule = void(NodeRun* run);

// Returns the node that the schema is to be asked about: run->node, or one with
// the same sizes that libonnx knows, made in `storage`; null when the rule has
// set the outputs itself, or the problem.
using InferRule = const ONNX_NAMESPACE::NodeProto*(
    NodeRun* run, ONNX_NAMESPACE::NodeProto* storage);

// Corrects the type of an output that libonnx has inferred.
using CorrectRule = void(const NodeRun& run, ONNX_NAMESPACE::TypeProto* type);

// How large each dim of an output gets, from least to most, whose size only the
// data decides; nullopt: not known to the rule, not even the rank.
using UpperRule = std::optional<std::vector<Range>>(const NodeRun& run,
                                                    size_t output);

// How many elements an output gets at most, where that may say less than its
// dims do; INT64_MAX: not known to the rule.
using ElementRule = int64_t(const NodeRun& run, size_t output);

enum class ControlFlow { kNone, kIf, kLoop, kScan };

// In the order in which they apply.
struct ShapeRules {
  std::string_view domain;  // "": ONNX's own
  std::string_view op_type;
  ControlFlow control_flow = ControlFlow::kNone;
  CheckRule* check = nullptr;
  InferRule* infer = nullptr;
  CorrectRule* correct = nullptr;
  // Computes the value of the first output, for the shapes that depend on it.
  ComputeValueFunction* value = nullptr;
  // The sizes of its result depend on the values of an input: if they are not
  // known, that is the model's doing.
  bool sized_by_values = false;
  UpperRule* upper = nullptr;
  ElementRule* elements = nullptr;
  // No size of a result shrinks when a size of an input grows, so that the
  // inputs at their largest give the results at their largest.
  bool monotone = !sized_by_values;
  // ONNX Runtime infers other sizes than it computes, so it is not asked.
  bool runtime_errs = false;
};

// The operator's row; an empty one, at which libonnx alone is asked, when it
// has none. "ai.onnx" is the domain "".
const ShapeRules& ShapeRulesOf(std::string_view domain,
                               std::string_view op_type);

}  // namespace dnncut
