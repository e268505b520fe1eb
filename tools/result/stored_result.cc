// SPDX-License-Identifier: Apache-2.0
#include "tools/result/stored_result.h"

#include <algorithm>
#include <filesystem>

#include "compiler/base/error.h"
#include "compiler/model/size_basis.h"
#include "frontends/onnx_frontend.h"
#include "tools/result/find_model.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

// Sizes are those of the compile, also where --tensor-bytes gave them or where
// another release of ONNX Runtime knows more now.
void TakeSizes(const Problem& problem, Graph* graph) {
  for (size_t t = 0; t < graph->tensors.size(); ++t) {
    Tensor& tensor = graph->tensors[t];
    tensor.bytes = problem.tensors[t].bytes;
    tensor.decoded_bytes = problem.tensors[t].decoded_bytes;
    tensor.size_basis = problem.tensors[t].size_basis;
    tensor.why_not = tensor.bytes ? "" : "never crosses";
  }
}

// Of the tensor itself, whatever form it is sent in.
std::optional<int64_t> OwnBytes(const ProblemTensor& tensor) {
  return tensor.decoded_bytes ? tensor.decoded_bytes : tensor.bytes;
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
           (!tensor.bytes || !other.bytes || tensor.bytes == OwnBytes(other) ||
            other.size_basis != SizeBasis::kExact);
  };
  return std::equal(graph.layers.begin(), graph.layers.end(),
                    problem.layers.begin(), problem.layers.end(), same_layer) &&
         std::equal(graph.tensors.begin(), graph.tensors.end(),
                    problem.tensors.begin(), problem.tensors.end(),
                    same_tensor);
}

// The shapes for which the model was compiled, as --shape and --tensor-shape
// give them.
ImportOptions ImportOf(const TableFile& table, const Problem& problem) {
  ImportOptions import;
  import.stated = table.stated;
  for (const TableFile::ModelTensor& input : table.inputs) {
    if (!input.shape) continue;
    const auto is_open = [](int64_t dim) { return dim < 0; };
    if (std::none_of(input.shape->begin(), input.shape->end(), is_open)) {
      import.shapes[input.name] = *input.shape;
    }
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    const auto bytes = OwnBytes(tensor);
    if (bytes) import.tensor_bytes[tensor.name] = *bytes;
  }
  return import;
}

}  // namespace

StoredResult LoadTable(const std::string& path) {
  StoredResult stored;
  stored.path = path;
  stored.folder = FolderOfTable(path);
  stored.table = ReadTableFile(path);
  return stored;
}

StoredResult LoadWithProblem(const std::string& path) {
  StoredResult stored = LoadTable(path);
  stored.problem_file = ReadProblemFile(stored.folder, stored.table);
  return stored;
}

StoredResult LoadWithProblemIfAny(const std::string& path) {
  std::error_code ignored;
  const bool has_own_name = fs::is_directory(path, ignored) ||
                            fs::path(path).filename() == "table.json";
  const fs::path problem = fs::path(FolderOfTable(path)) / "problem.json";
  return has_own_name && fs::exists(problem, ignored) ? LoadWithProblem(path)
                                                      : LoadTable(path);
}

StoredResult LoadWithModel(const std::string& path,
                           const std::optional<std::string>& model,
                           const ModelLimits& limits) {
  StoredResult stored = LoadWithProblem(path);
  stored.model = LoadCompiledModel(
      stored.table, FindCompiledModel(stored.table, stored.folder, model),
      limits);
  Warnings told;  // by the compile
  const ImportOptions import = ImportOf(stored.table, stored.problem());
  stored.graph = ImportGraph(stored.model, import, &told);
  FindConstantDims(stored.model, import, &stored.graph, &told);
  if (!IsSameModel(stored.graph, stored.problem())) {
    Fail(ExitCode::kBadInput, "E740",
         "{}/problem.json is not the problem of {}; compile again",
         stored.folder, stored.model.path);
  }
  TakeSizes(stored.problem(), &stored.graph);
  return stored;
}

}  // namespace dnncut
