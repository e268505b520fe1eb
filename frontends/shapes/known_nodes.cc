// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/known_nodes.h"

#include <algorithm>
#include <cmath>

#include "compiler/base/child_process.h"
#include "compiler/base/error.h"
#include "compiler/base/packed_bytes.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;

namespace {

// So many bytes of values at most are kept for all nodes.
constexpr int64_t kMaxKnownBytes = int64_t{1} << 20;

// Whether every runtime has the same bits: not of what is no finite number.
bool IsExact(const KnownValue& value) {
  return std::all_of(
      value.elements.begin(), value.elements.end(),
      [](const KnownElement& element) {
        return element.known && std::isfinite(element.real) &&
               !(element.real == 0 && std::signbit(element.real));
      });
}

std::string Packed(const KnownNodes& known) {
  std::string bytes;
  Pack(static_cast<int64_t>(known.values.size()), &bytes);
  for (const auto& [node, value] : known.values) {
    Pack(static_cast<int64_t>(node), &bytes);
    Pack(value, &bytes);
  }
  Pack(static_cast<int64_t>(known.conditions.size()), &bytes);
  for (const auto& [node, condition] : known.conditions) {
    Pack(static_cast<int64_t>(node), &bytes);
    Pack(static_cast<int64_t>(condition), &bytes);
  }
  return bytes;
}

KnownNodes Unpacked(const std::string& bytes) {
  PackedReader reader(bytes);
  KnownNodes known;
  const size_t values = reader.Count();
  for (size_t i = 0; i < values; ++i) {
    const int node = static_cast<int>(reader.Int());
    Unpack(&reader, &known.values[node]);
  }
  const size_t conditions = reader.Count();
  for (size_t i = 0; i < conditions; ++i) {
    const int node = static_cast<int>(reader.Int());
    known.conditions[node] = reader.Int() != 0;
  }
  return known;
}

}  // namespace

KnownNodes TypeEngine::FindKnown() {
  believe_declared_ = false;
  KnownNodes known;
  int64_t bytes_left = kMaxKnownBytes;
  Scope scope;
  InferMain(&scope, [&](NodeRun* run) {
    const NodeProto& node = *run->node;
    if (run->rules->control_flow == ControlFlow::kIf && !run->inputs.empty()) {
      const std::optional<int64_t> condition = KnownScalar(run->inputs[0]);
      if (condition.has_value()) {
        known.conditions[*at_node_] = *condition != 0;
      }
    }
    if (node.output_size() != 1) return;
    const Fact* fact = FindFact(scope, node.output(0));
    // What depends on no input is constant anyway.
    if (fact == nullptr || fact->constant || random_.Contains(node) ||
        fact->value == nullptr || !IsExact(*fact->value)) {
      return;
    }
    std::string value = TensorOfValue(*fact->value).SerializeAsString();
    bytes_left -= static_cast<int64_t>(value.size());
    if (bytes_left < 0) return;
    known.values[*at_node_] = std::move(value);
  });
  return known;
}

KnownNodes FindKnownNodes(const SourceModel& model) {
  const auto find = [&] {
    int at_node = 0;
    const TypeMap nothing;
    return Packed(TypeEngine(model.proto, nothing, &at_node).FindKnown());
  };
  LoadSchemas();
  try {
    return Unpacked(RunInChild(find, {}, "libonnx's shape inference"));
  } catch (const Error&) {
    return {};
  }
}

}  // namespace dnncut
