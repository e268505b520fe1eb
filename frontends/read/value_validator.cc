// SPDX-License-Identifier: Apache-2.0
//
// Checks the parts of which models are made, before anything computes with
// them: names, shapes, types and sparse tensors.
//
// What passes holds this: a name is UTF-8, not too long, and has no control
// characters, so it may be printed; the known dimensions of a shape other than
// 0, multiplied and times the bits of the largest element, fit 64 bits, so
// later sizes cannot overflow; each index of a sparse tensor that is in the
// messages lies inside its shape, and the indices ascend, so none is there
// twice.
#include "frontends/read/value_validator.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "compiler/model/tensor_data.h"
#include "frontends/read/onnx_text.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

// Control characters are refused because names are printed on terminals.
bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void CheckShape(const ModelLimits& limits, const TensorShapeProto& shape,
                const std::string& what) {
  if (shape.dim_size() > limits.rank) {
    Fail(ExitCode::kBadInput, "E222",
         "{} has {} dimensions, more than the {} that --limit rank allows",
         what, shape.dim_size(), limits.rank);
  }
  std::vector<int64_t> known;
  for (const auto& dim : shape.dim()) {
    if (dim.has_dim_param())
      CheckName(limits, dim.dim_param(), what, "a dimension");
    // A dim of 0 makes the tensor empty, but the other dims must not be absurd
    // either, so it is left out of the product.
    if (dim.dim_value() > 0) known.push_back(dim.dim_value());
  }
  // The most that any element type has, so a shape that passes here has a size
  // that fits with every type that an operator may give it.
  constexpr int kMostBits = 128;
  CheckedMul(ElementCount(known, what), kMostBits, what);
}

// Each position is inside the dims, and they ascend.
void CheckIndices(const std::vector<int64_t>& indices,
                  const std::vector<int64_t>& dims, bool is_flat,
                  const std::string& what) {
  const std::vector<int64_t> limits =
      is_flat ? std::vector<int64_t>{ElementCount(dims, what)} : dims;
  for (size_t i = 0; i < indices.size(); ++i) {
    const int64_t limit = limits[i % limits.size()];
    if (indices[i] < 0 || indices[i] >= limit) {
      Fail(ExitCode::kBadInput, "E226",
           "{} has the index {}, but it must be in 0 .. {}", what, indices[i],
           limit - 1);
    }
  }
  for (size_t i = limits.size(); i < indices.size(); i += limits.size()) {
    const auto here = indices.begin() + static_cast<std::ptrdiff_t>(i);
    const auto width = static_cast<std::ptrdiff_t>(limits.size());
    if (!std::lexicographical_compare(here - width, here, here, here + width)) {
      Fail(ExitCode::kBadInput, "E226",
           "{} has indices that do not ascend (position {})", what,
           i / limits.size());
    }
  }
}

}  // namespace

void CheckName(const ModelLimits& limits, std::string_view name,
               std::string_view place, std::string_view what) {
  if (std::ssize(name) > limits.name_bytes) {
    Fail(ExitCode::kBadInput, "E227",
         "{}: {} has a name of {} bytes, {}; the limit is {} (--limit "
         "name-bytes=N)",
         place, what, name.size(), Quote(name), limits.name_bytes);
  }
  if (std::any_of(name.begin(), name.end(), IsControl)) {
    Fail(ExitCode::kBadInput, "E227",
         "{}: {} has the name {}, with control characters", place, what,
         Quote(name));
  }
  if (!IsUtf8(name)) {
    Fail(ExitCode::kBadInput, "E227",
         "{}: {} has the name {}, which is no UTF-8", place, what, Quote(name));
  }
}

void CheckNameIsThere(const ModelLimits& limits, std::string_view name,
                      std::string_view place, std::string_view what) {
  if (name.empty()) {
    Fail(ExitCode::kBadInput, "E227", "{}: {} has no name", place, what);
  }
  CheckName(limits, name, place, what);
}

void CheckType(const ModelLimits& limits, const TypeProto& type,
               const std::string& what) {
  // Sequences and the like contain another type; protobuf bounds the depth.
  const TypeProto* inner = &type;
  while (inner != nullptr) {
    const TypeProto* next = nullptr;
    if (inner->has_tensor_type()) {
      CheckShape(limits, inner->tensor_type().shape(), what);
    } else if (inner->has_sparse_tensor_type()) {
      CheckShape(limits, inner->sparse_tensor_type().shape(), what);
    } else if (inner->has_sequence_type()) {
      next = &inner->sequence_type().elem_type();
    } else if (inner->has_map_type()) {
      next = &inner->map_type().value_type();
    } else if (inner->has_optional_type()) {
      next = &inner->optional_type().elem_type();
    }
    inner = next;
  }
}

int64_t VectorLength(const TypeProto& type) {
  if (!type.has_tensor_type() || type.tensor_type().shape().dim_size() != 1 ||
      !type.tensor_type().shape().dim(0).has_dim_value()) {
    return -1;
  }
  return type.tensor_type().shape().dim(0).dim_value();
}

void CheckSparseTensor(const ModelLimits& limits,
                       const SparseTensorProto& sparse,
                       const std::string& what) {
  const std::vector<int64_t> dims(sparse.dims().begin(), sparse.dims().end());
  const int64_t count = ElementCount(dims, what);
  if (dims.empty() || sparse.dims_size() > limits.rank) {
    Fail(ExitCode::kBadInput, "E226", "{} has {} dimensions; 1 to {} can be",
         what, dims.size(), limits.rank);
  }
  const TensorProto& values = sparse.values();
  const TensorProto& indices = sparse.indices();
  if (values.dims_size() != 1 || values.dims(0) > count) {
    Fail(ExitCode::kBadInput, "E226",
         "{} must have a list of values, not more than its {} elements", what,
         count);
  }
  const int64_t nonzeros = values.dims(0);
  const bool is_flat = indices.dims_size() == 1;
  const bool fits = indices.data_type() == TensorProto::INT64 &&
                    (is_flat || (indices.dims_size() == 2 &&
                                 indices.dims(1) == sparse.dims_size())) &&
                    indices.dims(0) == nonzeros;
  // If there are no values, the indices may be missing, too.
  if (!fits && !(nonzeros == 0 && !sparse.has_indices())) {
    Fail(ExitCode::kBadInput, "E226",
         "{} has {} values of rank {}, so its indices must be int64[{}] or "
         "int64[{},{}]",
         what, nonzeros, dims.size(), nonzeros, nonzeros, dims.size());
  }
  if (fits && !WeightOf(indices)) {
    CheckIndices(ElementsOf<int64_t>(RawDataOf(indices)), dims, is_flat, what);
  }
}

}  // namespace dnncut
