// SPDX-License-Identifier: Apache-2.0
#include "tools/verify/first_difference.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <set>

#include "compiler/base/error.h"
#include "frontends/onnx_frontend.h"
#include "tools/runtime/model_copy.h"
#include "tools/runtime/onnxruntime_model.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/values/compare_values.h"
#include "tools/verify/half_check.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

using Names = std::set<std::string>;

Names MadeBy(const GraphProto& graph) {
  Names names;
  for (const NodeProto& node : graph.node()) {
    for (const std::string& name : node.output()) {
      if (!name.empty()) names.insert(name);
    }
  }
  return names;
}

// The tensors of `wanted` that the model makes.
std::vector<Value> RunExposed(const SourceModel& model, const Names& wanted,
                              const std::vector<Value>& inputs,
                              const RunOptions& options,
                              const OnnxRuntime& runtime) {
  ModelProto copy = model.proto;
  NameNodes(&copy);
  const Names made = MadeBy(copy.graph());
  copy.mutable_graph()->clear_output();
  for (const std::string& name : wanted) {
    if (made.contains(name)) copy.mutable_graph()->add_output()->set_name(name);
  }
  const ScratchFolder folder;
  return RunModel(WriteModelCopy(model, std::move(copy), folder), inputs,
                  options, runtime)
      .outputs;
}

// The first tensor of `half` that differs, if any.
std::optional<std::string> FirstOf(const SourceModel& half,
                                   const std::vector<Value>& got,
                                   const std::vector<Value>& expected) {
  for (const NodeProto& node : half.proto.graph().node()) {
    for (const std::string& name : node.output()) {
      const Value* mine = FindValue(got, name);
      const Value* right = FindValue(expected, name);
      if (mine == nullptr || right == nullptr) continue;
      if (!CompareValues(*mine, *right, {}).same_bits) {
        return fmt::format("tensor '{}', which {}", name, DescribeNode(node));
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string FindFirstDifference(const SourceModel& model,
                                const TableFile::Cut& cut,
                                const std::string& out,
                                const std::vector<Value>& inputs,
                                int timeout_seconds, const ModelLimits& limits,
                                const OnnxRuntime& runtime) {
  RunOptions options;
  options.timeout_seconds = timeout_seconds;
  std::vector<Value> values = inputs;
  for (const Side side : kSides) {
    const std::optional<std::string>& file = cut.models[side];
    if (!file) continue;
    const SourceModel half =
        ReloadModel((std::filesystem::path(out) / *file).string(), limits);
    const Names made = MadeBy(half.proto.graph());
    std::vector<Value> got = RunExposed(half, made, values, options, runtime);
    const std::vector<Value> expected =
        RunExposed(model, made, inputs, options, runtime);
    const auto first = FirstOf(half, got, expected);
    if (first) return fmt::format("{} of {} makes", *first, *file);
    values.insert(values.end(), std::make_move_iterator(got.begin()),
                  std::make_move_iterator(got.end()));
  }
  return "none when all are looked at: the model gives other results every "
         "time";
}

}  // namespace dnncut
