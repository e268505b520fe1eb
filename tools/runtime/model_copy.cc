// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/model_copy.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "backends/halves/onnx_writer.h"
#include "backends/halves/weights_file.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

// What a tensor is called that is replaced by an input.
constexpr std::string_view kUnreadPrefix = "dnncut:unread:";

}  // namespace

std::string WriteModelCopy(const SourceModel& model, ModelProto proto,
                           const ScratchFolder& folder) {
  const WeightsLayout layout =
      PlanWeights(model, std::vector<bool>(model.weights.size(), true));
  WeightReader reader(model);
  std::string path = folder.File("model.onnx");
  folder.Fill([&] {
    if (layout.bytes > 0) {
      WriteWeights(layout, folder.File(kWeightsFile), &reader, nullptr);
    }
    WriteOnnx(model, std::move(proto), layout, path, &reader, nullptr);
  });
  return path;
}

void ExposeTensors(const std::set<std::string>& tensors, ModelProto* model) {
  std::set<std::string> outputs;
  for (const auto& output : model->graph().output()) {
    outputs.insert(output.name());
  }
  for (const std::string& name : tensors) {
    if (outputs.contains(name)) continue;
    model->mutable_graph()->add_output()->set_name(name);
  }
}

void OpenTensors(const std::map<std::string, DType>& tensors,
                 ModelProto* model) {
  GraphProto* graph = model->mutable_graph();
  for (NodeProto& node : *graph->mutable_node()) {
    for (std::string& output : *node.mutable_output()) {
      if (!tensors.contains(output)) continue;
      output = fmt::format("{}{}", kUnreadPrefix, output);
    }
  }
  for (const auto& [name, dtype] : tensors) {
    auto* input = graph->add_input();
    input->set_name(name);
    input->mutable_type()->mutable_tensor_type()->set_elem_type(
        static_cast<int32_t>(dtype));
  }
}

}  // namespace dnncut
