// SPDX-License-Identifier: Apache-2.0
#include "tools/inspect/inspect.h"

#include "compiler/base/checked_math.h"
#include "tools/compile/undefined_costs.h"

namespace dnncut {
namespace {

Port PortOf(const Graph& graph, const ModelOutput& output) {
  if (output.source == ModelOutput::Source::kConstant) {
    const Constant& constant = graph.constants[output.id];
    return {output.name, constant.type, constant.memory_bytes};
  }
  const Tensor& tensor = graph.tensors[output.id];
  return {output.name, tensor.type, tensor.bytes, tensor.size_basis};
}

// Counts what layers read and hold, so that a constant which only makes another
// one is not counted beside it.
void CountWeights(Inspection* inspection) {
  const Graph& graph = inspection->graph;
  const auto add = [](int64_t more, int64_t* sum) {
    *sum = CheckedAdd(*sum, more, "the sum of the weights");
  };
  std::vector<bool> is_read(graph.constants.size());
  for (const Layer& layer : graph.layers) {
    for (const ConstantId constant : layer.constants) is_read[constant] = true;
    add(layer.inner_weights.elements, &inspection->parameters);
    add(layer.inner_weights.memory_bytes, &inspection->memory_bytes);
    add(layer.inner_weights.file_bytes, &inspection->file_bytes);
  }
  for (size_t i = 0; i < graph.constants.size(); ++i) {
    const Constant& constant = graph.constants[i];
    add(constant.file_bytes, &inspection->file_bytes);
    if (!is_read[i]) continue;
    add(constant.memory_bytes, &inspection->memory_bytes);
    if (HasStaticSize(constant.type)) {
      add(ElementCount(constant.type.shape, constant.name),
          &inspection->parameters);
    }
  }
}

}  // namespace

Inspection Inspect(const InspectOptions& options, Warnings* warnings) {
  Inspection inspection;
  inspection.model = LoadModel(options.model_path, options.load, warnings);
  FoldModel(options.import.input_values, {}, &inspection.model);
  inspection.graph = ImportGraph(inspection.model, options.import, warnings);
  inspection.costs =
      EstimateCosts(options.machine, inspection.graph, options.precision);
  WarnOfUndefinedCosts(inspection.graph, {&inspection.costs}, warnings);
  const Graph& graph = inspection.graph;
  for (int i = 0; i < graph.input_count; ++i) {
    const Tensor& tensor = graph.tensors[i];
    inspection.inputs.push_back(
        {tensor.name, tensor.type, tensor.bytes, tensor.size_basis});
  }
  for (const ModelOutput& output : graph.outputs) {
    inspection.outputs.push_back(PortOf(graph, output));
  }
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.bytes.value_or(-1) > inspection.largest_bytes) {
      inspection.largest_bytes = *tensor.bytes;
      inspection.largest = tensor.name;
      inspection.largest_basis = tensor.size_basis;
    }
  }
  CountWeights(&inspection);
  inspection.shares = options.by_operator
                          ? CostByOperator(graph, inspection.costs.ns)
                          : CostByClass(graph, inspection.costs.ns);
  return inspection;
}

}  // namespace dnncut
