// SPDX-License-Identifier: Apache-2.0
#include "tools/result/compiled_result.h"

#include <algorithm>

#include "compiler/base/error.h"
#include "frontends/onnx_frontend.h"
#include "tools/result/find_model.h"

namespace dnncut {
namespace {

// Sizes are those of the compile, also where --tensor-bytes gave them or where
// another release of ONNX Runtime knows more now.
void TakeSizes(const Problem& problem, Graph* graph) {
  for (size_t t = 0; t < graph->tensors.size(); ++t) {
    Tensor& tensor = graph->tensors[t];
    tensor.bytes = problem.tensors[t].bytes;
    tensor.why_not = tensor.bytes ? "" : "never crosses";
  }
}

bool IsSameModel(const Graph& graph, const Problem& problem) {
  const auto same_layer = [](const Layer& layer, const ProblemLayer& other) {
    return layer.name == other.name && layer.operation.op_type == other.op;
  };
  const auto same_tensor = [](const Tensor& tensor,
                              const ProblemTensor& other) {
    return tensor.name == other.name && tensor.producer == other.producer &&
           tensor.readers == other.readers &&
           tensor.is_result == other.result &&
           (!tensor.bytes || !other.bytes || tensor.bytes == other.bytes);
  };
  return std::equal(graph.layers.begin(), graph.layers.end(),
                    problem.layers.begin(), problem.layers.end(), same_layer) &&
         std::equal(graph.tensors.begin(), graph.tensors.end(),
                    problem.tensors.begin(), problem.tensors.end(),
                    same_tensor);
}

// The shapes for which the model was compiled, as --shape gives them.
ImportOptions ImportOf(const TableFile& table, const Problem& problem) {
  ImportOptions import;
  for (const TableFile::ModelTensor& input : table.inputs) {
    if (!input.shape) continue;
    const auto is_open = [](int64_t dim) { return dim < 1; };
    if (std::none_of(input.shape->begin(), input.shape->end(), is_open)) {
      import.shapes[input.name] = *input.shape;
    }
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.bytes) import.tensor_bytes[tensor.name] = *tensor.bytes;
  }
  return import;
}

}  // namespace

CompiledResult LoadCompiled(const std::string& path,
                            const std::optional<std::string>& model) {
  CompiledResult compiled;
  compiled.table = ReadTableFile(path);
  compiled.folder = FolderOfTable(path);
  const std::string& folder = compiled.folder;
  compiled.file = ReadProblemFile(folder, compiled.table);
  compiled.model = LoadCompiledModel(
      compiled.table, FindCompiledModel(compiled.table, folder, model));
  Warnings told;  // by the compile
  compiled.graph = ImportGraph(
      compiled.model, ImportOf(compiled.table, compiled.file.problem), &told);
  if (!IsSameModel(compiled.graph, compiled.file.problem)) {
    Fail(ExitCode::kBadInput, "E740",
         "{}/problem.json is not the problem of {}; compile again", folder,
         compiled.model.path);
  }
  TakeSizes(compiled.file.problem, &compiled.graph);
  return compiled;
}

}  // namespace dnncut
