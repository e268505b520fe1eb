// SPDX-License-Identifier: Apache-2.0
//
// Models that are quantised send their integers without being asked to: in the
// whole table of random ones, with QDQ around their layers and with QOperator.
// A DequantizeLinear is in the unit of the layer that reads it, or costs
// nothing where all its readers are integer layers, so no table has a reason to
// run it before the link; the last one, before a float layer, is weighed like
// any other.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testing.h"
#include "tests/tools/transcript.h"
#include "tools/compile/pipeline.h"

namespace dnncut {
namespace {

constexpr char kConstants[] = R"(
  s = Constant <value = float {0.5}> ()
  z = Constant <value = int8 {0}> ()
  k_shape = Constant <value = int64[4] {8, 8, 3, 3}> ()
  k = ConstantOfShape <value = int8[1] {1}> (k_shape)
  w = DequantizeLinear (k, s, z)
  q0 = QuantizeLinear (x, s, z)
)";

struct Written {
  std::string nodes;
  std::vector<int> levels;  // of q0, q1, ...: how often it was halved
  bool shares = false;      // one DequantizeLinear for all readers?

  void Add(const std::string& node) { nodes += fmt::format("  {}\n", node); }

  // The float that layer `reader` reads of q`from`.
  std::string Dequantized(int from, const std::string& reader) {
    const std::string name =
        shares ? fmt::format("d{}", from) : fmt::format("d{}_{}", from, reader);
    const std::string node =
        fmt::format("{} = DequantizeLinear (q{}, s, z)", name, from);
    if (nodes.find(node) == std::string::npos) Add(node);
    return name;
  }
};

// q0 -> layer between DequantizeLinear and QuantizeLinear -> q1 -> ...; sums
// with any earlier tensor of that size; a float layer at the end.
std::string QdqModel(Random* random, bool shares) {
  Written model{.nodes = kConstants, .levels = {0}, .shares = shares};
  const int units = 3 + random->Below(5);
  for (int unit = 1; unit <= units; ++unit) {
    const int last = unit - 1;
    int level = model.levels.back();
    std::vector<int> same;
    for (int q = 0; q < last; ++q) {
      if (model.levels[q] == level) same.push_back(q);
    }
    const std::string made = fmt::format("u{}", unit);
    const std::string input = model.Dequantized(last, made);
    if (!same.empty() && random->Chance(1, 2)) {
      const int other = same[random->Below(static_cast<int>(same.size()))];
      const std::string second =
          model.Dequantized(other, fmt::format("{}b", made));
      model.Add(fmt::format("{} = Add ({}, {})", made, input, second));
    } else {
      const int stride = random->Chance(1, 2) && level < 3 ? 2 : 1;
      level += stride - 1;
      model.Add(
          fmt::format("{} = Conv <pads = [1,1,1,1], strides = [{},{}]> ({}, w)",
                      made, stride, stride, input));
    }
    const bool has_relu = random->Chance(1, 2);
    if (has_relu) model.Add(fmt::format("r{} = Relu ({})", unit, made));
    model.Add(fmt::format("q{} = QuantizeLinear ({}{}, s, z)", unit,
                          has_relu ? "r" : "u", unit));
    model.levels.push_back(level);
  }
  model.Add(
      fmt::format("p = GlobalAveragePool ({})", model.Dequantized(units, "p")));
  model.Add("y = Flatten (p)");
  return model.nodes;
}

// The same in a chain, of operators on integers.
std::string QOperatorModel(Random* random) {
  std::string nodes = kConstants;
  const int units = 3 + random->Below(5);
  for (int unit = 1; unit <= units; ++unit) {
    const int stride = unit <= 3 && random->Chance(2, 3) ? 2 : 1;
    nodes += fmt::format(
        "  q{} = QLinearConv <pads = [1,1,1,1], strides = [{},{}]> "
        "(q{}, s, z, k, s, z, s, z)\n",
        unit, stride, stride, unit - 1);
  }
  return fmt::format(
      "{}  d = DequantizeLinear (q{}, s, z)\n"
      "  p = GlobalAveragePool (d)\n  y = Flatten (p)\n",
      nodes, units);
}

struct Sent {
  int integers = 0;
  int floats = 0;         // a DequantizeLinear's, all readers on the server
  int needed_floats = 0;  // and those that the device reads as well
};

class QuantizedTest : public testing::Test {
 protected:
  // Adds up what the cuts of the exact table send of what layers make.
  void Count(const std::string& nodes, const std::string& device, Sent* sent) {
    CompileOptions options;
    options.model_path = (folder_.path() / "m.onnx").string();
    WriteText(
        options.model_path,
        TextModel(fmt::format("<ir_version: 8, opset_import: [\"\" : 13]>\n"
                              "g (float[1,8,64,64] x) => (float[1,8] y) {{{}}}",
                              nodes)));
    options.machines = {device, "raspberry-pi-4"};
    options.link.rtt_ns = 0;
    options.pins = pins_;
    Progress progress(false, true);
    Warnings warnings;
    const CompileResult compiled = Compile(options, &progress, &warnings);
    for (const TableCut& cut : compiled.exact.cuts) {
      for (const TensorId id : cut.costs.uploaded) {
        CountTensor(compiled.graph, cut.cut, id, sent);
      }
    }
  }

  PerSide<std::vector<std::string>> pins_;

 private:
  static void CountTensor(const Graph& graph, const Cut& cut, TensorId id,
                          Sent* sent) {
    const Tensor& tensor = graph.tensors[id];
    if (tensor.producer == kModelInput) return;
    const std::string& op = graph.layers[tensor.producer].operation.op_type;
    if (op == "DequantizeLinear") {
      const bool device_reads = std::ranges::any_of(
          tensor.readers,
          [&](LayerId reader) { return cut[reader] == Side::kDevice; });
      ++(device_reads ? sent->needed_floats : sent->floats);
    } else if (tensor.type.dtype == DType::kInt8) {
      ++sent->integers;
    }
  }

  TemporaryFolder folder_;
};

TEST_F(QuantizedTest, IntegersCrossWithoutAFlag) {
  Sent own;
  Sent shared;
  Sent operators;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    for (const char* device : {"cortex-m7", "raspberry-pi-3"}) {
      Random random(seed);
      Count(QdqModel(&random, false), device, &own);
      Random again(seed);
      Count(QdqModel(&again, true), device, &shared);
      Count(QOperatorModel(&random), device, &operators);
    }
  }
  EXPECT_EQ(own.floats + own.needed_floats, 0);
  EXPECT_EQ(shared.floats, 0);
  EXPECT_EQ(operators.floats + operators.needed_floats, 0);
  // Otherwise the test would see few splits.
  EXPECT_GT(own.integers, 10);
  EXPECT_GT(shared.integers, 10);
  EXPECT_GT(operators.integers, 10);
}

// The one case where a float crosses: a sum on the server of what goes around a
// layer on the device, when both read one DequantizeLinear. It has to run where
// its first reader does.
TEST_F(QuantizedTest, WhatBothSidesReadOfOneDequantizeLinearIsAFloat) {
  for (const bool shares : {false, true}) {
    Written model{.nodes = kConstants, .levels = {}, .shares = shares};
    const auto dequantized = [&](int from, const char* reader) {
      return model.Dequantized(from, reader);
    };
    model.Add(fmt::format("u1 = Conv <pads = [1,1,1,1]> ({}, w)",
                          dequantized(0, "u1")));
    model.Add("q1 = QuantizeLinear (u1, s, z)");
    model.Add(fmt::format("u2 = Conv <pads = [1,1,1,1]> ({}, w)",
                          dequantized(1, "u2")));
    model.Add("q2 = QuantizeLinear (u2, s, z)");
    const std::string around = dequantized(1, "u3");
    model.Add(fmt::format("u3 = Add ({}, {})", dequantized(2, "u3"), around));
    model.Add("q3 = QuantizeLinear (u3, s, z)");
    model.Add(fmt::format("p = GlobalAveragePool ({})", dequantized(3, "p")));
    model.Add("y = Flatten (p)");
    pins_ = {{"u2"}, {"u3"}};
    Sent sent;
    Count(model.nodes, "raspberry-pi-3", &sent);
    EXPECT_EQ(sent.floats, 0);
    EXPECT_EQ(sent.needed_floats > 0, shares);
    EXPECT_GT(sent.integers, 0);
  }
}

}  // namespace
}  // namespace dnncut
