// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/source_model.h"

#include <charconv>
#include <filesystem>
#include <set>

namespace dnncut {
namespace {

// No ONNX key has a space, so a mark cannot be mistaken for one of a file.
constexpr const char* kMarkKey = "dnncut weight";

}  // namespace

std::optional<WeightId> WeightOf(const ONNX_NAMESPACE::TensorProto& tensor) {
  if (tensor.external_data_size() != 1) return std::nullopt;
  const auto& entry = tensor.external_data(0);
  if (entry.key() != kMarkKey) return std::nullopt;
  WeightId weight = -1;
  const std::string& text = entry.value();
  std::from_chars(text.data(), text.data() + text.size(), weight);
  return weight;
}

void ClearNumbers(ONNX_NAMESPACE::TensorProto* tensor) {
  tensor->clear_raw_data();
  tensor->clear_float_data();
  tensor->clear_int32_data();
  tensor->clear_int64_data();
  tensor->clear_double_data();
  tensor->clear_uint64_data();
  tensor->clear_external_data();
  tensor->clear_data_location();
}

void MarkWeight(WeightId weight, ONNX_NAMESPACE::TensorProto* tensor) {
  ClearNumbers(tensor);
  auto* entry = tensor->add_external_data();
  entry->set_key(kMarkKey);
  entry->set_value(std::to_string(weight));
  tensor->set_data_location(ONNX_NAMESPACE::TensorProto::EXTERNAL);
}

std::vector<std::string> FilesOf(const SourceModel& model) {
  const std::filesystem::path folder =
      std::filesystem::path(model.path).parent_path();
  std::set<std::string> files = {model.path};
  for (const WeightData& weight : model.weights) {
    if (!weight.location.empty()) {
      files.insert((folder / weight.location).string());
    }
  }
  return {files.begin(), files.end()};
}

}  // namespace dnncut
