// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/known_nodes.h"

#include "compiler/base/child_process.h"
#include "compiler/base/error.h"
#include "compiler/base/packed_bytes.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {
namespace {

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

KnownNodes FindKnownNodes(const SourceModel& model) {
  const auto find = [&] {
    int at_node = 0;
    const TypeMap nothing;
    return Packed(TypeEngine(model.proto, nothing, &at_node).FindKnown());
  };
  try {
    return Unpacked(RunInChild(find, {}, "libonnx's shape inference"));
  } catch (const Error&) {
    return {};
  }
}

}  // namespace dnncut
