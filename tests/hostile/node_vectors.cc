// SPDX-License-Identifier: Apache-2.0
//
// Attributes that divide by zero, overflow, or overstate what a weight holds.
#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

// `node` makes y of x, float[1,4,8,8], and k, float[4,4,3,3].
Vector Attribute(const std::string& row, const std::string& name,
                 const std::string& node, std::vector<std::string> lines,
                 int exit_code = 3, int opset = 17) {
  return {
      row, name,
      [=](const Site& site) {
        site.Save(ModelFromText(
            "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) +
            ", \"com.microsoft\" : 1]>\n"
            "main (float[1,4,8,8] x, float[4,4,3,3] k) => (float[] y) {\n" +
            node + "\n}"));
      },
      exit_code, std::move(lines)};
}

std::vector<Vector> Windows() {
  const std::string row = "strides 0";
  const std::string far = "dilations 2^62";
  return {
      Attribute(row, "MaxPoolStrides0",
                "y = MaxPool<kernel_shape = [2,2], strides = [0,0]>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (MaxPool): strides "
                 "is 0, but it must be in 1 .. 2147483647"}),
      Attribute(row, "AveragePoolStrides0",
                "y = AveragePool<kernel_shape = [2,2], strides = [0,0]>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (AveragePool): "
                 "strides is 0, but it must be in 1 .. 2147483647"}),
      Attribute(row, "ConvStrides0", "y = Conv<strides = [0,0]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): strides is "
                 "0, but it must be in 1 .. 2147483647"}),
      Attribute(row, "ConvTransposeStrides0",
                "y = ConvTranspose<strides = [0,0]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (ConvTranspose): "
                 "strides is 0, but it must be in 1 .. 2147483647"}),
      Attribute(far, "ConvDilations2To62",
                "y = Conv<dilations = [4611686018427387904,1]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): dilations "
                 "is 4611686018427387904, but it must be in 1 .. 2147483647"}),
      Attribute(
          far, "MaxPoolDilations2To62",
          "y = MaxPool<kernel_shape = [2,2], dilations = "
          "[4611686018427387904,1]>(x)",
          {"error[E223]: MODEL: graph 'main', node 0 (MaxPool): dilations is "
           "4611686018427387904, but it must be in 1 .. 2147483647"}),
      Attribute(far, "StridesNegative", "y = Conv<strides = [-1,-1]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): strides is "
                 "-1, but it must be in 1 .. 2147483647"}),
      Attribute(far, "KernelShape0", "y = MaxPool<kernel_shape = [0,0]>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (MaxPool): "
                 "kernel_shape is 0, but it must be in 1 .. 2147483647"}),
      Attribute(far, "KernelLargerThanTheImage",
                "y = MaxPool<kernel_shape = [2000000000,2]>(x)",
                {NotInferred("'y'",
                             "MaxPool 'y': its input is too small: a size "
                             "would be negative")}),
      Attribute(far, "PadsInt64Min",
                "y = Conv<pads = [-9223372036854775808,0,0,0]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): pads is "
                 "-9223372036854775808, but it must be in -2147483647 .. "
                 "2147483647"}),
      Attribute(far, "Pads2To31",
                "y = Conv<pads = [2147483647,2147483647,2147483647,2147483647]>"
                "(x, k)",
                {NotInferred("'y'", "Conv 'y': its result is too large")}),
      Attribute(far, "FewerStridesThanAxes", "y = Conv<strides = [1]>(x, k)",
                {NotInferred("'y'", "Conv 'y': <library>")}),
      Attribute(far, "TooManyPads",
                "y = MaxPool<kernel_shape = [2,2], pads = [1,1,1,1,1,1,1]>(x)",
                {NotInferred("'y'", "MaxPool 'y': <library>")}),
      Attribute(
          far, "OutputShapeInt64Max",
          "y = ConvTranspose<output_shape = "
          "[9223372036854775807,9223372036854775807]>(x, k)",
          {NotInferred("'y'", "ConvTranspose 'y': its result is too large")}),
  };
}

std::vector<Vector> Counts() {
  const std::string row = "divide by zero block/head count";
  const std::string heads = "<q_num_heads = 0, kv_num_heads = 0>(z, z, z)";
  return {
      Attribute(row, "ConvGroup0", "y = Conv<group = 0>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): group is 0, "
                 "but it must be in 1 .. 2147483647"}),
      Attribute(row, "DepthToSpaceBlock0", "y = DepthToSpace<blocksize = 0>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (DepthToSpace): "
                 "blocksize is 0, but it must be in 1 .. 2147483647"}),
      Attribute(row, "SpaceToDepthBlock0", "y = SpaceToDepth<blocksize = 0>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (SpaceToDepth): "
                 "blocksize is 0, but it must be in 1 .. 2147483647"}),
      Attribute(row, "SpaceToDepthBlockNegative",
                "y = SpaceToDepth<blocksize = -2>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (SpaceToDepth): "
                 "blocksize is -2, but it must be in 1 .. 2147483647"}),
      Attribute(row, "AttentionHeads0",
                "s = Constant<value = int64[3] {1,4,64}>()\n"
                "z = Reshape(x, s)\n"
                "y = Attention" +
                    heads,
                {NotInferred(
                    "'y'", "Attention 'y': libonnx does not infer its sizes")},
                3, 23),
      Attribute(row, "ContributedAttentionHeads0",
                "y = com.microsoft.MultiHeadAttention<num_heads = 0>(x, x, x)",
                {}, 0),
      Attribute(row, "SplitInto0Parts", "y = Split<num_outputs = 0>(x)",
                {"error[E223]: MODEL: graph 'main', node 0 (Split): "
                 "num_outputs is 0, but it must be in 1 .. 2147483647"},
                3, 18),
      Attribute(row, "GroupNormalizationGroups0",
                "y = GroupNormalization<num_groups = 0>(x, k, k)", {}, 0, 18),
      Attribute(
          row, "HiddenSizeInt64Min",
          "y = LSTM<hidden_size = -9223372036854775808>(x, k, k)",
          {NotInferred("'y'",
                       "LSTM 'y': its first input must have 3 dimensions")}),
  };
}

struct Quantized {
  int64_t k = 0;
  int64_t n = 0;
  int64_t bits = 4;
  int64_t block_size = 32;
};

// B holds 8 x 2 blocks of 32 values of 4 bits: K = 64, N = 8.
ModelProto MatMulNBits(const Quantized& attributes) {
  ModelProto model = ModelFromText(
      "<ir_version: 8, opset_import: [\"\" : 17, \"com.microsoft\" : 1]>\n"
      "main (float[1,64] x) => (float[] y) {\n"
      "y = com.microsoft.MatMulNBits(x, B, scales)\n}");
  auto* node = model.mutable_graph()->mutable_node(0);
  AddInteger("K", attributes.k, node);
  AddInteger("N", attributes.n, node);
  AddInteger("bits", attributes.bits, node);
  AddInteger("block_size", attributes.block_size, node);
  TensorProto* b = model.mutable_graph()->add_initializer();
  b->set_name(std::string("B"));
  b->set_data_type(TensorProto::UINT8);
  for (int64_t dim : {8, 2, 16}) b->add_dims(dim);
  b->set_raw_data(std::string(8 * 2 * 16, '\x77'));
  TensorProto* scales = model.mutable_graph()->add_initializer();
  scales->set_name("scales");
  scales->set_data_type(TensorProto::FLOAT);
  scales->add_dims(16);
  scales->set_raw_data(std::string(16 * 4, '\0'));
  return model;
}

std::vector<Vector> QuantizedProducts() {
  const auto product = [](const std::string& name,
                          const Quantized& attributes) {
    return Vector{"ORT 80739023: MatMulNBits overstates B",
                  name,
                  [=](const Site& site) { site.Save(MatMulNBits(attributes)); },
                  0,
                  {}};
  };
  return {
      KnownToRuntime(product("MatMulNBitsN", {.k = 64, .n = 1 << 20})),
      product("MatMulNBitsK", {.k = int64_t{1} << 40, .n = 8}),
      product("MatMulNBitsBlock0", {.k = 64, .n = 8, .block_size = 0}),
      product("MatMulNBitsBits0", {.k = 64, .n = 8, .bits = 0}),
      product("MatMulNBitsAllInt64Max",
              {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}),
  };
}

// An attribute of another type than the operator's.
Vector WrongType(const std::string& name, const std::string& node,
                 std::vector<std::string> lines, int exit_code = 3) {
  return Attribute("attributes of a wrong type", name, node, std::move(lines),
                   exit_code);
}

std::vector<Vector> Types() {
  return {
      WrongType("KernelShapeIsAText", "y = MaxPool<kernel_shape = \"2\">(x)",
                {NotInferred("'y'", "MaxPool 'y': <library>")}),
      WrongType("AxisIsAList", "y = Softmax<axis = [1,2]>(x)", {}, 0),
      WrongType("PermIsANumber", "y = Transpose<perm = 3>(x)",
                {NotInferred(
                    "'y'", "Transpose 'y': libonnx does not infer its sizes")}),
      WrongType("ValueIsANumber", "y = Constant<value = 3>()", {}, 0),
      WrongType("ConstantOfNothing", "y = Constant()", {}, 0),
      Attribute("attributes twice", "StridesTwice",
                "y = Conv<strides = [1,1], strides = [2,2]>(x, k)",
                {"error[E223]: MODEL: graph 'main', node 0 (Conv): the "
                 "attribute 'strides' is there twice"}),
  };
}

}  // namespace

std::vector<Vector> NodeVectors() {
  return Join({Windows(), Counts(), QuantizedProducts(), Types()});
}

}  // namespace dnncut
