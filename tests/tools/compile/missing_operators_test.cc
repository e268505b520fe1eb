// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/missing_operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing.h"
#include "tests/tools/graph_of.h"

namespace dnncut {
namespace {

OperatorList Lacking(const std::string& name, std::set<std::string> operators) {
  return {name, "", "", true, std::move(operators)};
}

// Over all cuts: just those are left in which every layer runs where its
// operator is; and when there are none of these, that is said.
TEST(MissingOperators, LeaveTheCutsThatCanRun) {
  int refused = 0;
  int fewer = 0;
  for (uint64_t seed = 0; seed < 2500 && !HasFailure(); ++seed) {
    const Problem problem = PlainProblem(seed);
    const int layers = static_cast<int>(problem.layers.size());
    Random random(seed);
    Graph graph = GraphOf(problem);
    for (Layer& layer : graph.layers) {
      layer.operation.op_type = std::string(1, 'A' + random.Below(6));
    }
    const OperatorLists lists = {Lacking("small", {"A"}),
                                 Lacking("big", {"B"})};
    const auto can_run = [&](const Cut& cut) {
      for (int l = 0; l < layers; ++l) {
        const std::string& op = graph.layers[l].operation.op_type;
        if (op == (cut[l] == Side::kDevice ? "A" : "B")) return false;
      }
      return true;
    };
    Placement placement;
    placement.pins.resize(layers);
    const std::string error =
        ErrorIdOf([&] { AvoidMissingOperators(graph, lists, &placement); });
    Problem pinned = problem;
    for (LayerId l = 0; l < layers; ++l) {
      pinned.layers[l].pinned = placement.pins[l];
    }
    int left = 0;
    for (int mask = 0; mask < 1 << layers; ++mask) {
      Cut cut;
      for (LayerId l = 0; l < layers; ++l) {
        cut.push_back((mask >> l & 1) != 0 ? Side::kDevice : Side::kServer);
      }
      const bool is_left = IsFeasible(problem, cut) && can_run(cut);
      left += is_left;
      fewer += IsFeasible(problem, cut) && !is_left;
      if (error.empty()) {
        ASSERT_EQ(IsFeasible(pinned, cut), is_left) << "seed " << seed;
      }
    }
    EXPECT_EQ(error, left == 0 ? "E147" : "") << "seed " << seed;
    refused += left == 0;
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(fewer, 1000);
}

Operation Op(const std::string& type, const std::string& domain = "") {
  Operation operation;
  operation.op_type = type;
  operation.domain = domain;
  return operation;
}

TEST(OperatorLists, LookInsideAndKnowDomains) {
  const OperatorList list = {"some", "", "", false, {"If", "Relu", "my:Relu"}};
  EXPECT_EQ(MissingOperator(list, Op("Relu")), std::nullopt);
  EXPECT_EQ(MissingOperator(list, Op("Relu", "my")), std::nullopt);
  EXPECT_EQ(MissingOperator(list, Op("Relu", "your")), "your:Relu");
  EXPECT_EQ(MissingOperator(list, Op("Identity")), std::nullopt);
  Operation branch = Op("If");
  branch.bodies.push_back({{Op("Relu"), Op("Gelu")}});
  EXPECT_EQ(MissingOperator(list, branch), "Gelu");
  // A function is no operator; what it calls are.
  branch.op_type = "MyFunction";
  branch.domain = "mine";
  EXPECT_EQ(MissingOperator(list, branch), "Gelu");
  branch.bodies[0].operations.pop_back();
  EXPECT_EQ(MissingOperator(list, branch), std::nullopt);
}

TEST(OperatorLists, ThatShipHaveSourcesAndWhatConvolutionsNeed) {
  EXPECT_EQ(BuiltinOperatorLists().size(), 3u);
  for (const OperatorList& list : BuiltinOperatorLists()) {
    EXPECT_TRUE(NamesOperatorList(list.name));
    EXPECT_THAT(list.source, testing::StartsWith("github.com/"));
    EXPECT_FALSE(list.lacks);
    for (const char* name : {"Conv", "Relu", "Add", "Gemm", "MaxPool"}) {
      EXPECT_EQ(MissingOperator(list, Op(name)), std::nullopt) << name;
    }
    EXPECT_EQ(MissingOperator(list, Op("StringNormalizer")),
              "StringNormalizer");
  }
}

}  // namespace
}  // namespace dnncut
