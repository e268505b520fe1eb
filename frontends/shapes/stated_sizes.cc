// SPDX-License-Identifier: Apache-2.0
//
// What follows from what the user states is found by inferring without it, too:
// a type that is then another one, or open, follows from it.
#include "frontends/shapes/stated_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/shell_word.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/shapes/onnx_types.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

std::vector<std::string> TensorNames(const GraphProto& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.input()) names.push_back(input.name());
  for (const auto& tensor : graph.initializer()) {
    names.push_back(tensor.name());
  }
  for (const auto& node : graph.node()) {
    for (const std::string& name : node.output()) {
      if (!name.empty()) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> LoopNames(const ModelProto& model) {
  std::vector<std::string> names;
  const auto add = [&](const NodeProto& node) {
    if (node.op_type() != "Loop" || !NormalDomain(node.domain()).empty()) {
      return;
    }
    if (!node.name().empty()) names.push_back(node.name());
    for (const std::string& name : node.output()) {
      if (!name.empty()) names.push_back(name);
    }
  };
  ForEachNode(model.graph(), add);
  for (const auto& function : model.functions()) ForEachNode(function, add);
  return names;
}

std::string FlagText(const std::string& name, const TensorType& type) {
  const std::string shape = fmt::format("[{}]", fmt::join(type.shape, ","));
  return fmt::format("--tensor-shape {}={}", name,
                     type.dtype == DType::kUndefined ? shape : TypeName(type));
}

std::string BoundText(const TypedTensor& tensor) {
  const TensorType largest = LargestType(tensor);
  std::string text;
  if (largest.shape != tensor.type.shape) {
    text = fmt::format(", at most {}", TypeName(largest));
  }
  if (tensor.most_elements >= 0) {
    text += fmt::format(", of at most {} elements", tensor.most_elements);
  }
  return text;
}

void CheckShape(const std::string& name, const TensorType& stated,
                const TypedTensor& found) {
  const TensorType& type = found.type;
  if (!Contradict(type, stated) && type.kind == TensorType::Kind::kTensor &&
      type.has_rank && type.shape == stated.shape) {
    if (type.dtype != DType::kUndefined) return;
    Fail(
        ExitCode::kUsage, "E314",
        "{}: the type of the tensor's elements is not known; state it, too, "
        "for example {}",
        FlagText(name, stated),
        ShellFlag("--tensor-shape", fmt::format("{}=float32[{}]", name,
                                                fmt::join(stated.shape, ","))));
  }
  Fail(ExitCode::kUsage, "E313",
       "{}: the tensor is {}{}, by what the model declares and its operators "
       "compute{}",
       FlagText(name, stated), TypeName(type), BoundText(found),
       found.blame.text.empty() ? "" : fmt::format(" ({})", found.blame.text));
}

}  // namespace

void CheckStatedNames(const ModelProto& model, const StatedSizes& stated) {
  const auto check = [](const auto& named, std::string_view flag,
                        std::string_view what,
                        const std::vector<std::string>& names) {
    const std::set<std::string_view> known(names.begin(), names.end());
    for (const auto& [name, value] : named) {
      if (known.contains(name)) continue;
      Fail(ExitCode::kUsage, "E312",
           "{} {}: the model has no {} of this name{}", flag, name, what,
           DidYouMean(name, names));
    }
  };
  if (!stated.shapes.empty()) {
    check(stated.shapes, "--tensor-shape", "tensor",
          TensorNames(model.graph()));
  }
  if (!stated.loops.empty()) {
    check(stated.loops, "--loop-count", "Loop", LoopNames(model));
  }
}

void CheckStated(const StatedSizes& stated, const TypedGraph& types) {
  for (const auto& [name, type] : stated.shapes) {
    const auto found = types.tensors.find(name);
    CheckShape(name, type,
               found == types.tensors.end() ? TypedTensor() : found->second);
  }
  if (!types.wrong_count.empty()) {
    Fail(ExitCode::kUsage, "E313", "{}", types.wrong_count);
  }
}

void MarkStated(const TypedGraph& without, TypedGraph* types) {
  for (auto& [name, tensor] : types->tensors) {
    const auto other = without.tensors.find(name);
    tensor.stated = other == without.tensors.end() ||
                    tensor.type != other->second.type ||
                    tensor.upper_shape != other->second.upper_shape ||
                    tensor.most_elements != other->second.most_elements;
  }
}

StatedSizes EffectOf(const StatedSizes& stated, const TypedGraph& types) {
  StatedSizes effect;
  for (const auto& [name, type] : stated.shapes) {
    const TypedTensor& found = types.tensors.at(name);
    if (found.stated) effect.shapes[name] = found.type;
  }
  for (const std::string& name : types.counted_loops) {
    effect.loops[name] = stated.loops.at(name);
  }
  return effect;
}

void WarnOfStated(const ModelProto& model, const StatedSizes& stated,
                  const TypedGraph& types, Warnings* warnings) {
  const StatedSizes effect = EffectOf(stated, types);
  std::set<std::string_view> inputs;
  for (const int input : RealInputs(model.graph())) {
    inputs.insert(model.graph().input(input).name());
  }
  for (const auto& [name, type] : stated.shapes) {
    if (inputs.contains(name)) continue;
    if (effect.shapes.contains(name)) {
      Warn(warnings, "W304",
           "tensor '{}' is taken to be {}, as --tensor-shape says", name,
           TypeName(effect.shapes.at(name)));
    } else {
      Warn(warnings, "W303",
           "{}: the tensor is known to be {}; the flag has no effect",
           FlagText(name, type), TypeName(types.tensors.at(name).type));
    }
  }
  for (const auto& [name, count] : stated.loops) {
    if (effect.loops.contains(name)) {
      Warn(warnings, "W304",
           "Loop '{}' is taken to run {} times, as --loop-count says", name,
           count);
    } else {
      Warn(warnings, "W303",
           "--loop-count {}={}: how often the Loop runs is known; the flag has "
           "no effect",
           name, count);
    }
  }
}

}  // namespace dnncut
