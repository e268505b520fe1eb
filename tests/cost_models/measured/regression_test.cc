// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/regression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/files/json_file.h"
#include "cost_models/machines/roofline.h"
#include "tests/cost_models/files.h"
#include "tests/cost_models/operators/operations.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::HasSubstr;

RegressionModel SmallModel() {
  RegressionModel model;
  model.name = "board";
  model.description = "as it was";
  model.runtime_name = "onnxruntime";
  model.runtime_version = "1.30.0";
  model.threads = 2;
  model.optimization = "all";
  model.classes[OperatorClass::kConvolution] = {1000, 0.5, 0.25, 0.125, 2};
  model.classes[OperatorClass::kElementwise] = {10, 0, 1.0 / 3, 0, 0};
  model.other = {7, 0, 0, 0, 0};
  return model;
}

RegressionModel ReadFitted(const std::string& text) {
  return ParseRegression(ReadJsonFile(TemporaryFile("regression.json", text)));
}

std::string FittedErrorOf(const std::string& from, const std::string& to) {
  const std::string text = RegressionText(SmallModel());
  return ErrorOf([&] { ReadFitted(Replaced(text, from, to)); });
}

TEST(LayerFeatures, AreThoseOfTheOperation) {
  const LayerFeatures convolution =
      CountFeatures(Simple("Conv", {{1, 3, 8, 8}, {4, 3, 3, 5}}, {1, 4, 8, 8}));
  EXPECT_EQ(convolution.operator_class, OperatorClass::kConvolution);
  EXPECT_EQ(convolution.operations, 2 * 4 * 64 * 45);
  EXPECT_EQ(convolution.bytes, 4 * (3 * 64 + 4 * 45 + 4 * 64));
  EXPECT_EQ(convolution.calls, 1);
  EXPECT_EQ(convolution.output_bytes, 4 * 4 * 64);
  EXPECT_EQ(convolution.kernel, 15);
}

TEST(LayerFeatures, KernelIsTheWindowOfWhateverHasOne) {
  Operation pooling = Simple("MaxPool", {{1, 3, 8, 8}}, {1, 3, 4, 4});
  pooling.ints["kernel_shape"] = {2, 3};
  EXPECT_EQ(CountFeatures(pooling).kernel, 6);
  EXPECT_EQ(
      CountFeatures(Simple("GlobalAveragePool", {{1, 3, 8, 8}}, {1, 3, 1, 1}))
          .kernel,
      64);
  EXPECT_EQ(CountFeatures(Simple("Relu", {{1, 3, 8, 8}}, {1, 3, 8, 8})).kernel,
            1);
  EXPECT_EQ(CountFeatures(Simple("MatMul", {{8, 8}, {8, 8}}, {8, 8})).kernel,
            1);
}

TEST(LayerFeatures, NothingIsCalledForAConstant) {
  EXPECT_EQ(CountFeatures(Simple("Constant", {}, {100})).calls, 0);
}

TEST(Regression, AddsUpTheCoefficientsOfTheClass) {
  const LayerFeatures features = {.operator_class = OperatorClass::kConvolution,
                                  .operations = 100,
                                  .bytes = 40,
                                  .calls = 2,
                                  .output_bytes = 16,
                                  .kernel = 4};
  EXPECT_EQ(RegressionNs(features, SmallModel()),
            2 * 1000 + 50 + 10 + 2 + 2 * 16 * 3);
}

TEST(Regression, RoundsHalfUpAndStaysInRange) {
  LayerFeatures features = {.operator_class = OperatorClass::kConvolution,
                            .calls = 0};
  EXPECT_EQ(RegressionNs(features, SmallModel()), 0);
  features.operations = 5;  // 2.5 ns
  EXPECT_EQ(RegressionNs(features, SmallModel()), 3);
  features.operations = kMaxCount;
  features.output_bytes = kMaxCount;
  features.kernel = kMaxCount;
  EXPECT_EQ(RegressionNs(features, SmallModel()), kMaxLayerNs);
}

TEST(Regression, AClassThatIsMissingTakesTheOther) {
  const LayerFeatures features = {.operator_class = OperatorClass::kRecurrent,
                                  .operations = 1000,
                                  .calls = 3};
  EXPECT_EQ(RegressionNs(features, SmallModel()), 21);
}

TEST(Regression, OfAGraphIsThatOfItsLayers) {
  const Graph graph = ChainGraph(
      {Simple("Relu", {{75}}, {75}), Simple("Reshape", {{75}}, {75})});
  EXPECT_EQ(RegressionNs(graph, FuseLayers(graph), SmallModel()),
            (std::vector<int64_t>{10 + 200, 10}));
}

TEST(RegressionFile, IsReadAsItWasWritten) {
  EXPECT_EQ(ReadFitted(RegressionText(SmallModel())), SmallModel());
  RegressionModel bare;
  bare.name = "bare";
  EXPECT_EQ(ReadFitted(RegressionText(bare)), bare);
}

TEST(RegressionFile, IsReadAgainAsBytes) {
  const std::string text = RegressionText(SmallModel());
  EXPECT_EQ(RegressionText(ReadFitted(text)), text);
}

TEST(RegressionFile, MayLackWhatIsForPeople) {
  const RegressionModel model = ReadFitted(R"({
    "schema": "dnncut.regression/1", "name": "n", "classes": {},
    "other": {"ns_per_call": 1, "ns_per_operation": 2, "ns_per_byte": 3,
              "ns_per_output_byte": 4, "ns_per_window_byte": 5}})");
  EXPECT_EQ(model.other, (Regressors{1, 2, 3, 4, 5}));
  EXPECT_EQ(model.threads, std::nullopt);
}

TEST(RegressionFile, RefusesWhatIsWrong) {
  EXPECT_THAT(FittedErrorOf("regression/1", "regression/2"), HasSubstr("E402"));
  EXPECT_THAT(FittedErrorOf("\"name\": \"board\"", "\"name\": \"\""),
              HasSubstr("\"name\" is empty"));
  EXPECT_THAT(FittedErrorOf("\"convolution\"", "\"convolutoin\""),
              HasSubstr("\"classes.convolutoin\" is not named after an "
                        "operator class; did you mean 'convolution'?"));
  EXPECT_THAT(FittedErrorOf("\"ns_per_call\": 1000.0", "\"ns_per_call\": -1"),
              HasSubstr("\"classes.convolution.ns_per_call\" is -1"));
  EXPECT_THAT(FittedErrorOf("\"ns_per_call\": 1000.0", "\"ns_per_call\": 1e13"),
              HasSubstr("E403"));
  EXPECT_THAT(FittedErrorOf("\"ns_per_call\": 1000.0,", ""),
              HasSubstr("lacks the key \"ns_per_call\""));
  EXPECT_THAT(FittedErrorOf("\"threads\": 2", "\"threads\": 0"),
              HasSubstr("runtime.threads"));
  EXPECT_THAT(FittedErrorOf("\"description\"", "\"descripton\""),
              HasSubstr("did you mean"));
}

}  // namespace
}  // namespace dnncut
