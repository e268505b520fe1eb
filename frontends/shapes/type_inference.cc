// SPDX-License-Identifier: Apache-2.0
//
// Finds the types of all tensors from three sources: what the file declares,
// dnncut's own inference (type_engine, on libonnx's schemas), and ONNX Runtime
// where it is there.
//
// The own inference runs first, in a child process, as libonnx crashes on odd
// models; the child notes in shared memory which node it is at, so that the
// message can name it. The runtime is asked only when something is still open
// that it might know, and the own inference then runs again with its answers.
// If the own inference fails, what was declared is good enough exactly when it
// leaves nothing open; else its failure is the error. Where a declared type
// contradicts a computed one, the computed one stands, and the user is told.
#include "frontends/shapes/type_inference.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <optional>

#include "compiler/base/child_process.h"
#include "frontends/read/onnx_text.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/stated_sizes.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;

// A number that a child process writes and its parent reads.
class SharedNumber {
 public:
  SharedNumber()
      : number_(
            static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (number_ == MAP_FAILED) throw std::bad_alloc();
    *number_ = -1;
  }
  ~SharedNumber() { munmap(number_, sizeof(int)); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;

  int* get() const { return number_; }

 private:
  int* number_;
};

TypedGraph RunEngine(const SourceModel& model, const TypeMap& trusted,
                     const StatedSizes& stated) {
  const SharedNumber at;
  const auto infer = [&] {
    return SerializeTypedGraph(
        TypeEngine(model.proto, trusted, at.get(), stated).Run());
  };
  LoadSchemas();
  try {
    return ParseTypedGraph(RunInChild(infer, {}, "libonnx's shape inference"));
  } catch (const Error& error) {
    const auto& nodes = model.proto.graph().node();
    if (*at.get() < 0 || *at.get() >= nodes.size()) throw;
    const auto& node = nodes[*at.get()];
    throw Error(error.exit_code(), error.id(),
                fmt::format("{}, at {}", error.what(),
                            NodeText(*at.get(), node.name(), node.op_type())));
  }
}

// The types that the file itself declares in the main graph.
TypeMap DeclaredTypes(const GraphProto& graph) {
  TypeMap types;
  for (const auto* list :
       {&graph.input(), &graph.value_info(), &graph.output()}) {
    for (const auto& info : *list) {
      TensorType& type = types[info.name()];
      type = MergeTypes(type, TypeFromOnnx(info.type()));
    }
  }
  for (const auto& tensor : graph.initializer()) {
    types[tensor.name()] = TypeOfTensor(tensor);
  }
  return types;
}

bool IsOpen(const TypedGraph& graph, const std::string& name) {
  auto tensor = graph.tensors.find(name);
  if (tensor == graph.tensors.end()) return true;
  const TensorType& type = tensor->second.type;
  return type.kind != TensorType::Kind::kOther && !IsStatic(type);
}

bool AnythingOpen(const GraphProto& graph, const TypedGraph& types) {
  for (const auto& node : graph.node()) {
    for (const auto& output : node.output()) {
      if (!output.empty() && IsOpen(types, output)) return true;
    }
  }
  return false;
}

// Is there anything open that a runtime might know? Asking it takes longer than
// everything else; it does not know what the data decides, nor what the user
// has left free.
bool AnythingToAsk(const GraphProto& graph, const TypedGraph& types) {
  const auto may_be_known = [&](const std::string& output) {
    if (output.empty() || !IsOpen(types, output)) return false;
    const auto tensor = types.tensors.find(output);
    if (tensor == types.tensors.end()) return true;
    const Blame& blame = tensor->second.blame;
    return blame.kind == Blame::Kind::kData ? blame.may_be_folded
                                            : blame.kind != Blame::Kind::kFree;
  };
  return std::any_of(graph.node().begin(), graph.node().end(),
                     [&](const auto& node) {
                       return std::any_of(node.output().begin(),
                                          node.output().end(), may_be_known);
                     });
}

TypedGraph GraphOf(const TypeMap& types) {
  TypedGraph graph;
  for (const auto& [name, type] : types) graph.tensors[name].type = type;
  return graph;
}

// The types of dnncut's own inference; if that fails, those that the file
// declares and the runtime infers.
TypedGraph TryEngine(const SourceModel& model, const TypeMap& trusted,
                     const StatedSizes& stated, const TypeMap& declared,
                     std::optional<Error>* failure) {
  try {
    *failure = std::nullopt;
    return RunEngine(model, trusted, stated);
  } catch (const Error& error) {
    *failure = error;
  }
  TypeMap types = declared;
  for (const auto& [name, type] : stated.shapes) {
    types[name] = MergeTypes(types[name], type);
  }
  for (const auto& [name, type] : trusted) {
    types[name] = MergeTypes(type, types[name]);
  }
  return GraphOf(types);
}

// ONNX Runtime trusts the types in value_info, so those that are known to be
// wrong are removed.
SourceModel WithoutStaleTypes(const SourceModel& model,
                              const TypedGraph& types) {
  SourceModel copy = model;
  auto* infos = copy.proto.mutable_graph()->mutable_value_info();
  auto is_stale = [&](const auto& info) {
    auto found = types.tensors.find(info.name());
    return found != types.tensors.end() &&
           Contradict(found->second.type, TypeFromOnnx(info.type()));
  };
  infos->erase(std::remove_if(infos->begin(), infos->end(), is_stale),
               infos->end());
  return copy;
}

// If the runtime refuses the model, the work goes on: the open sizes may be
// such that only the data decides.
TypeMap AskRuntime(const SourceModel& model, const ImportOptions& options,
                   Warnings* warnings) {
  try {
    return options.inference(model);
  } catch (const Error& error) {
    Warn(warnings, "W312", "{}; sizes are inferred without it", error.what());
    return {};
  }
}

void WarnOfStaleTypes(const TypeMap& declared, const TypedGraph& types,
                      Warnings* warnings) {
  int count = 0;
  std::string example;
  for (const auto& [name, type] : declared) {
    auto found = types.tensors.find(name);
    if (found == types.tensors.end()) continue;
    if (!Contradict(found->second.type, type)) continue;
    if (++count > 1) continue;
    example = fmt::format("'{}' is declared {} and computed as {}", name,
                          TypeName(type), TypeName(found->second.type));
  }
  if (count == 0) return;
  Warn(warnings, "W310",
       "the model declares other types for {} of its tensors than their "
       "operators compute ({}{}); the computed ones are used",
       count, count > 1 ? "for example, " : "", example);
}

}  // namespace

TypedGraph InferTypes(const SourceModel& model, const ImportOptions& options,
                      Warnings* warnings) {
  const GraphProto& graph = model.proto.graph();
  TypeMap declared = DeclaredTypes(graph);
  std::optional<Error> failure;
  const StatedSizes& stated = options.stated;
  CheckStatedNames(model.proto, stated);
  TypeMap trusted;
  TypedGraph types = TryEngine(model, trusted, stated, declared, &failure);
  bool open = AnythingOpen(graph, types);
  if (options.inference && (failure || AnythingToAsk(graph, types))) {
    trusted = AskRuntime(WithoutStaleTypes(model, types), options, warnings);
    types = TryEngine(model, trusted, stated, declared, &failure);
    open = AnythingOpen(graph, types);
  }
  if (failure && open) {
    Fail(failure->exit_code(), failure->id(),
         "{}, and the model does not state all sizes itself; {}",
         failure->what(),
         options.inference
             ? "--shape and --dim may settle it"
             : "install ONNX Runtime (tools/get_onnxruntime.sh) or name one "
               "with --onnxruntime");
  }
  if (failure) {
    Warn(warnings, "W311", "{}; the sizes that the model states are used",
         failure->what());
  }
  if (!stated.empty()) {
    CheckStated(stated, types);
    MarkStated(TryEngine(model, trusted, {}, declared, &failure), &types);
    WarnOfStated(model.proto, stated, types, warnings);
  }
  WarnOfStaleTypes(declared, types, warnings);
  return types;
}

}  // namespace dnncut
