// SPDX-License-Identifier: Apache-2.0
//
// The types of what operators of ai.onnx.ml make are those of ONNX Runtime.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include <fstream>

#include "tests/backends/temp_folder.h"
#include "tests/frontends/importing.h"
#include "tools/runtime/onnxruntime_run.h"
#include "tools/values/made_up_values.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
using Shape = std::vector<int64_t>;

struct MlCase {
  std::string name;
  std::string node;     // "y = ai.onnx.ml.Scaler <offset = [1.0]> (x)"
  std::string outputs;  // their types, as dnncut infers them
  int version = 3;      // of ai.onnx.ml
  DType dtype = DType::kFloat32;
  Shape shape = {4, 3};
};

void PrintTo(const MlCase& tried, std::ostream* out) { *out << tried.name; }

// A tree of two levels, a second that is a leaf; two labels.
constexpr const char* kForest =
    "nodes_treeids = [0, 0, 0, 0, 0, 1], nodes_nodeids = [0, 1, 2, 3, 4, 0], "
    "nodes_featureids = [0, 1, 0, 0, 0, 0], "
    "nodes_values = [0.5, 0.25, 0.0, 0.0, 0.0, 0.0], "
    "nodes_modes = [\"BRANCH_LEQ\", \"BRANCH_LEQ\", \"LEAF\", \"LEAF\", "
    "\"LEAF\", \"LEAF\"], "
    "nodes_truenodeids = [1, 3, 0, 0, 0, 0], "
    "nodes_falsenodeids = [2, 4, 0, 0, 0, 0], ";

std::string Forest(const std::string& op, const std::string& leaf,
                   const std::string& rest) {
  return fmt::format(
      "ai.onnx.ml.{0} <{1}{2}_treeids = [0, 0, 0, 1], {2}_nodeids = [2, 3, 4, "
      "0], {2}_ids = [0, 1, 0, 1], {2}_weights = [0.5, 0.25, 1.0, 0.5], {3}> "
      "(x)",
      op, kForest, leaf, rest);
}

std::string Linear(const std::string& rest, int classes) {
  std::vector<std::string> weights(3 * classes, "0.5");
  std::vector<std::string> intercepts(classes, "0.1");
  return fmt::format(
      "y, z = ai.onnx.ml.LinearClassifier <coefficients = [{}], intercepts = "
      "[{}], {}> (x)",
      fmt::join(weights, ", "), fmt::join(intercepts, ", "), rest);
}

// Three classes of one vector each, or two of them.
std::string Vectors(int classes, const std::string& rest) {
  std::vector<std::string> numbers(3 * classes, "0.5");
  std::vector<std::string> ones(classes, "1");
  std::vector<std::string> labels;
  for (int i = 0; i < classes; ++i) labels.push_back(fmt::format("{}", i + 5));
  std::vector<std::string> weights(classes * (classes - 1), "0.5");
  std::vector<std::string> rho(classes * (classes - 1) / 2, "0.1");
  return fmt::format(
      "y, z = ai.onnx.ml.SVMClassifier <support_vectors = [{}], "
      "vectors_per_class = [{}], classlabels_ints = [{}], coefficients = [{}], "
      "rho = [{}], kernel_type = \"RBF\", kernel_params = [0.1, 0.0, 3.0]{}> "
      "(x)",
      fmt::join(numbers, ", "), fmt::join(ones, ", "), fmt::join(labels, ", "),
      fmt::join(weights, ", "), fmt::join(rho, ", "), rest);
}

std::vector<MlCase> Cases() {
  std::vector<MlCase> cases = {
      {"Scaler", "y = ai.onnx.ml.Scaler <offset = [1.0], scale = [2.0]> (x)",
       "y float32[4,3]"},
      {"ScalerOfIntegers",
       "y = ai.onnx.ml.Scaler <offset = [1.0], scale = [2.0]> (x)",
       "y float32[4,3]", 3, DType::kInt64},
      {"ScalerOfARow",
       "y = ai.onnx.ml.Scaler <offset = [1.0], scale = [2.0]> (x)",
       "y float32[3]",
       3,
       DType::kFloat32,
       {3}},
      {"Imputer",
       "y = ai.onnx.ml.Imputer <imputed_value_floats = [1.0], "
       "replaced_value_float = 0.0> (x)",
       "y float32[4,3]"},
      {"ImputerOfIntegers",
       "y = ai.onnx.ml.Imputer <imputed_value_int64s = [1], "
       "replaced_value_int64 = 0> (x)",
       "y int64[4,3]", 3, DType::kInt64},
      {"Normalizer", "y = ai.onnx.ml.Normalizer <norm = \"L2\"> (x)",
       "y float32[4,3]"},
      {"NormalizerOfDoubles", "y = ai.onnx.ml.Normalizer <norm = \"L1\"> (x)",
       "y float32[4,3]", 3, DType::kFloat64},
      {"Binarizer", "y = ai.onnx.ml.Binarizer <threshold = 0.5> (x)",
       "y float32[4,3]"},
      {"ArrayFeatureExtractor",
       "i = Constant <value = int64[2] {0, 2}> () "
       "y = ai.onnx.ml.ArrayFeatureExtractor(x, i)",
       "y float32[4,2]"},
      {"ArrayFeatureExtractorOfMore",
       "i = Constant <value = int64[1] {1}> () "
       "y = ai.onnx.ml.ArrayFeatureExtractor(x, i)",
       "y int64[2,4,1]",
       3,
       DType::kInt64,
       {2, 4, 3}},
      {"ArrayFeatureExtractorOfARow",
       "i = Constant <value = int64[2] {0, 2}> () "
       "y = ai.onnx.ml.ArrayFeatureExtractor(x, i)",
       "y float32[1,2]",
       3,
       DType::kFloat32,
       {3}},
      {"FeatureVectorizer",
       "y = ai.onnx.ml.FeatureVectorizer <inputdimensions = [3, 3]> (x, x)",
       "y float32[4,6]"},
      {"LabelEncoderToFloats",
       "y = ai.onnx.ml.LabelEncoder <keys_int64s = [0, 1], values_floats = "
       "[0.5, 1.5]> (x)",
       "y float32[4,3]", 3, DType::kInt64},
      {"LabelEncoderToTexts",
       "y = ai.onnx.ml.LabelEncoder <keys_int64s = [0, 1], values_strings = "
       "[\"a\", \"b\"]> (x)",
       "y string[4,3]", 3, DType::kInt64},
      {"LabelEncoderOfVersion1",
       "y = ai.onnx.ml.LabelEncoder <classes_strings = [\"a\", \"b\"]> (x)",
       "y string[4]",
       1,
       DType::kInt64,
       {4}},
      {"LabelEncoderOfTensors",
       "y = ai.onnx.ml.LabelEncoder <keys_tensor = int64[2] {0, 1}, "
       "values_tensor = float[2] {0.5, 1.5}, default_tensor = float[1] {0.0}> "
       "(x)",
       "y float32[4,3]", 4, DType::kInt64},
      {"CategoryMapper",
       "y = ai.onnx.ml.CategoryMapper <cats_int64s = [0, 1], cats_strings = "
       "[\"a\", \"b\"]> (x)",
       "y string[4,3]", 3, DType::kInt64},
      {"OneHotEncoder",
       "y = ai.onnx.ml.OneHotEncoder <cats_int64s = [0, 1, 2, 3, 4]> (x)",
       "y float32[4,3,5]", 3, DType::kInt64},
      {"OneHotEncoderOfAColumn",
       "y = ai.onnx.ml.OneHotEncoder <cats_int64s = [0, 1]> (x)",
       "y float32[4,2]",
       3,
       DType::kInt64,
       {4}},
      {"LinearRegressor",
       "y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0, 3.0, 4.0, "
       "5.0, 6.0], intercepts = [0.0, 0.5], targets = 2> (x)",
       "y float32[4,2]"},
      {"LinearRegressorOfARow",
       "y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0, 3.0]> (x)",
       "y float32[1,1]",
       3,
       DType::kFloat32,
       {3}},
      {"LinearClassifier", Linear("classlabels_ints = [4, 5, 6]", 3),
       "y int64[4] z float32[4,3]"},
      {"LinearClassifierOfTexts",
       Linear("classlabels_strings = [\"a\", \"b\", \"c\"]", 3),
       "y string[4] z float32[4,3]"},
      {"LinearClassifierOfTwo", Linear("classlabels_ints = [0, 1]", 1),
       "y int64[4] z float32[4,2]"},
      {"SVMRegressor",
       "y = ai.onnx.ml.SVMRegressor <coefficients = [0.5, 1.0], n_supports = "
       "2, support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], rho = [0.5], "
       "kernel_type = \"RBF\", kernel_params = [0.1, 0.0, 3.0]> (x)",
       "y float32[4,1]"},
      {"SVMClassifierOfTwo", Vectors(2, ""), "y int64[4] z float32[4,2]"},
      {"SVMClassifierOfThree", Vectors(3, ""), "y int64[4] z float32[4,3]"},
      {"SVMClassifierOfFour", Vectors(4, ""), "y int64[4] z float32[4,6]"},
      {"SVMClassifierWithProbabilities",
       Vectors(4,
               ", prob_a = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], prob_b = [0.1, 0.1, "
               "0.1, 0.1, 0.1, 0.1]"),
       "y int64[4] z float32[4,4]"},
      {"TreeEnsembleRegressor",
       "y = " + Forest("TreeEnsembleRegressor", "target", "n_targets = 2"),
       "y float32[4,2]"},
      {"TreeEnsembleClassifier",
       "y, z = " + Forest("TreeEnsembleClassifier", "class",
                          "classlabels_int64s = [0, 1]"),
       "y int64[4] z float32[4,2]"},
      {"TreeEnsembleClassifierOfTexts",
       "y, z = " + Forest("TreeEnsembleClassifier", "class",
                          "classlabels_strings = [\"a\", \"b\", \"c\"]"),
       "y string[4] z float32[4,3]"},
      {"TreeEnsemble",
       "y = ai.onnx.ml.TreeEnsemble <n_targets = 2, aggregate_function = 1, "
       "post_transform = 0, tree_roots = [0], nodes_modes = uint8[2] {0, 0}, "
       "nodes_featureids = [0, 1], nodes_splits = double[2] {0.5, 0.25}, "
       "nodes_truenodeids = [1, 0], nodes_trueleafs = [0, 1], "
       "nodes_falsenodeids = [2, 1], nodes_falseleafs = [1, 1], leaf_targetids "
       "= [0, 1, 0], leaf_weights = double[3] {1.0, 2.0, 3.0}> (x)",
       "y float64[4,2]", 5, DType::kFloat64},
  };
  return cases;
}

class MlShapesTest : public ::testing::TestWithParam<MlCase> {
 protected:
  static std::string InputText(const MlCase& tried) {
    const std::map<DType, std::string> names = {{DType::kFloat32, "float"},
                                                {DType::kFloat64, "double"},
                                                {DType::kInt64, "int64"}};
    return fmt::format("{}[{}] x", names.at(tried.dtype),
                       fmt::join(tried.shape, ","));
  }

  static SourceModel Model(const MlCase& tried) {
    const std::string outputs =
        tried.node.find("y, z") == std::string::npos ? "y" : "y, z";
    const std::string text = fmt::format(
        "<ir_version: 8, opset_import: [\"\" : 17, \"ai.onnx.ml\" : {}]> g "
        "({}) => ({}) {{ {} }}",
        tried.version, InputText(tried), outputs, tried.node);
    SourceModel model;
    onnx::OnnxParser parser(text.c_str());
    const auto status = parser.Parse(model.proto);
    EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
    return model;
  }
};

TEST_P(MlShapesTest, AreInferred) {
  const Imported imported = Import(Model(GetParam()));
  ASSERT_EQ(imported.error, "");
  std::string types;
  for (const ModelOutput& output : imported.graph.outputs) {
    types += fmt::format("{}{} {}", types.empty() ? "" : " ", output.name,
                         TypeOf(imported, output.name));
  }
  EXPECT_EQ(types, GetParam().outputs);
}

TEST_P(MlShapesTest, AreThoseOfOnnxRuntime) {
  const auto runtime = FindOnnxRuntime("");
  if (!runtime) GTEST_SKIP() << "no ONNX Runtime on this machine";
  const MlCase& tried = GetParam();
  TempFolder folder;
  const std::string path = folder / "model.onnx";
  std::ofstream(path, std::ios::binary)
      << Model(tried).proto.SerializeAsString();
  Value input = MadeUpTensor(tried.dtype, tried.shape, 1, 0);
  input.name = "x";
  std::string types;
  for (const Value& value : RunModel(path, {input}, {}, *runtime).outputs) {
    types += fmt::format("{}{} {}", types.empty() ? "" : " ", value.name,
                         DescribeValue(value));
  }
  EXPECT_EQ(types, tried.outputs);
}

INSTANTIATE_TEST_SUITE_P(, MlShapesTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

// What holds maps never crosses.
TEST(MlTypesTest, MapsAndTextsStay) {
  SourceModel model;
  onnx::OnnxParser parser(
      "<ir_version: 8, opset_import: [\"\" : 17, \"ai.onnx.ml\" : 3]> g "
      "(float[4,2] x) => (y) { y = ai.onnx.ml.ZipMap <classlabels_strings = "
      "[\"a\", \"b\"]> (x) }");
  ASSERT_TRUE(parser.Parse(model.proto).IsOK());
  const Imported imported = Import(model);
  ASSERT_EQ(imported.error, "");
  const Tensor& maps = TensorNamed(imported.graph, "y");
  EXPECT_EQ(maps.bytes, std::nullopt);
  EXPECT_EQ(maps.why_not, "is a sequence, map, optional or sparse tensor");
}

}  // namespace
}  // namespace dnncut
