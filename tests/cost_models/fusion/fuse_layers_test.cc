// SPDX-License-Identifier: Apache-2.0
//
// Which layers become one unit, and which do not; what a unit costs.
#include "cost_models/fusion/fuse_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost_models/fusion/fused_costs.h"
#include "cost_models/machines/roofline.h"
#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Graph GraphOf(const std::string& text) {
  Imported imported = ImportText(text);
  EXPECT_EQ(imported.error, "");
  return std::move(imported.graph);
}

// "Conv+Relu" for each unit of two layers or more.
std::vector<std::string> UnitsOf(const Graph& graph, const Fusion& fusion) {
  std::vector<std::string> texts;
  for (const std::vector<LayerId>& unit : dnncut::UnitsOf(fusion)) {
    if (unit.size() == 1) continue;
    std::string& text = texts.emplace_back();
    for (const LayerId layer : unit) {
      text += (text.empty() ? "" : "+") + graph.layers[layer].operation.op_type;
    }
  }
  return texts;
}

std::vector<std::string> Units(const std::string& text) {
  const Graph graph = GraphOf(text);
  return UnitsOf(graph, FuseLayers(graph));
}

// A network of x float[1,4,8,8] and weights.
std::string Net(const std::string& layers, const std::string& outputs = "y") {
  return fmt::format(R"(
    g (float[1,4,8,8] x) => ({}) {{
      w = Constant <value = float[4,4,1,1] {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}> ()
      b = Constant <value = float[4] {{1, 1, 1, 1}}> ()
      k = Constant <value = float {{0.5}}> ()
      {}
    }})",
                     outputs, layers);
}

TEST(FuseLayers, BehindAConvolution) {
  EXPECT_THAT(Units(Net("c = Conv(x, w) n = BatchNormalization(c, b, b, b, b) "
                        "y = Relu(n)")),
              ElementsAre("Conv+BatchNormalization+Relu"));
  EXPECT_THAT(Units(Net("c = Conv(x, w) s = Add(c, x) r = Relu(s) y = Neg(r)")),
              ElementsAre("Conv+Add+Relu"));
  EXPECT_THAT(Units(Net("c = ConvTranspose(x, w) m = Mul(c, k) y = Clip(m)")),
              ElementsAre("ConvTranspose+Mul+Clip"));
  // A residual and an activation only once, and in this order.
  EXPECT_THAT(Units(Net("c = Conv(x, w) s = Add(c, x) t = Add(s, x) "
                        "y = Relu(t)")),
              ElementsAre("Conv+Add"));
  EXPECT_THAT(Units(Net("c = Conv(x, w) r = Relu(c) y = Relu(r)")),
              ElementsAre("Conv+Relu"));
  EXPECT_THAT(Units(Net("c = Conv(x, w) s = Sigmoid(c) m = Mul(c, s) "
                        "y = Add(m, x)")),
              ElementsAre("Conv+Sigmoid+Mul"));
}

TEST(FuseLayers, WhatOthersReadIsNotInside) {
  EXPECT_THAT(Units(Net("c = Conv(x, w) y = Relu(c) z = Neg(c)", "y, z")),
              IsEmpty());
  EXPECT_THAT(Units(Net("c = Conv(x, w) y = Relu(c)", "y, c")), IsEmpty());
  EXPECT_THAT(Units(Net("c = Conv(x, w) s = Sigmoid(c) y = Mul(c, s) "
                        "z = Neg(s)",
                        "y, z")),
              IsEmpty());
  // A sum of another shape is no residual.
  EXPECT_THAT(Units(Net("c = Conv(x, w) g = GlobalAveragePool(x) "
                        "y = Add(c, g)")),
              IsEmpty());
}

TEST(FuseLayers, ChainsAndDiamondsOfOtherLayersStay) {
  EXPECT_THAT(Units(Net("a = Relu(x) b1 = Sigmoid(a) y = Exp(b1)")), IsEmpty());
  EXPECT_THAT(Units(Net("a = Relu(x) c = Exp(a) d = Neg(a) y = Add(c, d)")),
              IsEmpty());
}

TEST(FuseLayers, ActivationsThatAreSpeltOut) {
  const std::string erf = "c = Div(x, k) e = Erf(c) o = Add(e, k) ";
  EXPECT_THAT(Units(Net(erf + "m = Mul(x, o) y = Mul(m, k)")),
              ElementsAre("Div+Erf+Add+Mul+Mul"));
  EXPECT_THAT(Units(Net("h = Mul(x, k) " + erf + "y = Mul(h, o)")),
              ElementsAre("Mul+Div+Erf+Add+Mul"));
  EXPECT_THAT(Units(Net("p = Pow(x, k) m = Mul(p, k) a = Add(x, m) "
                        "n = Mul(a, k) t = Tanh(n) o = Add(t, k) "
                        "q = Mul(x, o) y = Mul(q, k)")),
              ElementsAre("Pow+Mul+Add+Mul+Tanh+Add+Mul+Mul"));
  EXPECT_THAT(Units(Net("s = HardSigmoid(x) y = Mul(x, s)")),
              ElementsAre("HardSigmoid+Mul"));
  EXPECT_THAT(Units(Net("a = Add(x, k) c = Clip(a) m = Mul(x, c) "
                        "y = Div(m, k)")),
              ElementsAre("Add+Clip+Mul+Div"));
  EXPECT_THAT(Units(Net("s = Softplus(x) t = Tanh(s) y = Mul(x, t)")),
              ElementsAre("Softplus+Tanh+Mul"));
}

TEST(FuseLayers, NormalizationsThatAreSpeltOut) {
  EXPECT_THAT(
      Units(Net("m = ReduceMean <axes = [-1]> (x) d = Sub(x, m) p = Pow(d, k) "
                "v = ReduceMean <axes = [-1]> (p) e = Add(v, k) s = Sqrt(e) "
                "n = Div(d, s) q = Mul(n, k) y = Add(q, k)")),
      ElementsAre("ReduceMean+Sub+Pow+ReduceMean+Add+Sqrt+Div+Mul+Add"));
  // The residual is read by others, too.
  EXPECT_THAT(
      Units(Net("r = Add(x, x) p = Mul(r, r) v = ReduceMean <axes = [-1]> (p) "
                "e = Add(v, k) s = Sqrt(e) i = Reciprocal(s) n = Mul(r, i) "
                "q = Mul(n, k) y = Add(q, r)")),
      ElementsAre("Mul+ReduceMean+Add+Sqrt+Reciprocal+Mul+Mul"));
  EXPECT_THAT(
      Units(Net("a = Constant <value = int64[1] {-1}> () "
                "m = ReduceMax <axes = [-1]> (x) d = Sub(x, m) e = Exp(d) "
                "s = ReduceSum(e, a) y = Div(e, s)")),
      ElementsAre("ReduceMax+Sub+Exp+ReduceSum+Div"));
}

constexpr const char* kAttention = R"(
  g (float[1,4,8,8] q, float[1,4,8,8] k, float[1,4,8,8] v, float[1,1,8,8] mask) => (y) {{
    c = Constant <value = float {{8}}> ()
    t = Transpose <perm = [0, 1, 3, 2]> (k)
    s = MatMul(q, t)
    d = Div(s, c)
    m = Add(d, mask)
    {}
    y = MatMul({}, v)
  }})";

TEST(FuseLayers, Attention) {
  EXPECT_THAT(Units(fmt::format(kAttention, "p = Softmax(m)", "p")),
              ElementsAre("Transpose+MatMul+Div+Add+Softmax+MatMul"));
  EXPECT_THAT(
      Units(fmt::format(kAttention,
                        "a = Softmax(m) n = IsNaN(a) "
                        "z = Constant <value = float {0}> () "
                        "p = Where(n, z, a)",
                        "p")),
      ElementsAre("Transpose+MatMul+Div+Add+Softmax+IsNaN+Where+MatMul"));
  // The scores are shown, so they are stored.
  std::string shown = fmt::format(kAttention, "p = Softmax(m)", "p");
  shown.replace(shown.find("(y)"), 3, "(y, p)");
  EXPECT_THAT(Units(shown), ElementsAre("MatMul+Div"));
}

TEST(FuseLayers, RotaryEmbedding) {
  constexpr const char* kTurned = R"(
    g (float[1,4,8,8] x, float[1,1,8,8] cos, float[1,1,8,8] sin) => (y) {
      zero = Constant <value = int64[1] {0}> ()
      half = Constant <value = int64[1] {4}> ()
      end = Constant <value = int64[1] {8}> ()
      last = Constant <value = int64[1] {3}> ()
      c = Mul(x, cos)
      a = Slice(x, zero, half, last)
      b = Slice(x, half, end, last)
      n = Neg(b)
      t = Concat <axis = -1> (n, a)
      s = Mul(t, sin)
      y = Add(c, s)
    })";
  EXPECT_THAT(Units(kTurned),
              ElementsAre("Mul+Slice+Slice+Neg+Concat+Mul+Add"));
  constexpr const char* kSplit = R"(
    g (float[1,4,8,8] x, float[1,1,8,4] cos, float[1,1,8,4] sin) => (y) {
      a, b = Split <axis = -1> (x)
      ac = Mul(a, cos)
      bs = Mul(b, sin)
      as = Mul(a, sin)
      bc = Mul(b, cos)
      d = Sub(ac, bs)
      e = Add(as, bc)
      y = Concat <axis = -1> (d, e)
    })";
  EXPECT_THAT(Units(kSplit),
              ElementsAre("Split+Mul+Mul+Mul+Mul+Sub+Add+Concat"));
}

// x -> Q -> DQ -> Conv -> Relu -> Q -> DQ -> MatMul -> y
constexpr const char* kQuantized = R"(
  g (uint8[1,4,8,8] x) => (uint8[1,4,8,8] y) {
    f = Constant <value = float {0.5}> ()
    z = Constant <value = uint8 {3}> ()
    i = Constant <value = int8[4,4,1,1] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}> ()
    zi = Constant <value = int8 {0}> ()
    w = DequantizeLinear(i, f, zi)
    a = DequantizeLinear(x, f, z)
    c = Conv(a, w)
    r = Relu(c)
    q = QuantizeLinear(r, f, z)
    d = DequantizeLinear(q, f, z)
    e = DequantizeLinear(x, f, z)
    s = Add(d, e)
    y = QuantizeLinear(s, f, z)
  })";

TEST(FuseLayers, IntegerLayers) {
  const Graph graph = GraphOf(kQuantized);
  const Fusion fusion = FuseLayers(graph);
  EXPECT_THAT(UnitsOf(graph, fusion),
              ElementsAre("DequantizeLinear+Conv+Relu+QuantizeLinear",
                          "DequantizeLinear+DequantizeLinear+Add+"
                          "QuantizeLinear"));
  const FusedCosts fused = CountFused(graph, fusion);
  const OperationCost& conv = fused.costs[1];
  EXPECT_EQ(conv.dtype, DType::kInt8);
  EXPECT_EQ(conv.operations, 2 * 256 * 4);
  // x, the output, the weights; scales and zero points.
  EXPECT_EQ(conv.bytes, 256 + 256 + 16 + 4 + 1);
  EXPECT_EQ(conv.calls, 1);
  EXPECT_EQ(fused.costs[0].calls, 0);
}

TEST(FuseLayers, ASharedConversionCostsNothing) {
  std::string shared = kQuantized;
  shared.replace(shared.find("e = DequantizeLinear(x, f, z)"), 29, "");
  shared.replace(shared.find("Add(d, e)"), 9, "Add(d, a)");
  const Graph graph = GraphOf(shared);
  const Fusion fusion = FuseLayers(graph);
  EXPECT_THAT(UnitsOf(graph, fusion),
              ElementsAre("Conv+Relu+QuantizeLinear",
                          "DequantizeLinear+Add+QuantizeLinear"));
  EXPECT_TRUE(fusion.absorbed[0]);
  const FusedCosts fused = CountFused(graph, fusion);
  EXPECT_EQ(fused.costs[0].calls, 0);
  EXPECT_EQ(fused.costs[0].bytes, 0);
  EXPECT_EQ(fused.costs[1].bytes, 256 + 256 + 16 + 4 + 1);
}

TEST(FuseLayers, PinsSeparate) {
  const Graph graph =
      GraphOf(Net("c = Conv(x, w) o = Neg(x) s = Add(c, o) y = Relu(s)"));
  std::vector<std::optional<Side>> pins(4);
  EXPECT_THAT(UnitsOf(graph, FuseLayers(graph, pins)),
              ElementsAre("Conv+Add+Relu"));
  pins[0] = Side::kDevice;
  EXPECT_THAT(UnitsOf(graph, FuseLayers(graph, pins)),
              ElementsAre("Conv+Add+Relu"));
  pins[3] = Side::kServer;
  EXPECT_THAT(UnitsOf(graph, FuseLayers(graph, pins)), ElementsAre("Conv+Add"));
  // The Neg takes the sum to the server.
  pins[3] = std::nullopt;
  pins[1] = Side::kServer;
  EXPECT_THAT(UnitsOf(graph, FuseLayers(graph, pins)), IsEmpty());
}

TEST(FusedCosts, AUnitMovesWhatItsEndsHaveAndIsCalledOnce) {
  const Graph graph =
      GraphOf(Net("c = Conv(x, w, b) s = Add(c, x) y = Relu(s)"));
  const Fusion fusion = FuseLayers(graph);
  const FusedCosts fused = CountFused(graph, fusion);
  EXPECT_EQ(fused.costs[0].operations, 2 * 256 * 4);
  EXPECT_EQ(fused.costs[0].bytes, 4 * (256 + 16 + 4 + 256));
  EXPECT_EQ(fused.costs[0].calls, 1);
  EXPECT_EQ(fused.output_bytes[0], 4 * 256);
  for (const int behind : {1, 2}) {
    EXPECT_EQ(fused.costs[behind].operations, 256);
    EXPECT_EQ(fused.costs[behind].bytes, 0);
    EXPECT_EQ(fused.costs[behind].calls, 0);
    EXPECT_EQ(fused.output_bytes[behind], 0);
  }
  Machine machine;
  machine.peak_gflops = {{DType::kFloat32, 2}};
  machine.memory_gb_per_s = 2;
  machine.layer_ns = 100;
  const std::vector<int64_t> ns = RooflineNs(graph, machine);
  // Operations at half of 2 a nanosecond, bytes as well, and a call.
  EXPECT_EQ(ns[0] + ns[1] + ns[2],
            2 * 256 * 4 + 256 + 256 + 4 * (256 + 16 + 4 + 256) + 100);
  EXPECT_GT(ns[0], ns[1]);
  EXPECT_GT(ns[1], 0);
}

}  // namespace
}  // namespace dnncut
