// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/roofline.h"

#include <gtest/gtest.h>

#include "cost_models/machines/memory.h"
#include "cost_models/operators/operator_family.h"
#include "tests/cost_models/operators/operations.h"

namespace dnncut {
namespace {

// 10 operations and 2 bytes a nanosecond.
Machine PlainMachine() {
  Machine machine;
  machine.name = "plain";
  machine.peak_gflops = {{DType::kFloat32, 20}, {DType::kInt8, 80}};
  machine.memory_gb_per_s = 4;
  machine.memory_efficiency = 0.5;
  machine.layer_ns = 100;
  machine.memory_bytes = 10000;
  for (OperatorClass c : kOperatorClasses) machine.efficiency[c] = 0.5;
  return machine;
}

OperationCost Cost(int64_t operations, int64_t bytes) {
  return {.operations = operations, .bytes = bytes};
}

TEST(Roofline, AddsArithmeticTrafficAndCalls) {
  const Machine machine = PlainMachine();
  EXPECT_EQ(RooflineNs(Cost(5000, 10), machine), 605);
  EXPECT_EQ(RooflineNs(Cost(10, 5000), machine), 2601);
  EXPECT_EQ(RooflineNs(Cost(0, 0), machine), 100);
}

TEST(Roofline, ReadsWeightsAtTheirOwnRate) {
  Machine machine = PlainMachine();
  OperationCost cost = Cost(0, 5000);
  cost.weight_bytes = 3000;
  EXPECT_EQ(RooflineNs(cost, machine), 2600);
  machine.weight_memory_efficiency = 1;
  EXPECT_EQ(RooflineNs(cost, machine), 1850);
  machine.precision = Precision::kInt8;
  EXPECT_EQ(RooflineNs(cost, machine), 538);
}

TEST(Roofline, RoundsHalfUp) {
  const Machine machine = PlainMachine();
  EXPECT_EQ(RooflineNs(Cost(4, 0), machine), 100);
  EXPECT_EQ(RooflineNs(Cost(5, 0), machine), 101);
  EXPECT_EQ(RooflineNs(Cost(0, 1), machine), 101);
}

TEST(Roofline, DependsOnTypeClassAndCalls) {
  Machine machine = PlainMachine();
  OperationCost cost = Cost(8000, 0);
  cost.dtype = DType::kInt8;
  EXPECT_EQ(RooflineNs(cost, machine), 300);
  machine.efficiency[OperatorClass::kPooling] = 0.25;
  cost.operator_class = OperatorClass::kPooling;
  EXPECT_EQ(RooflineNs(cost, machine), 500);
  cost.calls = 3;
  EXPECT_EQ(RooflineNs(cost, machine), 700);
  cost.calls = 0;
  EXPECT_EQ(RooflineNs(cost, machine), 400);
}

TEST(Roofline, Saturates) {
  Machine machine = PlainMachine();
  machine.peak_gflops[DType::kFloat32] = 1e-6;
  machine.efficiency[OperatorClass::kElementwise] = 1e-6;
  EXPECT_EQ(RooflineNs(Cost(kMaxCount, kMaxCount), machine), kMaxLayerNs);
  machine.layer_ns = 1'000'000'000'000;
  OperationCost calls = Cost(0, 0);
  calls.calls = kMaxCount;
  EXPECT_EQ(RooflineNs(calls, machine), kMaxLayerNs);
}

Graph SmallGraph() {
  return ChainGraph(
      {Simple("Relu", {{100}}, {100}),
       Simple("MatMul", {{1, 100}, {100, 50}}, {1, 50}),
       Simple("Reshape", {{1, 50}, {1}}, {50}), Simple("Relu", {{50}}, {50})},
      /*weight_bytes=*/1000);
}

TEST(Roofline, OfAGraphIsThatOfItsLayers) {
  EXPECT_EQ(RooflineNs(SmallGraph(), PlainMachine()),
            (std::vector<int64_t>{510, 11400, 100, 305}));
}

TEST(CostShares, AddUpAndAreSorted) {
  const Graph graph = SmallGraph();
  const std::vector<int64_t> ns = RooflineNs(graph, PlainMachine());
  const auto by_class = CostByClass(graph, ns);
  ASSERT_EQ(by_class.size(), 2u);
  EXPECT_EQ(by_class[0],
            (CostShare{"matrix-product", OperatorClass::kMatrixProduct, 1,
                       10000, 20600, 11400}));
  EXPECT_EQ(by_class[1], (CostShare{"elementwise", OperatorClass::kElementwise,
                                    3, 150, 1200, 915}));
  const auto by_operator = CostByOperator(graph, ns);
  ASSERT_EQ(by_operator.size(), 3u);
  EXPECT_EQ(by_operator[0].name, "MatMul");
  EXPECT_EQ(by_operator[1].name, "Relu");
  EXPECT_EQ(by_operator[1].layers, 2);
  EXPECT_EQ(by_operator[2].name, "Reshape");
  EXPECT_TRUE(CostByClass(Graph(), {}).empty());
}

TEST(Memory, CountsEachConstantOnceInThePrecisionOfTheSide) {
  Graph graph = SmallGraph();
  graph.layers[3].constants = graph.layers[2].constants;  // shared
  graph.layers[1].inner_weights.memory_bytes = 7;
  const MemoryBound plain =
      CountMemory(graph, {Precision::kFp32, Precision::kFp32});
  const MemoryBound mixed =
      CountMemory(graph, {Precision::kFp16, Precision::kInt8});
  ASSERT_EQ(plain.tensor_bytes.size(), graph.tensors.size());
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    const int64_t bytes = TensorBytes(graph.tensors[t].type);
    EXPECT_EQ(plain.tensor_bytes[t], (PerSide<int64_t>{bytes, bytes}));
    EXPECT_EQ(mixed.tensor_bytes[t], (PerSide<int64_t>{bytes / 2, bytes / 4}));
  }
  // One of the constants has no reader any more.
  ASSERT_EQ(plain.weights.size(), graph.constants.size());
  EXPECT_EQ(plain.weights[0], (MemoryBound::Weight{{7, 7}, {1}}));
  EXPECT_EQ(mixed.weights[0], plain.weights[0]);
  EXPECT_EQ(plain.weights.back().readers, (std::vector<LayerId>{2, 3}));
  EXPECT_FALSE(plain.limit.device || plain.limit.server);
}

// What is kept in fewer bits than its type has stays as it is.
TEST(Memory, DoesNotShrinkWhatIsSmallAlready) {
  Graph graph = SmallGraph();
  graph.constants.back().memory_bytes /= 4;
  const int64_t bytes = graph.constants.back().memory_bytes;
  const MemoryBound memory =
      CountMemory(graph, {Precision::kFp16, Precision::kInt8});
  EXPECT_EQ(memory.weights.back().bytes, (PerSide<int64_t>{bytes, bytes}));
}

}  // namespace
}  // namespace dnncut
