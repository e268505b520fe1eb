// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/graph.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "compiler/problem/make_problem.h"

namespace dnncut {
namespace {

TensorType Type(DType dtype, const std::vector<int64_t>& shape) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = dtype;
  type.has_rank = true;
  type.shape = shape;
  return type;
}

TEST(HasStaticSize, NeedsEveryDimAndAFixedElementSize) {
  EXPECT_TRUE(HasStaticSize(Type(DType::kFloat32, {1, 2})));
  EXPECT_TRUE(HasStaticSize(Type(DType::kInt4, {0})));
  EXPECT_TRUE(HasStaticSize(Type(DType::kBool, {})));
  EXPECT_FALSE(HasStaticSize(Type(DType::kFloat32, {1, -1})));
  EXPECT_FALSE(HasStaticSize(Type(DType::kString, {1})));
  EXPECT_FALSE(HasStaticSize(Type(DType::kUndefined, {1})));
  TensorType type = Type(DType::kFloat32, {});
  type.has_rank = false;
  EXPECT_FALSE(HasStaticSize(type));
  type = Type(DType::kFloat32, {1});
  type.kind = TensorType::Kind::kOther;
  EXPECT_FALSE(HasStaticSize(type));
}

// x -> a -> t -> b -> y, with a weight w of b.
Graph SmallGraph() {
  Graph graph;
  graph.input_count = 1;
  graph.tensors.resize(3);
  graph.layers.resize(2);
  graph.constants.resize(1);
  graph.constants[0].name = "w";
  const char* names[] = {"x", "t", "y"};
  for (int t = 0; t < 3; ++t) {
    graph.tensors[t].name = names[t];
    graph.tensors[t].bytes = 10 + t;
    graph.tensors[t].producer = t - 1;
    if (t < 2) graph.tensors[t].readers = {t};
  }
  graph.tensors[2].is_result = true;
  for (int l = 0; l < 2; ++l) {
    graph.layers[l].name = l == 0 ? "a" : "b";
    graph.layers[l].operation.op_type = "Relu";
    graph.layers[l].inputs = {l};
    graph.layers[l].outputs = {l + 1};
  }
  graph.layers[1].constants = {0};
  graph.outputs = {{"y", ModelOutput::Source::kLayer, 2},
                   {"x", ModelOutput::Source::kInput, 0},
                   {"w", ModelOutput::Source::kConstant, 0}};
  return graph;
}

TEST(VerifyGraph, FindsBrokenPromises) {
  VerifyGraph(SmallGraph());
  VerifyGraph(Graph());
  const auto expect_bad = [](auto change) {
    Graph bad = SmallGraph();
    change(&bad);
    EXPECT_THROW(VerifyGraph(bad), std::logic_error);
  };
  expect_bad([](Graph* g) { g->input_count = 4; });
  expect_bad([](Graph* g) { g->input_count = 2; });
  expect_bad([](Graph* g) { g->tensors[1].name = "x"; });
  expect_bad([](Graph* g) { g->tensors[1].bytes = -1; });
  expect_bad([](Graph* g) { g->tensors[1].readers = {0}; });
  expect_bad([](Graph* g) { g->tensors[1].readers = {}; });
  expect_bad([](Graph* g) { g->tensors[1].readers = {1, 1}; });
  expect_bad([](Graph* g) { g->tensors[1].readers = {5}; });
  expect_bad([](Graph* g) { g->tensors[1].producer = 9; });
  expect_bad([](Graph* g) { g->tensors[1].is_result = true; });
  expect_bad([](Graph* g) { g->tensors[0].is_result = true; });
  expect_bad([](Graph* g) { g->layers[0].outputs = {2}; });
  expect_bad([](Graph* g) { g->layers[0].outputs = {1, 1}; });
  expect_bad([](Graph* g) { g->layers[1].inputs = {}; });
  expect_bad([](Graph* g) { g->layers[1].constants = {1}; });
  expect_bad([](Graph* g) { g->constants[0].inputs = {1}; });
  expect_bad([](Graph* g) { g->outputs[0].id = 3; });
  expect_bad([](Graph* g) { g->outputs[0].id = 1; });
  expect_bad([](Graph* g) { g->outputs[2].id = -1; });
}

CostTable SmallCosts() { return {{{100, 200}, {1, 2}}, {7, 8, 9}}; }

ProblemTensor MakeProblemTensor(const std::string& name, LayerId producer,
                                const std::vector<LayerId>& readers,
                                int64_t bytes, int64_t cross_ns, bool result) {
  ProblemTensor tensor;
  tensor.name = name;
  tensor.producer = producer;
  tensor.readers = readers;
  tensor.bytes = bytes;
  tensor.cross_ns = cross_ns;
  tensor.result = result;
  return tensor;
}

TEST(MakeProblem, KeepsIdsAndPutsEverythingInItsPlace) {
  LinkOptions link;
  link.range = {10, 20};
  link.result = Side::kServer;
  link.downlink = {Downlink::Kind::kFixed, 33};
  Placement placement;
  placement.pins = {std::nullopt, Side::kServer};
  placement.groups = {4, std::nullopt};
  const Problem problem =
      MakeProblem(SmallGraph(), SmallCosts(), link, placement);
  ASSERT_EQ(problem.layers.size(), 2u);
  EXPECT_EQ(problem.layers[0],
            (ProblemLayer{"a", "Relu", {100, 1}, std::nullopt, 4}));
  EXPECT_EQ(problem.layers[1],
            (ProblemLayer{"b", "Relu", {200, 2}, Side::kServer, std::nullopt}));
  ASSERT_EQ(problem.tensors.size(), 3u);
  EXPECT_EQ(problem.tensors[1], MakeProblemTensor("t", 0, {1}, 11, 8, false));
  EXPECT_EQ(problem.tensors[2], MakeProblemTensor("y", 1, {}, 12, 9, true));
  EXPECT_EQ(problem.range, link.range);
  EXPECT_EQ(problem.rtt_ns, 5'000'000);
  EXPECT_EQ(problem.result, Side::kServer);
  EXPECT_EQ(problem.downlink, link.downlink);
}

TEST(MakeProblem, RefusesTablesOfAnotherGraph) {
  CostTable costs = SmallCosts();
  costs.cross_ns.pop_back();
  EXPECT_THROW(MakeProblem(SmallGraph(), costs, {}, {}), std::logic_error);
  Placement placement;
  placement.pins.resize(1);
  EXPECT_THROW(MakeProblem(SmallGraph(), SmallCosts(), {}, placement),
               std::logic_error);
}

TEST(VerifyProblem, FindsBrokenPromises) {
  const Problem good = MakeProblem(SmallGraph(), SmallCosts(), {}, {});
  const auto expect_bad = [&](auto change) {
    Problem bad = good;
    change(&bad);
    EXPECT_THROW(VerifyProblem(bad), std::logic_error);
  };
  expect_bad([](Problem* p) { p->range = {0, 10}; });
  expect_bad([](Problem* p) { p->range = {11, 10}; });
  expect_bad([](Problem* p) { p->range = {1, kLimitKbps + 1}; });
  expect_bad([](Problem* p) { p->rtt_ns = -1; });
  expect_bad([](Problem* p) { p->downlink.kind = Downlink::Kind::kFixed; });
  expect_bad([](Problem* p) { p->layers[0].ns.device = -1; });
  expect_bad([](Problem* p) { p->layers[0].ns.server = -1; });
  expect_bad([](Problem* p) { p->tensors[1].producer = 2; });
  expect_bad([](Problem* p) { p->tensors[1].producer = -2; });
  expect_bad([](Problem* p) { p->tensors[1].readers = {0}; });
  expect_bad([](Problem* p) { p->tensors[1].readers = {2}; });
  expect_bad([](Problem* p) { p->tensors[1].readers = {1, 1}; });
  expect_bad([](Problem* p) { p->tensors[1].bytes = -1; });
  expect_bad([](Problem* p) { p->tensors[1].cross_ns = -1; });
  expect_bad([](Problem* p) { p->tensors[0].result = true; });
}

TEST(DownlinkName, IsWhatTheFormatsSay) {
  EXPECT_EQ(DownlinkName({Downlink::Kind::kSame, 0}), "same");
  EXPECT_EQ(DownlinkName({Downlink::Kind::kFree, 0}), "free");
  EXPECT_EQ(DownlinkName({Downlink::Kind::kFixed, 12'000}), "12000");
}

}  // namespace
}  // namespace dnncut
