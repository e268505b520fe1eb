// SPDX-License-Identifier: Apache-2.0
#include "frontends/fold/fixed_inputs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/model/dtype.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::ValueInfoProto;

// So many elements at most, which is what shapes can depend on.
constexpr int64_t kMostElements = 4096;

[[noreturn]] void FailToFix(const std::string& name, const std::string& text,
                            std::string_view why) {
  Fail(ExitCode::kUsage, "E308", "--input-value {}={}: {}", name, text, why);
}

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t from = 0; from <= text.size();) {
    const size_t to = std::min(text.find(',', from), text.size());
    words.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return words;
}

// The bytes of one element; nullopt when `word` is no such number.
template <typename T>
std::optional<std::string> Element(std::string_view word) {
  if (word == "true") word = "1";
  if (word == "false") word = "0";
  T number{};
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(number)) return std::nullopt;
  }
  return RawBytes<T>({number});
}

std::optional<std::string> BoolElement(std::string_view word) {
  auto bytes = Element<uint8_t>(word);
  return bytes && (*bytes)[0] > 1 ? std::nullopt : bytes;
}

using Reader = std::optional<std::string>(std::string_view word);

Reader* ReaderOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return BoolElement;
    case DType::kInt8:
      return Element<int8_t>;
    case DType::kInt16:
      return Element<int16_t>;
    case DType::kInt32:
      return Element<int32_t>;
    case DType::kInt64:
      return Element<int64_t>;
    case DType::kUint8:
      return Element<uint8_t>;
    case DType::kUint16:
      return Element<uint16_t>;
    case DType::kUint32:
      return Element<uint32_t>;
    case DType::kUint64:
      return Element<uint64_t>;
    case DType::kFloat32:
      return Element<float>;
    case DType::kFloat64:
      return Element<double>;
    default:
      return nullptr;
  }
}

// The dims that a value of `count` elements has.
std::vector<int64_t> ShapeFor(const ValueInfoProto& input,
                              const std::string& text, int64_t count) {
  const auto& type = input.type().tensor_type();
  if (!type.has_shape()) {
    return count == 1 ? std::vector<int64_t>{} : std::vector<int64_t>{count};
  }
  std::vector<int64_t> shape;
  int64_t known = 1;
  int free_dims = 0;
  for (const auto& dim : type.shape().dim()) {
    const int64_t size = dim.has_dim_value() ? dim.dim_value() : 1;
    if (!dim.has_dim_value()) ++free_dims;
    shape.push_back(size);
    if (__builtin_mul_overflow(known, size, &known) || known > kMostElements) {
      FailToFix(input.name(), text, "the input has more than 4096 elements");
    }
  }
  // One free dim takes what is given; several are 1.
  if (free_dims == 1 && known > 0 && count % known == 0 && count > known) {
    for (int i = 0; i < type.shape().dim_size(); ++i) {
      if (!type.shape().dim(i).has_dim_value()) shape[i] = count / known;
    }
    return shape;
  }
  if (count != 1 && count != known) {
    FailToFix(input.name(), text,
              fmt::format("{} values are given and the input has {} elements",
                          count, known));
  }
  return shape;
}

TensorProto ValueFor(const ValueInfoProto& input, const std::string& text) {
  const DType dtype = DTypeFromOnnx(input.type().tensor_type().elem_type());
  Reader* read = input.type().has_tensor_type() ? ReaderOf(dtype) : nullptr;
  if (read == nullptr) {
    FailToFix(
        input.name(), text,
        "only inputs of integers, bool, float32 and float64 can be fixed");
  }
  std::string data;
  const std::vector<std::string_view> words = SplitAtCommas(text);
  for (const std::string_view word : words) {
    const std::optional<std::string> element = read(word);
    if (!element.has_value()) {
      FailToFix(input.name(), text,
                fmt::format("'{}' is no {}", word, DTypeName(dtype)));
    }
    data += *element;
  }
  TensorProto tensor;
  tensor.set_name(input.name());
  tensor.set_data_type(input.type().tensor_type().elem_type());
  int64_t elements = 1;
  for (const int64_t dim :
       ShapeFor(input, text, static_cast<int64_t>(words.size()))) {
    tensor.add_dims(dim);
    elements *= dim;
  }
  if (words.size() == 1) {
    const std::string one = data;
    data.clear();
    for (int64_t i = 0; i < elements; ++i) data += one;
  }
  tensor.set_raw_data(data);
  return tensor;
}

}  // namespace

void FixInputs(const InputValues& values, ModelProto* model) {
  if (values.empty()) return;
  GraphProto* graph = model->mutable_graph();
  std::map<std::string, int> inputs;
  std::vector<std::string> names;
  for (const int index : RealInputs(*graph)) {
    inputs[graph->input(index).name()] = index;
    names.push_back(graph->input(index).name());
  }
  std::vector<int> fixed;
  for (const auto& [name, text] : values) {
    const auto input = inputs.find(name);
    if (input == inputs.end()) {
      Fail(ExitCode::kUsage, "E307",
           "--input-value {}={}: the model has no input of this name{}", name,
           text, DidYouMean(name, names));
    }
    *graph->add_initializer() = ValueFor(graph->input(input->second), text);
    fixed.push_back(input->second);
  }
  // Up to IR version 3 every initializer is among the inputs, too.
  if (model->ir_version() < 4) return;
  std::sort(fixed.rbegin(), fixed.rend());
  for (const int index : fixed) {
    graph->mutable_input()->DeleteSubrange(index, 1);
  }
}

}  // namespace dnncut
