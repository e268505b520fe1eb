// SPDX-License-Identifier: Apache-2.0
//
// ONNX's .pb: a TensorProto, SequenceProto or OptionalProto. Nothing in the
// file says which of them it is.
#include <fmt/format.h>
#include <onnx/onnx-data_pb.h>

#include "compiler/base/error.h"
#include "compiler/model/tensor_data.h"
#include "tools/values/value_files.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

constexpr int kMaxDims = 64;

class PbReader {
 public:
  explicit PbReader(const std::string& path) : path_(path) {}

  template <typename Proto>
  Proto Parse(std::string_view bytes, std::string_view what) const {
    Proto proto;
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      Broken(fmt::format("is no {} of ONNX", what));
    }
    return proto;
  }

  Value Tensor(const onnx::TensorProto& proto) const;
  Value Sequence(const onnx::SequenceProto& proto) const;
  Value Optional(const onnx::OptionalProto& proto) const;

 private:
  [[noreturn]] void Broken(std::string_view why) const {
    Fail(ExitCode::kBadInput, "E724", "{}: {}", path_, why);
  }
  [[noreturn]] void Unsupported(std::string_view why) const {
    Fail(ExitCode::kBadInput, "E725", "{}: {}", path_, why);
  }

  // Fills `data` with what raw_data would hold.
  void ReadNumbers(const onnx::TensorProto& proto, Value* value) const;

  const std::string& path_;
};

void PbReader::ReadNumbers(const onnx::TensorProto& proto, Value* value) const {
  const bool has_typed =
      proto.float_data_size() + proto.int32_data_size() +
          proto.int64_data_size() + proto.double_data_size() +
          proto.uint64_data_size() + proto.string_data_size() !=
      0;
  if (!proto.raw_data().empty() && has_typed) {
    Broken("has its elements both in raw_data and beside it");
  }
  value->data = RawDataOf(proto);
}

Value PbReader::Tensor(const onnx::TensorProto& proto) const {
  Value value;
  value.dtype = DTypeFromOnnx(proto.data_type());
  if (value.dtype == DType::kUndefined) {
    Broken(fmt::format("is no TensorProto, or of the unknown element type {}",
                       proto.data_type()));
  }
  if (proto.data_location() == onnx::TensorProto::EXTERNAL ||
      proto.external_data_size() > 0) {
    Unsupported(
        "has its elements in another file (external data); save them in it");
  }
  if (proto.has_segment()) Unsupported("is stored in segments");
  if (proto.dims_size() > kMaxDims) Broken("has more than 64 dimensions");
  value.shape.assign(proto.dims().begin(), proto.dims().end());
  const int64_t count = ElementCount(value.shape, path_);
  if (value.dtype == DType::kString) {
    if (proto.string_data_size() != count) {
      Broken(fmt::format("has {} strings, but its dims need {}",
                         proto.string_data_size(), count));
    }
    value.strings.assign(proto.string_data().begin(),
                         proto.string_data().end());
    return value;
  }
  ReadNumbers(proto, &value);
  const int64_t bytes = BytesOf(value.dtype, value.shape, path_);
  if (bytes != static_cast<int64_t>(value.data.size())) {
    Broken(fmt::format("has {} bytes of elements, but its dims need {}",
                       value.data.size(), bytes));
  }
  return value;
}

Value PbReader::Sequence(const onnx::SequenceProto& proto) const {
  if (proto.sparse_tensor_values_size() + proto.map_values_size() > 0) {
    Unsupported("holds maps or sparse tensors, which cannot be given");
  }
  Value value;
  value.kind = Value::Kind::kSequence;
  for (const auto& tensor : proto.tensor_values()) {
    value.elements.push_back(Tensor(tensor));
  }
  for (const auto& sequence : proto.sequence_values()) {
    value.elements.push_back(Sequence(sequence));
  }
  for (const auto& optional : proto.optional_values()) {
    value.elements.push_back(Optional(optional));
  }
  return value;
}

// One that holds something is that thing.
Value PbReader::Optional(const onnx::OptionalProto& proto) const {
  if (proto.has_tensor_value()) return Tensor(proto.tensor_value());
  if (proto.has_sequence_value()) return Sequence(proto.sequence_value());
  if (proto.has_optional_value()) return Optional(proto.optional_value());
  if (proto.has_map_value() || proto.has_sparse_tensor_value()) {
    Unsupported("holds a map or a sparse tensor, which cannot be given");
  }
  Value value;
  value.kind = Value::Kind::kNothing;
  return value;
}

}  // namespace

Value ParsePb(std::string_view bytes, const std::string& path,
              const Declared& declared) {
  const PbReader reader(path);
  switch (declared.kind) {
    case DeclaredKind::kSequence:
      return reader.Sequence(
          reader.Parse<onnx::SequenceProto>(bytes, "SequenceProto"));
    case DeclaredKind::kOptional:
      return reader.Optional(
          reader.Parse<onnx::OptionalProto>(bytes, "OptionalProto"));
    default:
      return reader.Tensor(
          reader.Parse<onnx::TensorProto>(bytes, "TensorProto"));
  }
}

}  // namespace dnncut
