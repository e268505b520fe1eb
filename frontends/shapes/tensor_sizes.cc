// SPDX-License-Identifier: Apache-2.0
//
// Gives each tensor its size in bytes, or the reason why it has none.
//
// First what the inferred types say, then what --tensor-bytes says of tensors
// that still have no size. Of those left without one, only tensors that matter
// (a layer reads them, or they are results) count, and their cause decides: a
// dimension that the user can fix and an operator that is not understood are
// errors, with the option that helps; a size that only the data decides is a
// warning, and no cut sends such a tensor. A size is never guessed: each comes
// from a complete shape, multiplied with checks, or from the user.
#include "frontends/shapes/tensor_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/first_few.h"

namespace dnncut {
namespace {

// Tensors of unknown size that matter, by reason.
struct Unknown {
  std::vector<const Tensor*> by_data;
  std::vector<const Tensor*> by_engine;
  std::vector<const Tensor*> by_free_dim;
};

bool Matters(const Tensor& tensor) {
  return tensor.is_result || !tensor.readers.empty();
}

// The first few, quoted.
std::string Names(const std::vector<const Tensor*>& tensors) {
  constexpr size_t kShown = 3;
  return FirstFew(tensors.size(), kShown, [&](size_t i) {
    return fmt::format("'{}'", tensors[i]->name);
  });
}

Blame BlameOf(const TypedGraph& types, const Tensor& tensor) {
  auto found = types.tensors.find(tensor.name);
  if (found == types.tensors.end() ||
      found->second.blame.kind == Blame::Kind::kNone) {
    return {Blame::Kind::kEngine, "nothing is known about its operator"};
  }
  return found->second.blame;
}

void SetSize(const TypedGraph& types, Tensor* tensor, Unknown* unknown) {
  const TensorType& type = tensor->type;
  if (type.kind == TensorType::Kind::kOther) {
    tensor->why_not = "is a sequence, map, optional or sparse tensor";
    return;
  }
  if (type.dtype == DType::kString) {
    tensor->why_not = "holds strings";
    return;
  }
  if (HasStaticSize(type)) {
    tensor->bytes = BytesOf(type.dtype, type.shape,
                            fmt::format("tensor '{}'", tensor->name));
    return;
  }
  Blame blame = BlameOf(types, *tensor);
  if (blame.kind == Blame::Kind::kData) {
    tensor->why_not =
        fmt::format("has a size that only the data decides, at {}", blame.text);
  } else {
    tensor->why_not = "has an unknown size";
  }
  if (!Matters(*tensor)) return;
  if (blame.kind == Blame::Kind::kData) {
    unknown->by_data.push_back(tensor);
  } else if (blame.kind == Blame::Kind::kFree) {
    unknown->by_free_dim.push_back(tensor);
  } else {
    unknown->by_engine.push_back(tensor);
  }
}

void ApplyTensorBytes(const ImportOptions& options, Graph* graph,
                      Warnings* warnings) {
  std::unordered_map<std::string, Tensor*> tensors;
  std::vector<std::string> names;
  for (Tensor& tensor : graph->tensors) {
    tensors[tensor.name] = &tensor;
    names.push_back(tensor.name);
  }
  for (const auto& [name, bytes] : options.tensor_bytes) {
    auto found = tensors.find(name);
    if (found == tensors.end()) {
      Warn(warnings, "W303",
           "--tensor-bytes {}={}: the model has no tensor of this name{}", name,
           bytes, DidYouMean(name, names));
      continue;
    }
    Tensor& tensor = *found->second;
    if (tensor.bytes.has_value()) {
      Warn(warnings, "W303",
           "--tensor-bytes {}={}: the tensor is known to have {} bytes; the "
           "flag has no effect",
           name, bytes, *tensor.bytes);
      continue;
    }
    if (tensor.type.kind == TensorType::Kind::kOther ||
        tensor.type.dtype == DType::kString) {
      Warn(warnings, "W303",
           "--tensor-bytes {}={}: the tensor {} and never "
           "crosses",
           name, bytes, tensor.why_not);
      continue;
    }
    tensor.bytes = bytes;
    tensor.why_not.clear();
    Warn(warnings, "W304",
         "tensor '{}' is taken to have {} bytes when it crosses, as "
         "--tensor-bytes says; the model does not bound it",
         name, bytes);
  }
}

// The tensors to which --tensor-bytes has not given a size.
std::vector<const Tensor*> StillUnknown(
    const std::vector<const Tensor*>& tensors) {
  std::vector<const Tensor*> unknown;
  for (const Tensor* tensor : tensors) {
    if (!tensor->bytes.has_value()) unknown.push_back(tensor);
  }
  return unknown;
}

// Only what inputs that matter leave free.
[[noreturn]] void FailOnFreeDims(const std::vector<const Tensor*>& tensors,
                                 const std::vector<FreeDim>& free,
                                 const Graph& graph) {
  std::unordered_set<std::string> inputs;
  for (int i = 0; i < graph.input_count; ++i) {
    if (Matters(graph.tensors[i])) inputs.insert(graph.tensors[i].name);
  }
  std::unordered_set<std::string> names;
  std::vector<std::string> texts;
  std::vector<std::string> flags;
  for (const FreeDim& dim : free) {
    if (!inputs.contains(dim.input)) continue;
    if (!dim.name.empty() && !names.insert(dim.name).second) continue;
    texts.push_back(dim.text);
    // Several dims of one input are settled by one shape.
    if (!dim.flag.empty() && (flags.empty() || flags.back() != dim.flag)) {
      flags.push_back(dim.flag);
    }
  }
  if (flags.empty()) flags.push_back("--tensor-bytes NAME=MAX");
  constexpr size_t kShown = 64;
  const auto list = [](const std::vector<std::string>& words) {
    return FirstFew(words.size(), kShown, [&](size_t i) { return words[i]; });
  };
  flags.resize(std::min(flags.size(), kShown));
  Fail(ExitCode::kBadInput, "E310",
       "the size of {} depends on what the model leaves free: {}; give {}",
       Names(tensors), list(texts), fmt::join(flags, " "));
}

[[noreturn]] void FailOnUnknown(const std::vector<const Tensor*>& tensors,
                                const TypedGraph& types,
                                const ImportOptions& options) {
  Fail(ExitCode::kBadInput, "E311",
       "the size of {} cannot be inferred ({}); say how big they get with "
       "--tensor-bytes NAME=MAX{}",
       Names(tensors), BlameOf(types, *tensors[0]).text,
       options.inference ? ""
                         : ", or install ONNX Runtime, which knows more "
                           "operators (tools/get_onnxruntime.sh)");
}

}  // namespace

void SetTensorSizes(const TypedGraph& types, const std::vector<FreeDim>& free,
                    const ImportOptions& options, Graph* graph,
                    Warnings* warnings) {
  Unknown unknown;
  for (Tensor& tensor : graph->tensors) SetSize(types, &tensor, &unknown);
  ApplyTensorBytes(options, graph, warnings);
  auto by_free_dim = StillUnknown(unknown.by_free_dim);
  if (!by_free_dim.empty()) FailOnFreeDims(by_free_dim, free, *graph);
  auto by_engine = StillUnknown(unknown.by_engine);
  if (!by_engine.empty()) FailOnUnknown(by_engine, types, options);
  auto by_data = StillUnknown(unknown.by_data);
  if (!by_data.empty()) {
    Warn(
        warnings, "W305",
        "only the data decides the size of {}{}, so no cut sends it; "
        "--tensor-bytes NAME=MAX lets a tensor cross",
        Names(by_data),
        by_data.size() == 1 ? "" : fmt::format(" ({} in all)", by_data.size()));
  }
}

}  // namespace dnncut
