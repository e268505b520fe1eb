// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/runtime/bounds_referee.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/model/dtype.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/importing.h"
#include "tools/runtime/onnxruntime_run.h"

namespace dnncut {
namespace {

constexpr int kRows = 6;
constexpr int kColumns = 4;

template <typename T>
Value TensorOf(const std::string& name, DType dtype, std::vector<int64_t> shape,
               const std::vector<T>& elements) {
  Value value;
  value.name = name;
  value.dtype = dtype;
  value.shape = std::move(shape);
  value.data.assign(reinterpret_cast<const char*>(elements.data()),
                    elements.size() * sizeof(T));
  return value;
}

int64_t BytesOf(const Value& value) {
  return BytesOf(value.dtype, value.shape, value.name);
}

// The type with which the size of a tensor was computed.
TensorType LargestTypeOf(const Graph& graph, const Tensor& tensor) {
  const Layer& layer = graph.layers.at(tensor.producer);
  for (size_t i = 0; i < layer.outputs.size(); ++i) {
    if (graph.tensors[layer.outputs[i]].name == tensor.name) {
      return layer.operation.outputs.at(i);
    }
  }
  return {};
}

}  // namespace

std::vector<Value> RefereeInputs(int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  const auto draw = [&](int least, int most) {
    return least +
           static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  std::vector<float> x;
  std::vector<uint8_t> m;
  for (int i = 0; i < kRows * kColumns; ++i) {
    const float drawn = static_cast<float>(draw(-1, 2));
    x.push_back(seed == 0   ? 0.0F
                : seed == 1 ? 1.0F
                : seed == 2 ? static_cast<float>(i + 1)
                            : drawn);
  }
  for (int i = 0; i < kRows; ++i) {
    const int drawn = draw(0, 1);
    m.push_back(static_cast<uint8_t>(seed < 3 ? std::min(seed, 1) : drawn));
  }
  const int64_t k = seed == 0 ? 0 : seed < 3 ? 100 : draw(-2, 8);
  return {TensorOf("x", DType::kFloat32, {kRows, kColumns}, x),
          TensorOf("m", DType::kBool, {kRows}, m),
          TensorOf("k", DType::kInt64, {1}, std::vector<int64_t>{k})};
}

BoundsReferee::BoundsReferee(const std::string& nodes,
                             std::vector<std::string> outputs)
    : nodes_(nodes) {
  const SourceModel source = SourceFromText(
      fmt::format("g ({}) => ({}) {{ {} {} }}", kRefereeInputs,
                  fmt::join(outputs, ", "), kRefereeSources, nodes),
      18);
  model_ = source.proto.SerializeAsString();
  const Imported imported = Import(source);
  EXPECT_EQ(imported.error, "") << nodes;
  if (!imported.error.empty()) return;
  for (std::string& name : outputs) {
    Output& output = outputs_.emplace_back();
    const Tensor& tensor = TensorNamed(imported.graph, name);
    if (tensor.size_basis == SizeBasis::kExact ||
        tensor.size_basis == SizeBasis::kAtMost) {
      output.bound = tensor.bytes.value_or(-1);
    }
    output.upper_shape = LargestTypeOf(imported.graph, tensor).shape;
    output.name = std::move(name);
  }
}

int64_t BoundsReferee::Bound(const std::string& output) const {
  return Find(output).bound;
}

int64_t BoundsReferee::Most(const std::string& output) const {
  return Find(output).most;
}

bool BoundsReferee::Run(const std::vector<Value>& inputs,
                        const OnnxRuntime& runtime) {
  const TempFolder folder;
  const std::string path = folder / "model.onnx";
  std::ofstream(path, std::ios::binary) << model_;
  std::vector<Value> values;
  try {
    values = RunModel(path, inputs, {}, runtime).outputs;
  } catch (const Error& error) {
    // A model that it does not take at all is a mistake of the test.
    EXPECT_NE(error.id(), "E704") << error.what() << "\n" << nodes_;
    return false;
  }
  for (Output& output : outputs_) {
    const Value* value = FindValue(values, output.name);
    EXPECT_NE(value, nullptr);
    if (value != nullptr) Compare(*value, &output);
  }
  return true;
}

const BoundsReferee::Output& BoundsReferee::Find(
    const std::string& name) const {
  static const Output kNone;
  const auto found =
      std::find_if(outputs_.begin(), outputs_.end(),
                   [&](const Output& output) { return output.name == name; });
  EXPECT_NE(found, outputs_.end()) << name;
  return found == outputs_.end() ? kNone : *found;
}

void BoundsReferee::Compare(const Value& value, Output* output) const {
  const int64_t bytes = BytesOf(value);
  output->most = std::max(output->most, bytes);
  if (output->bound >= 0) {
    EXPECT_LE(bytes, output->bound) << output->name << " of " << nodes_;
  }
  const std::vector<int64_t>& upper = output->upper_shape;
  if (upper.empty()) return;
  ASSERT_EQ(value.shape.size(), upper.size())
      << output->name << " of " << nodes_;
  for (size_t i = 0; i < upper.size(); ++i) {
    if (upper[i] < 0) continue;
    EXPECT_LE(value.shape[i], upper[i])
        << "dim " << i << " of " << output->name << " of " << nodes_;
  }
}

}  // namespace dnncut
