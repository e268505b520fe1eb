// SPDX-License-Identifier: Apache-2.0
//
// Matrix products: 2 * (elements of the output) * (length of the sums). A bias
// costs nothing: K products and a bias need K additions.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

enum Arithmetic { kAsInput, kInt8 };

// A is always the first input. With transBatchA (FusedMatMul) its batch dims
// lie between the two of the matrix.
int64_t SumLength(const Operation& operation) {
  const TensorType& a = Input(operation, 0);
  if (IntAttribute(operation, "transA", 0) == 0) return Dim(a, -1);
  return IntAttribute(operation, "transBatchA", 0) != 0 ? Dim(a, 0)
                                                        : Dim(a, -2);
}

// Each element of A is multiplied with a row of B. Of an A whose dims cannot
// all be as large as they get at once, that counts fewer.
int64_t ProductsOf(const Operation& operation) {
  const TensorType& a = Input(operation, 0);
  const TensorType& product = Output(operation, 0);
  const int64_t products =
      SaturatingMul(Elements(product), SumLength(operation));
  if (a.most_elements < 0 || Rank(a) != 2 || Rank(product) != 2) {
    return products;
  }
  return std::min(products, SaturatingMul(Elements(a), Dim(product, -1)));
}

// `arithmetic`: kInt8 for operators that quantise A themselves.
OperationCost CountProduct(const Operation& operation, int arithmetic) {
  const DType dtype =
      arithmetic == kInt8 ? DType::kInt8 : ComputeType(Input(operation, 0));
  return MakeCost(operation, OperatorClass::kMatrixProduct, dtype,
                  SaturatingMul(2, ProductsOf(operation)));
}

// Accuracy level 4 allows int8 arithmetic, lower ones compute as A is.
OperationCost CountBlockQuantized(const Operation& operation, int) {
  const bool int8 = IntAttribute(operation, "accuracy_level", 0) == 4;
  return CountProduct(operation, int8 ? kInt8 : kAsInput);
}

// Mixture of experts: each row of the input (..., hidden) goes through the
// matrices of `k` of the experts. `stride` is the distance between the
// positions of the two or three weights (experts, ...) from position 2 on.
OperationCost CountExperts(const Operation& operation, int stride) {
  const TensorType& input = Input(operation, 0);
  const int64_t hidden = std::max<int64_t>(1, Dim(input, -1));
  const int64_t used = SaturatingMul(Elements(input) / hidden,
                                     CountAttribute(operation, "k", 1));
  const int64_t bits =
      stride == 2 ? 8 : IntAttribute(operation, "expert_weight_bits", 4);
  const int64_t packed = bits > 0 && bits < 8 ? 8 / bits : 1;
  OperationCost cost =
      MakeCost(operation, OperatorClass::kMatrixProduct, ComputeType(input), 0);
  for (int i = 0; i < 3; ++i) {
    const TensorType& weight = Input(operation, 2 + i * stride);
    const int64_t experts = std::max<int64_t>(1, Dim(weight, 0));
    const int64_t per_row =
        SaturatingMul(Elements(weight) / experts, 2 * packed);
    cost.operations =
        SaturatingAdd(cost.operations, SaturatingMul(used, per_row));
    const int64_t idle = experts - std::min(experts, used);
    LeaveUnread(operation, 2 + i * stride,
                SaturatingMul(TensorBytes(weight) / experts, idle), &cost);
  }
  return cost;
}

// The size of each index of an Einsum by its letter; nullopt when the equation
// is malformed, unknown sizes occur, or it does not fit the inputs.
// Dims behind an ellipsis get the names '0', '1', ... from the last one on.
std::optional<std::map<char, int64_t>> IndexSizes(const Operation& operation,
                                                  std::string_view terms) {
  std::map<char, int64_t> sizes;
  int position = 0;
  while (true) {
    const size_t comma = terms.find(',');
    const std::string_view term = terms.substr(0, comma);
    const TensorType& type = Input(operation, position++);
    const size_t dots = term.find("...");
    const int letters =
        static_cast<int>(term.size()) - (dots == term.npos ? 0 : 3);
    const int hidden = Rank(type) - letters;
    if (hidden < 0 || hidden > 9 || (hidden > 0 && dots == term.npos)) {
      return std::nullopt;
    }
    int axis = 0;
    for (size_t i = 0; i < term.size(); ++i) {
      if (i == dots) {
        for (int j = hidden; j-- > 0; ++axis) {
          int64_t& size = sizes[static_cast<char>('0' + j)];
          size = std::max(size, Dim(type, axis));
        }
        i += 2;
      } else {
        int64_t& size = sizes[term[i]];
        size = std::max(size, Dim(type, axis++));
      }
    }
    if (comma == terms.npos) break;
    terms.remove_prefix(comma + 1);
  }
  if (position != static_cast<int>(operation.inputs.size())) {
    return std::nullopt;
  }
  return sizes;
}

// The product of all index sizes, times two for every multiplication. With one
// input the sum alone, and nothing when there is only a transposition.
OperationCost CountEinsum(const Operation& operation, int) {
  const auto it = operation.strings.find("equation");
  if (it == operation.strings.end()) return CountUnknown(operation);
  std::string equation = it->second;
  std::erase(equation, ' ');
  const std::string_view terms =
      std::string_view(equation).substr(0, equation.find("->"));
  const auto sizes = IndexSizes(operation, terms);
  if (!sizes) return CountUnknown(operation);
  int64_t points = 1;
  for (const auto& [letter, size] : *sizes) {
    points = SaturatingMul(points, size);
  }
  const auto inputs = static_cast<int64_t>(operation.inputs.size());
  const bool sums = points > Elements(Output(operation, 0));
  const DType dtype = ComputeType(Input(operation, 0));
  if (inputs == 1) {
    return MakeCost(operation, OperatorClass::kElementwise, dtype,
                    sums ? points : 0);
  }
  const OperatorClass operator_class =
      sums ? OperatorClass::kMatrixProduct : OperatorClass::kElementwise;
  const int64_t each = sums ? 2 * (inputs - 1) : inputs - 1;
  return MakeCost(operation, operator_class, dtype,
                  SaturatingMul(points, each));
}

constexpr OperatorFamily kMatrixFamilies[] = {
    {"MatMul", CountProduct, kAsInput},
    {"Gemm", CountProduct, kAsInput},
    {"MatMulInteger", CountProduct, kInt8},
    {"QLinearMatMul", CountProduct, kInt8},
    {"FusedMatMul", CountProduct, kAsInput},
    {"FusedMatMulActivation", CountProduct, kAsInput},
    {"TransposeMatMul", CountProduct, kAsInput},
    {"FusedGemm", CountProduct, kAsInput},
    {"GemmFastGelu", CountProduct, kAsInput},
    {"GemmFloat8", CountProduct, kAsInput},
    {"QGemm", CountProduct, kInt8},
    {"DynamicQuantizeMatMul", CountProduct, kInt8},
    {"MatMulIntegerToFloat", CountProduct, kInt8},
    {"MatMulInteger16", CountProduct, kAsInput},
    {"QOrderedMatMul", CountProduct, kInt8},
    {"MatMulNBits", CountBlockQuantized},
    {"MatMulBnb4", CountProduct, kAsInput},
    {"MatMulFpQ4", CountProduct, kAsInput},
    {"MoE", CountExperts, 2},
    {"QMoE", CountExperts, 3},
    {"Einsum", CountEinsum},
};

}  // namespace

std::span<const OperatorFamily> MatrixFamilies() { return kMatrixFamilies; }

}  // namespace dnncut
