// SPDX-License-Identifier: Apache-2.0
//
// The examples of docs/formats.md are files that dnncut reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "compiler/files/json_file.h"
#include "cost_models/machines/machine.h"
#include "cost_models/measured/profile.h"
#include "cost_models/measured/regression.h"
#include "tests/cost_models/files.h"
#include "tests/folders.h"

namespace dnncut {
namespace {

// The first JSON block after a heading.
std::string Example(const std::string& heading) {
  std::ifstream file(SourceFolder() / "docs/formats.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::string fence = "```json\n";
  const size_t section = all.find("\n## " + heading);
  const size_t begin = all.find(fence, section);
  const size_t end = all.find("```", begin + fence.size());
  if (section == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "no example below " << heading;
    return "";
  }
  return all.substr(begin + fence.size(), end - begin - fence.size());
}

TEST(Formats, MachineExampleIsRead) {
  const Machine machine =
      MachineOf(ReadCostSource(TemporaryFile("m.json", Example("Machine"))));
  EXPECT_EQ(machine.name, "my-board");
  EXPECT_EQ(PeakGflops(machine, DType::kInt8), 76.8);
  EXPECT_EQ(machine.memory_bytes, int64_t{2} << 30);
  EXPECT_EQ(Efficiency(machine, OperatorClass::kDepthwiseConvolution), 0.15);
}

TEST(Formats, ProfileExampleIsRead) {
  const Profile profile =
      ReadProfile(TemporaryFile("p.json", Example("Profile")));
  EXPECT_EQ(profile.machine, "my-board");
  ASSERT_EQ(profile.model_inputs.size(), 1u);
  EXPECT_EQ(profile.model_inputs[0].dtype, DType::kFloat32);
  EXPECT_EQ(profile.layers.size(), 3u);
  EXPECT_EQ(profile.cross_ns.at("relu1_out"), 15000);
}

TEST(Formats, RegressionExampleIsRead) {
  const RegressionModel model = ParseRegression(
      ReadJsonFile(TemporaryFile("r.json", Example("Regression"))));
  EXPECT_EQ(model.name, "my-board");
  EXPECT_EQ(model.classes.size(), 2u);
  EXPECT_EQ(model.other[0], 4000);
}

}  // namespace
}  // namespace dnncut
