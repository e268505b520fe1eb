// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/cost_models/operators/operations.h"

namespace dnncut {
namespace {

Operation Ml(std::string op_type, Shape input, Shape output) {
  return MakeOperation(std::move(op_type), {Typed(std::move(input))},
                       {Typed(std::move(output))}, "ai.onnx.ml");
}

TEST(MlCosts, ScalingCountsElementsAndLinearModelsProducts) {
  EXPECT_EQ(Count(Ml("Scaler", {4, 3}, {4, 3})), 24);
  Operation linear = Ml("LinearRegressor", {10, 3}, {10, 2});
  linear.floats["coefficients"] = {1, 2, 3, 4, 5, 6};
  const OperationCost cost = CountOperation(linear);
  EXPECT_EQ(cost.operations, 2 * 10 * 6);
  EXPECT_EQ(cost.bytes, 4 * (30 + 20 + 6));
  EXPECT_EQ(cost.operator_class, OperatorClass::kMatrixProduct);
}

TEST(MlCosts, SupportVectorsTimesFeaturesTimesRows) {
  Operation machine = Ml("SVMRegressor", {10, 3}, {10, 1});
  machine.floats["support_vectors"].assign(7 * 3, 1);
  machine.floats["coefficients"].assign(7, 1);
  machine.ints["n_supports"] = {7};
  machine.strings["kernel_type"] = "LINEAR";
  EXPECT_EQ(Count(machine), 10 * 2 * (7 * 3 + 7));
  machine.strings["kernel_type"] = "RBF";
  EXPECT_EQ(Count(machine), 10 * (2 * (7 * 3 + 7) + 10 * 7));
}

// Tree 0:   0       Tree 3: a leaf.
//          / \.
//         5   2
//        / \.
//       3   4
Operation Forest(Shape input) {
  Operation forest = Ml("TreeEnsembleRegressor", std::move(input), {10, 1});
  forest.ints["nodes_treeids"] = {0, 0, 0, 0, 0, 3};
  forest.ints["nodes_nodeids"] = {0, 5, 2, 3, 4, 0};
  forest.ints["nodes_truenodeids"] = {5, 3, 0, 0, 0, 0};
  forest.ints["nodes_falsenodeids"] = {2, 4, 0, 0, 0, 0};
  return forest;
}

TEST(MlCosts, TreesTimesDepthTimesRows) {
  const OperationCost cost = CountOperation(Forest({10, 4}));
  EXPECT_EQ(cost.operations, 10 * 2);
  EXPECT_EQ(cost.bytes, 4 * (40 + 10) + 32 * 20);
  EXPECT_EQ(Count(Forest({4})), 2);
}

TEST(MlCosts, TreesOfVersion5) {
  Operation forest = Ml("TreeEnsemble", {10, 4}, {10, 1});
  forest.ints["tree_roots"] = {0, 2};
  forest.ints["nodes_truenodeids"] = {1, 0, 3};
  forest.ints["nodes_trueleafs"] = {0, 1, 1};
  forest.ints["nodes_falsenodeids"] = {2, 1, 4};
  forest.ints["nodes_falseleafs"] = {1, 1, 1};
  EXPECT_EQ(Count(forest), 10 * (2 + 1));
}

TEST(MlCosts, WhatIsNoTreeEndsAllTheSame) {
  Operation circle = Forest({10, 4});
  circle.ints["nodes_truenodeids"] = {5, 2, 5, 1000000, -1, 7};
  circle.ints["nodes_falsenodeids"] = {2, 5};
  EXPECT_LE(Count(circle), 10 * 6);
  Operation forest = Ml("TreeEnsemble", {10, 4}, {10, 1});
  forest.ints["tree_roots"] = {-1, 0, 99, 0};
  forest.ints["nodes_truenodeids"] = {0, -7};
  forest.ints["nodes_falsenodeids"] = {INT64_MAX, 0};
  EXPECT_LE(Count(forest), 10 * 2);
}

}  // namespace
}  // namespace dnncut
