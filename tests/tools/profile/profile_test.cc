// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/base/error.h"
#include "cost_models/measured/profile_writer.h"
#include "tests/backends/temp_folder.h"
#include "tools/compile/machine_costs.h"
#include "tools/examples/examples.h"
#include "tools/runtime/onnxruntime.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
using testing::HasSubstr;
using testing::StartsWith;

class ProfileTest : public ::testing::Test {
 protected:
  ProfileTest() : progress_(false, true) {}

  std::string Example(const std::string& name) {
    ExampleOptions options;
    options.light = true;
    const std::string path = folder_ / (name + ".onnx");
    WriteExample(name, options, path);
    return path;
  }

  static void AddValue(const std::string& name, int64_t size,
                       onnx::ValueInfoProto* value) {
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::INT64);
    type->mutable_shape()->add_dim()->set_dim_value(size);
  }

  // From "x", of four integers, to "y", without nodes.
  static onnx::ModelProto SmallModel() {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto* graph = model.mutable_graph();
    graph->set_name("small");
    AddValue("x", 4, graph->add_input());
    AddValue("y", 1, graph->add_output());
    return model;
  }

  std::string Written(const onnx::ModelProto& model) {
    const std::string path = folder_ / "small.onnx";
    std::ofstream file(path, std::ios::binary);
    model.SerializeToOstream(&file);
    return path;
  }

  ProfileOptions Options(const std::string& model_path) {
    ProfileOptions options;
    options.model_path = model_path;
    options.machine = "test";
    options.threads = 1;
    options.runs = 2;
    options.warm_up = 1;
    return options;
  }

  ProfileResult Make(const ProfileOptions& options) {
    return MakeProfile(options, &progress_, &warnings_);
  }

  std::string ErrorOf(const ProfileOptions& options) {
    try {
      Make(options);
    } catch (const Error& error) {
      return error.id() + " " + error.what();
    }
    return "";
  }

  // What is true of every profile of this tool: a row for each layer, whose
  // times add up to the whole if there is a layer, in a file that compile
  // takes.
  void CheckProfile(const ProfileOptions& options, const Profile& profile) {
    const std::string path = folder_ / "profile.json";
    std::ofstream(path) << ProfileJson(profile).dump();
    SourceModel model = LoadModel(options.model_path, options.load, &warnings_);
    FoldModel(options.import.input_values, {}, &model);
    const Graph graph = ImportGraph(model, options.import, &warnings_);
    EXPECT_EQ(profile.layers.size(), graph.layers.size());
    int64_t sum_ns = 0;
    for (const ProfileRow& row : profile.layers) sum_ns += row.ns;
    EXPECT_EQ(sum_ns, graph.layers.empty() ? 0 : profile.whole_ns);
    Warnings warnings;
    const MachineCosts costs =
        LoadMachineCosts(path, Fill(), {}, model, graph, {}, &warnings);
    EXPECT_TRUE(warnings.empty());
    EXPECT_EQ(costs.ns.size(), graph.layers.size());
    std::set<std::string> grouped;
    for (const auto& group : profile.groups) {
      EXPECT_GT(group.size(), 1u);
      for (const std::string& name : group) {
        EXPECT_TRUE(grouped.insert(name).second) << name;
      }
    }
  }

  TempFolder folder_;
  Progress progress_;
  Warnings warnings_;
};

TEST_F(ProfileTest, EveryLevelGivesEveryLayerATime) {
  if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  const std::string model = Example("squeezenet");
  for (const OptimizationLevel level :
       {OptimizationLevel::kDisabled, OptimizationLevel::kBasic,
        OptimizationLevel::kExtended, OptimizationLevel::kAll}) {
    ProfileOptions options = Options(model);
    options.optimization = level;
    const ProfileResult result = Make(options);
    CheckProfile(options, result.profile);
    EXPECT_GT(result.profile.whole_ns, 0);
    EXPECT_EQ(result.lost_share, 0);
    EXPECT_EQ(result.profile.runs, 2);
    EXPECT_EQ(result.profile.optimization, OptimizationName(level));
    const bool fuses = level >= OptimizationLevel::kExtended;
    EXPECT_EQ(result.profile.groups.size(), fuses ? 26u : 0u);
  }
}

TEST_F(ProfileTest, FusionsOfATransformerAreGroups) {
  if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  ExampleOptions example;
  example.light = true;
  example.depth = 1;
  const std::string model = folder_ / "gpt2.onnx";
  WriteExample("gpt2", example, model);
  ProfileOptions options = Options(model);
  options.runs = 1;
  options.warm_up = 0;
  options.optimization = OptimizationLevel::kExtended;
  const ProfileResult result = Make(options);
  CheckProfile(options, result.profile);
  // The eight layers of its activation become one Gelu.
  size_t largest = 0;
  for (const auto& group : result.profile.groups) {
    largest = std::max(largest, group.size());
  }
  EXPECT_EQ(largest, 8u);
}

// The runtime folds all of it and runs nothing.
TEST_F(ProfileTest, AModelWithoutWorkHasAProfile) {
  if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  onnx::ModelProto model = SmallModel();
  onnx::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type("Shape");
  node->add_input("x");
  node->add_output("y");
  const ProfileOptions options = Options(Written(model));
  CheckProfile(options, Make(options).profile);
}

// What runs is a copy, whose path is nobody's business.
TEST_F(ProfileTest, ErrorsNameTheModel) {
  if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  onnx::ModelProto model = SmallModel();
  onnx::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type("NobodyKnows");
  node->set_domain("nowhere");
  node->add_input("x");
  node->add_output("y");
  onnx::OperatorSetIdProto* domain = model.add_opset_import();
  domain->set_domain("nowhere");
  domain->set_version(1);
  const std::string path = Written(model);
  EXPECT_THAT(ErrorOf(Options(path)), StartsWith("E704 " + path + ": "));
}

TEST_F(ProfileTest, NoiseCanBeRefused) {
  if (!FindOnnxRuntime("")) GTEST_SKIP() << "no ONNX Runtime on this machine";
  ProfileOptions options = Options(Example("squeezenet"));
  options.max_cv = 0;
  EXPECT_THAT(ErrorOf(options), HasSubstr("E434"));
}

TEST_F(ProfileTest, ATraceOfTheModelGivesItsProfile) {
  const std::string model = Example("squeezenet");
  const SourceModel source = LoadModel(model, {}, &warnings_);
  const Graph graph = ImportGraph(source, {}, &warnings_);
  // The convolutions alone have events, of 30 microseconds each.
  nlohmann::json trace = nlohmann::json::array();
  int64_t now = 1;
  for (const Layer& layer : graph.layers) {
    if (layer.operation.op_type != "Conv") continue;
    trace.push_back({{"cat", "Node"},
                     {"name", layer.name + "_kernel_time"},
                     {"ts", now},
                     {"dur", 30},
                     {"tid", 1},
                     {"args", {{"op_name", "Conv"}}}});
    now += 30;
  }
  trace.push_back(
      {{"cat", "Session"}, {"name", "model_run"}, {"ts", 0}, {"dur", 900}});
  ProfileOptions options = Options(model);
  options.source = ProfileOptions::Source::kTrace;
  options.times_path = folder_ / "trace.json";
  std::ofstream(options.times_path) << trace.dump();
  const ProfileResult result = Make(options);
  CheckProfile(options, result.profile);
  EXPECT_EQ(result.profile.whole_ns, 900'000);
  EXPECT_EQ(result.profile.threads, std::nullopt);
  EXPECT_EQ(result.profile.optimization, "unknown");
  EXPECT_EQ(result.nodes, 26);
  EXPECT_EQ(result.profile.groups.size(), 26u);

  options.model_path = Example("mobilenetv2");
  EXPECT_THAT(ErrorOf(options), HasSubstr("E433"));
}

}  // namespace
}  // namespace dnncut
