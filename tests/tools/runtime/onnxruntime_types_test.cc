// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/onnxruntime_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "compiler/base/error.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace onnx = ONNX_NAMESPACE;
namespace fs = std::filesystem;
using Shape = std::vector<int64_t>;

SourceModel Parse(const char* text) {
  SourceModel model;
  model.path = "net.onnx";
  onnx::OnnxParser parser(text);
  auto status = parser.Parse(model.proto);
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

// Marks `tensor` as a float weight of the shape.
void MakeWeight(const Shape& shape, onnx::TensorProto* tensor,
                SourceModel* model) {
  WeightData weight;
  weight.bytes = BytesOf(DType::kFloat32, shape, "weight");
  weight.data_type = onnx::TensorProto::FLOAT;
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  tensor->clear_dims();
  for (int64_t dim : shape) tensor->add_dims(dim);
  MarkWeight(static_cast<WeightId>(model->weights.size()), tensor);
  model->weights.push_back(weight);
}

// A private $TMPDIR and $HOME, to see what is left in them: nothing, neither of
// ours nor of ONNX Runtime's telemetry.
class OnnxRuntimeTypes : public ::testing::Test {
 protected:
  void SetUp() override {
    runtime_ = FindOnnxRuntime("");
    if (!runtime_) GTEST_SKIP() << "no ONNX Runtime on this machine";
    // Tests may run at the same time.
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("onnxruntime_types_") +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    setenv("TMPDIR", folder_.c_str(), 1);
    const char* home = std::getenv("HOME");
    home_ = home != nullptr ? home : "";
    setenv("HOME", folder_.c_str(), 1);
  }
  void TearDown() override {
    if (folder_.empty()) return;
    unsetenv("TMPDIR");
    setenv("HOME", home_.c_str(), 1);
    EXPECT_TRUE(fs::is_empty(folder_)) << "something was left behind";
    fs::remove_all(folder_);
  }
  TypeMap Infer(const SourceModel& model) {
    return InferTypesWithOnnxRuntime(model, *runtime_);
  }
  // Every tensor of the model has one, unless the data decides how many boxes
  // remain.
  void ExpectSizes(const std::string& path) {
    Warnings warnings;
    const SourceModel model = LoadModel(path, {}, &warnings);
    TypeMap types = Infer(model);
    for (const auto& node : model.proto.graph().node()) {
      if (node.op_type() == "NonMaxSuppression") break;
      const std::string& name = node.output(0);
      EXPECT_TRUE(HasStaticSize(types[name])) << path << ": " << name;
    }
  }

  std::optional<OnnxRuntime> runtime_;
  fs::path folder_;
  std::string home_;
};

void ExpectTensor(const TypeMap& types, const std::string& name, DType dtype,
                  const Shape& shape) {
  auto found = types.find(name);
  ASSERT_NE(found, types.end()) << name;
  EXPECT_EQ(found->second.kind, TensorType::Kind::kTensor) << name;
  EXPECT_EQ(found->second.dtype, dtype) << name;
  EXPECT_TRUE(found->second.has_rank) << name;
  EXPECT_EQ(found->second.shape, shape) << name;
}

TEST_F(OnnxRuntimeTypes, TensorsSequencesAndScalars) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[N,3,8] x) => (float[7] y) {
      a = Relu(x)
      half = Cast <to = 10> (a)
      parts = SplitToSequence <axis = 1> (a)
      total = ReduceSum <keepdims = 0> (a)
      y = Identity(a)
    })");
  for (auto& node : *model.proto.mutable_graph()->mutable_node()) {
    node.set_name("same");
  }
  TypeMap types = Infer(model);
  ExpectTensor(types, "a", DType::kFloat32, {-1, 3, 8});
  ExpectTensor(types, "half", DType::kFloat16, {-1, 3, 8});
  ExpectTensor(types, "total", DType::kFloat32, {});
  // Not the shape that the model declares.
  ExpectTensor(types, "y", DType::kFloat32, {-1, 3, 8});
  EXPECT_EQ(types.at("parts").kind, TensorType::Kind::kOther);
  EXPECT_EQ(types.size(), 5u);
}

TEST_F(OnnxRuntimeTypes, UnknownRankIsNoScalar) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[2,3] x, int64[n] shape) => (float[m] y) { y = Reshape(x, shape) })");
  TypeMap types = Infer(model);
  EXPECT_EQ(types.at("y").kind, TensorType::Kind::kTensor);
  EXPECT_FALSE(types.at("y").has_rank);
}

TEST_F(OnnxRuntimeTypes, ShapeChainsOfOldOpsetsAreComputed) {
  SourceModel model = Parse(R"(<ir_version: 4, opset_import: ["" : 9]>
    g (float[2,3,4] x) => (float[a,b] y) {
      shape = Shape(x)
      zero = Constant <value = int64[1] {0}> ()
      first = Gather <axis = 0> (shape, zero)
      rest = Constant <value = int64[1] {-1}> ()
      target = Concat <axis = 0> (first, rest)
      y = Reshape(x, target)
    })");
  ExpectTensor(Infer(model), "y", DType::kFloat32, {2, 12});
}

// Were the zeros that stand for the weight looked at, NonZero would have no
// columns.
TEST_F(OnnxRuntimeTypes, NothingIsComputedFromWeights) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[2] x) => (int64[2, n] y) { y = NonZero(w) })");
  onnx::TensorProto* weight = model.proto.mutable_graph()->add_initializer();
  weight->set_name("w");
  MakeWeight({20, 30}, weight, &model);
  ExpectTensor(Infer(model), "y", DType::kInt64, {2, -1});
}

TEST_F(OnnxRuntimeTypes, ContribOperatorsAreKnown) {
  SourceModel model = Parse(
      R"(<ir_version: 8, opset_import: ["" : 15, "com.microsoft" : 1]>
    g (float[1,3,8,8] x) => (float[a,b,c,d] y) {
      y = com.microsoft.FusedConv <activation = "Relu"> (x, w)
    })");
  onnx::TensorProto* weight = model.proto.mutable_graph()->add_initializer();
  weight->set_name("w");
  MakeWeight({32, 3, 3, 3}, weight, &model);
  ExpectTensor(Infer(model), "y", DType::kFloat32, {1, 32, 6, 6});
}

TEST_F(OnnxRuntimeTypes, AGibibyteOfWeightsIsNotRead) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (bool[1] c, float[2,16384] x) => (float[a,b] y) {
      h = MatMul(x, w)
      y = If(c) <then_branch = t () => (float[p,q] u) {
                   k = Constant <value = float[1] {0}> ()
                   u = MatMul(h, k) },
                 else_branch = e () => (float[r,s] v) { v = Identity(h) }>
    })");
  onnx::GraphProto* graph = model.proto.mutable_graph();
  onnx::TensorProto* weight = graph->add_initializer();
  weight->set_name("w");
  MakeWeight({16384, 16384}, weight, &model);
  for (auto& attribute : *graph->mutable_node(1)->mutable_attribute()) {
    if (attribute.name() != "then_branch") continue;
    onnx::NodeProto* constant = attribute.mutable_g()->mutable_node(0);
    MakeWeight({16384, 512}, constant->mutable_attribute(0)->mutable_t(),
               &model);
  }
  TypeMap types = Infer(model);
  ExpectTensor(types, "h", DType::kFloat32, {2, 16384});
  ExpectTensor(types, "y", DType::kFloat32, {2, -1});
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  EXPECT_LT(usage.ru_maxrss, 400 * 1024) << "KiB";
}

TEST_F(OnnxRuntimeTypes, UnknownOperatorIsAnErrorInOneLine) {
  SourceModel model = Parse(
      R"(<ir_version: 8, opset_import: ["" : 15, "my.domain" : 1]>
    g (float[2] x) => (float[2] y) { y = my.domain.Frobnicate(x) })");
  try {
    Infer(model);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E704");
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr("net.onnx: ONNX Runtime 1."));
    EXPECT_THAT(error.what(), HasSubstr("Frobnicate"));
    EXPECT_THAT(error.what(), Not(HasSubstr(folder_.string())));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
}

TEST_F(OnnxRuntimeTypes, OverflowInsideOnnxRuntimeIsUnknown) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[1,1,8,8] x, float[1,1,3,3] w) => (float[a,b,c,d] y) {
      y = Conv <dilations = [4611686018427387904, 1]> (x, w)
    })");
  try {
    TypeMap types = Infer(model);
    for (int64_t dim : types.at("y").shape) EXPECT_GE(dim, -1);
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E704");  // A release that checks it.
  }
}

TEST_F(OnnxRuntimeTypes, CrashLeavesNothingBehind) {
  SourceModel model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[2] x) => (float[2] y) { y = Relu(x) })");
  try {
    InferTypesWithOnnxRuntime(model, {CRASHING_LIBRARY, "1.30.0"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E320");
  }
}

// A sample of the models of Debian's libonnx-testdata, one per operator case.
TEST_F(OnnxRuntimeTypes, OperatorCases) {
  const fs::path folder = "/usr/share/libonnx-testdata";
  if (!fs::exists(folder)) GTEST_SKIP() << "no libonnx-testdata";
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "model.onnx") {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  constexpr size_t kEvery = 24;
  int taken = 0;
  int refused = 0;
  for (size_t i = 0; i < paths.size(); i += kEvery) {
    SourceModel model;
    model.path = paths[i];
    std::ifstream file(paths[i], std::ios::binary);
    ASSERT_TRUE(model.proto.ParseFromIstream(&file)) << paths[i];
    try {
      TypeMap types = Infer(model);
      EXPECT_FALSE(types.empty()) << paths[i];
      ++taken;
    } catch (const Error& error) {
      EXPECT_EQ(error.id(), "E704") << error.what();
      ++refused;
    }
  }
  EXPECT_GT(taken, 8 * refused);
}

TEST_F(OnnxRuntimeTypes, Examples) {
  for (const ExampleInfo& example : Examples()) {
    const fs::path path = folder_ / example.name;
    WriteExample(example.name, {.light = true}, path.string());
    ExpectSizes(path.string());
    fs::remove(path);
  }
}

TEST_F(OnnxRuntimeTypes, RealModels) {
  const char* folder = std::getenv("DNNCUT_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "DNNCUT_MODELS is not set";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    ExpectSizes(entry.path().string());
  }
}

}  // namespace
}  // namespace dnncut
