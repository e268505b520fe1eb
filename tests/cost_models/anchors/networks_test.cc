// SPDX-License-Identifier: Apache-2.0
#include "cost_models/anchors/networks.h"

#include <gtest/gtest.h>

#include <map>

#include "cost_models/operators/operation_cost.h"

namespace dnncut {
namespace {

double GigaMacs(const Graph& graph) {
  double operations = 0;
  for (const Layer& layer : graph.layers) {
    const OperationCost cost = CountOperation(layer.operation);
    if (cost.operator_class == OperatorClass::kConvolution ||
        cost.operator_class == OperatorClass::kDepthwiseConvolution ||
        cost.operator_class == OperatorClass::kMatrixProduct) {
      operations += static_cast<double>(cost.operations);
    }
  }
  return operations / 2e9;
}

// Multiply-accumulates as the papers, torchvision's and Ultralytics' tables
// have them.
TEST(Networks, HaveThePublishedWork) {
  const std::map<std::string, double> published = {
      {"alexnet", 0.724},      {"efficientnet-b0", 0.386}, {"googlenet", 1.58},
      {"mobilenet-v1", 0.569}, {"mobilenet-v2", 0.300},    {"resnet18", 1.81},
      {"resnet34", 3.66},      {"resnet50", 4.09},         {"resnet101", 7.80},
      {"shufflenet", 0.137},   {"squeezenet-1.1", 0.387},  {"vgg16", 15.47},
      {"yolo11n", 3.25},       {"yolo11s", 10.75},         {"yolo11m", 34.0},
      {"yolo11l", 43.45},      {"yolo11x", 97.45}};
  for (const std::string& name : KnownNetworks()) {
    ASSERT_TRUE(published.contains(name)) << name;
    const double expected = published.at(name);
    EXPECT_NEAR(GigaMacs(MakeNetwork({.name = name})), expected,
                expected * 0.02)
        << name;
  }
}

TEST(Networks, BatchesMultiplyTheWork) {
  const double one = GigaMacs(MakeNetwork({.name = "resnet18"}));
  EXPECT_NEAR(GigaMacs(MakeNetwork({.name = "resnet18", .batch = 4})), 4 * one,
              1e-6);
}

TEST(Networks, AreSpeltOut) {
  EXPECT_EQ(
      NetworkText(
          {.name = "mobilenet-v1", .size = 96, .batch = 4, .width = 0.25}),
      "mobilenet-v1 x0.25 96x96, batch 4");
}

}  // namespace
}  // namespace dnncut
