// SPDX-License-Identifier: Apache-2.0
//
// Operators that look at a window of their input: convolutions, pooling,
// resampling.
#include <algorithm>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// Multiplications for one element of weights (M, C/group, k1, k2, ...): all
// dims but the first.
int64_t KernelSize(const TensorType& weights) {
  if (Rank(weights) < 2) return 0;
  int64_t size = 1;
  for (int axis = 1; axis < Rank(weights); ++axis) {
    size = SaturatingMul(size, Dim(weights, axis));
  }
  return size;
}

bool IsDepthwise(const Operation& operation, const TensorType& weights) {
  return IntAttribute(operation, "group", 1) > 1 && Dim(weights, 1) == 1;
}

OperatorClass ConvolutionClass(const Operation& operation,
                               const TensorType& weights) {
  return IsDepthwise(operation, weights) ? OperatorClass::kDepthwiseConvolution
                                         : OperatorClass::kConvolution;
}

// Every output element sums over its group's channels and the kernel; padding
// counts as if it were data. Strides and dilations show in the output's shape.
// `weights_at` is the position of the weights.
OperationCost CountConvolution(const Operation& operation, int weights_at) {
  const TensorType& weights = Input(operation, weights_at);
  const int64_t products =
      SaturatingMul(Elements(Output(operation, 0)), KernelSize(weights));
  return MakeCost(operation, ConvolutionClass(operation, weights),
                  ComputeType(Input(operation, 0)), SaturatingMul(2, products));
}

// Every input element is multiplied with the kernel of each output channel of
// its group: the weights are (C, M/group, k1, k2, ...).
OperationCost CountTransposedConvolution(const Operation& operation,
                                         int weights_at) {
  const TensorType& weights = Input(operation, weights_at);
  const int64_t products =
      SaturatingMul(Elements(Input(operation, 0)), KernelSize(weights));
  return MakeCost(operation, ConvolutionClass(operation, weights),
                  ComputeType(Input(operation, 0)), SaturatingMul(2, products));
}

// A weighted sum of the 2^dims neighbours of a point.
constexpr int64_t kBilinear = 8;

// A convolution over samples: each channel of the input is interpolated at each
// point of the kernel of each output position.
OperationCost CountDeformConv(const Operation& operation, int) {
  const TensorType& weights = Input(operation, 1);
  OperationCost cost = CountConvolution(operation, 1);
  const TensorType& output = Output(operation, 0);
  const int64_t positions =
      Elements(output) / std::max<int64_t>(1, Dim(output, 1));
  const int64_t taps =
      KernelSize(weights) / std::max<int64_t>(1, Dim(weights, 1));
  const int64_t samples = SaturatingMul(SaturatingMul(positions, taps),
                                        Dim(Input(operation, 0), 1));
  cost.operations =
      SaturatingAdd(cost.operations, SaturatingMul(samples, kBilinear));
  return cost;
}

OperationCost MakePooling(const Operation& operation, int64_t operations) {
  return MakeCost(operation, OperatorClass::kPooling,
                  ComputeType(Input(operation, 0)), operations);
}

// `each`: operations for one element of a window.
OperationCost CountPooling(const Operation& operation, int each) {
  int64_t window = each;
  const auto it = operation.ints.find("kernel_shape");
  if (it != operation.ints.end()) {
    for (int64_t size : it->second) {
      window = SaturatingMul(window, std::max<int64_t>(1, size));
    }
  }
  // The second output of MaxPool, the indices, costs nothing more.
  return MakePooling(operation,
                     SaturatingMul(Elements(Output(operation, 0)), window));
}

OperationCost CountGlobalPooling(const Operation& operation, int each) {
  return MakePooling(operation,
                     SaturatingMul(Elements(Input(operation, 0)), each));
}

// Sampling ratio 0 means "as dense as the region", which is data; two points
// per axis and bin are what detectors use.
OperationCost CountRoiAlign(const Operation& operation, int) {
  int64_t ratio = IntAttribute(operation, "sampling_ratio", 0);
  if (ratio <= 0) ratio = 2;
  const int64_t each = SaturatingMul(SaturatingMul(ratio, ratio), kBilinear);
  return MakePooling(operation,
                     SaturatingMul(Elements(Output(operation, 0)), each));
}

// Operations for one output element: 2 for each of 1, 2^d or 4^d neighbours,
// where d axes are resized; 1 for a copy.
int64_t SampleOperations(std::string_view mode, int axes) {
  if (mode.starts_with("cubic") || mode.starts_with("bicubic")) {
    return int64_t{2} << std::min(2 * axes, 30);
  }
  if (mode.starts_with("linear") || mode.starts_with("bilinear")) {
    return int64_t{2} << std::min(axes, 30);
  }
  return 1;
}

std::string_view Mode(const Operation& operation, std::string_view otherwise) {
  const auto it = operation.strings.find("mode");
  return it == operation.strings.end() ? otherwise
                                       : std::string_view(it->second);
}

OperationCost CountResize(const Operation& operation, int) {
  const TensorType& input = Input(operation, 0);
  const TensorType& output = Output(operation, 0);
  int axes = 0;
  for (int axis = 0; axis < Rank(output); ++axis) {
    if (Dim(output, axis) != Dim(input, axis)) ++axes;
  }
  return MakeCost(
      operation, OperatorClass::kElementwise, ComputeType(input),
      SaturatingMul(Elements(output),
                    SampleOperations(Mode(operation, "nearest"), axes)));
}

OperationCost CountGridSample(const Operation& operation, int) {
  const TensorType& output = Output(operation, 0);
  const int axes = std::max(0, Rank(output) - 2);
  return MakeCost(
      operation, OperatorClass::kElementwise, ComputeType(Input(operation, 0)),
      SaturatingMul(Elements(output),
                    SampleOperations(Mode(operation, "linear"), axes)));
}

// CropAndResize and affine sampling of images with two axes.
OperationCost CountCrop(const Operation& operation, int axes) {
  return MakeCost(
      operation, OperatorClass::kElementwise, ComputeType(Input(operation, 0)),
      SaturatingMul(Elements(Output(operation, 0)),
                    SampleOperations(Mode(operation, "bilinear"), axes)));
}

constexpr OperatorFamily kWindowFamilies[] = {
    {"Conv", CountConvolution, 1},
    {"FusedConv", CountConvolution, 1},
    {"NhwcConv", CountConvolution, 1},
    {"NhwcFusedConv", CountConvolution, 1},
    {"ConvInteger", CountConvolution, 1},
    {"QLinearConv", CountConvolution, 3},
    {"CausalConvWithState", CountConvolution, 1},
    {"ConvTranspose", CountTransposedConvolution, 1},
    {"ConvTransposeWithDynamicPads", CountTransposedConvolution, 1},
    {"DeformConv", CountDeformConv},
    {"MaxPool", CountPooling, 1},
    {"NhwcMaxPool", CountPooling, 1},
    {"MaxpoolWithMask", CountPooling, 1},
    {"AveragePool", CountPooling, 1},
    {"QLinearAveragePool", CountPooling, 1},
    {"LpPool", CountPooling, 2},
    {"GlobalMaxPool", CountGlobalPooling, 1},
    {"GlobalAveragePool", CountGlobalPooling, 1},
    {"QLinearGlobalAveragePool", CountGlobalPooling, 1},
    {"GlobalLpPool", CountGlobalPooling, 2},
    {"RoiAlign", CountRoiAlign},
    {"MaxRoiPool", CountGlobalPooling, 1},
    {"Resize", CountResize},
    {"Upsample", CountResize},
    {"GridSample", CountGridSample},
    {"CropAndResize", CountCrop, 2},
};

}  // namespace

std::span<const OperatorFamily> WindowFamilies() { return kWindowFamilies; }

}  // namespace dnncut
