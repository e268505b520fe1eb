// SPDX-License-Identifier: Apache-2.0
//
// Gives each tensor its size in bytes, or the reason why it has none.
//
// First what the inferred types say, also where they follow from
// --tensor-shape, and a bound where only the data decides; then what
// --tensor-bytes says of tensors that have no exact size. Of those left without
// one, only tensors that matter (a layer reads them, or they are
// results) count, and their cause decides. A dimension that the user can fix
// and an operator that refuses its inputs are errors. Else a result is given an
// assumed size, because the server must be allowed to make it, with a warning.
// For the others, an operator that is not known is an error, with the option
// that helps; a size that only the data decides is a warning, and no cut sends
// such a tensor.
#include "frontends/shapes/tensor_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/first_few.h"
#include "frontends/dims/shape_flags.h"

namespace dnncut {
namespace {

// Tensors of unknown size that matter, by reason.
struct Unknown {
  std::vector<Tensor*> by_data;
  std::vector<Tensor*> by_operator;
  std::vector<Tensor*> by_engine;
  std::vector<Tensor*> by_free_dim;
};

// What a result takes of which nothing is known: a list of some hundred boxes
// with their masks, classes and scores, say.
constexpr int64_t kAssumedBytes = int64_t{64} * 1024;

bool Matters(const Tensor& tensor) {
  return tensor.is_result || !tensor.readers.empty();
}

// The first few, quoted.
std::string Names(const std::vector<Tensor*>& tensors) {
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

// nullopt when nothing bounds it.
std::optional<int64_t> LargestBytes(const TypedTensor& tensor,
                                    const std::string& name) {
  const TensorType largest = LargestType(tensor);
  if (largest.most_elements >= 0 && BitsOf(largest.dtype) > 0) {
    return BytesOf(largest.dtype, {largest.most_elements}, name);
  }
  if (!HasStaticSize(largest)) return std::nullopt;
  return BytesOf(largest.dtype, largest.shape, name);
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
  const auto typed = types.tensors.find(tensor->name);
  const bool found = typed != types.tensors.end();
  if (HasStaticSize(type)) {
    tensor->bytes = BytesOf(type.dtype, type.shape,
                            fmt::format("tensor '{}'", tensor->name));
  } else if (found) {
    tensor->bytes = LargestBytes(typed->second, tensor->name);
    tensor->size_basis = SizeBasis::kAtMost;
  }
  if (tensor->bytes.has_value()) {
    if (found && typed->second.stated) tensor->size_basis = SizeBasis::kStated;
    return;
  }
  tensor->size_basis = SizeBasis::kExact;
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
  } else if (blame.kind == Blame::Kind::kUnknown) {
    unknown->by_operator.push_back(tensor);
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
    if (tensor.bytes.has_value() &&
        (tensor.size_basis != SizeBasis::kAtMost || bytes > *tensor.bytes)) {
      Warn(warnings, "W303",
           "--tensor-bytes {}={}: the tensor is {} to have {}{} bytes; the "
           "flag has no effect",
           name, bytes,
           tensor.size_basis == SizeBasis::kStated ? "stated" : "known",
           tensor.size_basis == SizeBasis::kAtMost ? "at most " : "",
           *tensor.bytes);
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
    const std::string bound =
        tensor.bytes.has_value()
            ? fmt::format("it can have up to {}", *tensor.bytes)
            : "the model does not bound it";
    tensor.bytes = bytes;
    tensor.size_basis = SizeBasis::kStated;
    tensor.why_not.clear();
    Warn(warnings, "W304",
         "tensor '{}' is taken to have {} bytes when it crosses, as "
         "--tensor-bytes says; {}",
         name, bytes, bound);
  }
}

// The tensors to which --tensor-bytes has not given a size.
std::vector<Tensor*> StillUnknown(const std::vector<Tensor*>& tensors) {
  std::vector<Tensor*> unknown;
  for (Tensor* tensor : tensors) {
    if (!tensor->bytes.has_value()) unknown.push_back(tensor);
  }
  return unknown;
}

// The flags that would give them a size.
std::string Flags(const std::vector<Tensor*>& tensors, const Graph& graph) {
  std::vector<TensorId> ids;
  for (const Tensor* tensor : tensors) {
    ids.push_back(static_cast<TensorId>(tensor - graph.tensors.data()));
  }
  return TensorShapeFlags(graph, ids);
}

std::vector<Tensor*> ThatAreResults(const std::vector<Tensor*>& tensors,
                                    bool results) {
  std::vector<Tensor*> chosen;
  for (Tensor* tensor : tensors) {
    if (tensor->is_result == results) chosen.push_back(tensor);
  }
  return chosen;
}

// So that results do not keep every layer on one side.
void AssumeSizes(const std::vector<Tensor*>& results, const Graph& graph,
                 Warnings* warnings) {
  if (results.empty()) return;
  for (Tensor* result : results) {
    result->bytes = kAssumedBytes;
    result->size_basis = SizeBasis::kAssumed;
    result->why_not.clear();
  }
  const bool one = results.size() == 1;
  Warn(warnings, "W306",
       "nothing bounds the size of the result{} {}; {} assumed to have {} "
       "bytes; state what is typical: {}",
       one ? "" : "s", Names(results), one ? "it is" : "each is", kAssumedBytes,
       Flags(results, graph));
}

// Only what inputs that matter leave free.
[[noreturn]] void FailOnFreeDims(const std::vector<Tensor*>& tensors,
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
  if (texts.empty()) {
    Fail(ExitCode::kBadInput, "E310",
         "the size of {} does not follow from the sizes of the inputs, which "
         "may "
         "be too large; state the shape: {}",
         Names(tensors), Flags(tensors, graph));
  }
  constexpr size_t kShown = 64;
  const auto list = [](const std::vector<std::string>& words) {
    return FirstFew(words.size(), kShown, [&](size_t i) { return words[i]; });
  };
  flags.resize(std::min(flags.size(), kShown));
  Fail(ExitCode::kBadInput, "E310",
       "the size of {} depends on what the model leaves free: {}; give {}",
       Names(tensors), list(texts), fmt::join(flags, " "));
}

[[noreturn]] void FailOnUnknown(const std::vector<Tensor*>& tensors,
                                const TypedGraph& types,
                                const ImportOptions& options,
                                const Graph& graph) {
  Fail(ExitCode::kBadInput, "E311",
       "the size of {} cannot be inferred ({}); state the shape: {}{}",
       Names(tensors), BlameOf(types, *tensors[0]).text, Flags(tensors, graph),
       options.inference ? ""
                         : ", or install ONNX Runtime, which knows more "
                           "operators (tools/get_onnxruntime.sh)");
}

void WarnOfUnsent(const std::vector<Tensor*>& tensors, const Graph& graph,
                  Warnings* warnings) {
  if (tensors.empty()) return;
  Warn(warnings, "W305",
       "only the data decides the size of {}{} and nothing bounds it, so no "
       "cut sends it; state what is typical: {}",
       Names(tensors),
       tensors.size() == 1 ? "" : fmt::format(" ({} in all)", tensors.size()),
       Flags(tensors, graph));
}

}  // namespace

void SetTensorSizes(const TypedGraph& types, const std::vector<FreeDim>& free,
                    const ImportOptions& options, Graph* graph,
                    Warnings* warnings) {
  Unknown unknown;
  for (Tensor& tensor : graph->tensors) SetSize(types, &tensor, &unknown);
  ApplyTensorBytes(options, graph, warnings);
  const auto by_free_dim = StillUnknown(unknown.by_free_dim);
  if (!by_free_dim.empty()) FailOnFreeDims(by_free_dim, free, *graph);
  const auto by_engine = StillUnknown(unknown.by_engine);
  if (!by_engine.empty()) {
    FailOnUnknown(by_engine, types, options, *graph);
  }
  std::vector<Tensor*> unbounded = StillUnknown(unknown.by_operator);
  const auto by_operator = ThatAreResults(unbounded, false);
  if (!by_operator.empty()) {
    FailOnUnknown(by_operator, types, options, *graph);
  }
  const auto by_data = StillUnknown(unknown.by_data);
  unbounded.insert(unbounded.end(), by_data.begin(), by_data.end());
  AssumeSizes(ThatAreResults(unbounded, true), *graph, warnings);
  WarnOfUnsent(ThatAreResults(by_data, false), *graph, warnings);
}

}  // namespace dnncut
