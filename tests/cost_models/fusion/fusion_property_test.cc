// SPDX-License-Identifier: Apache-2.0
//
// What must be true of every unit, on random graphs: it has one exit, it is
// convex, and the table is the best of all cuts that keep units together.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/make_problem.h"
#include "compiler/table/cut_table.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/fusion/fused_costs.h"
#include "cost_models/machines/roofline.h"
#include "tests/cost_models/operators/operations.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// Whatever takes part in a unit, and little else.
constexpr const char* kOps[] = {"Conv",
                                "MatMul",
                                "MatMul",
                                "BatchNormalization",
                                "Add",
                                "Add",
                                "Mul",
                                "Mul",
                                "Relu",
                                "Sigmoid",
                                "Softmax",
                                "Div",
                                "Erf",
                                "DequantizeLinear",
                                "QuantizeLinear",
                                "Sub",
                                "Pow",
                                "Sqrt",
                                "ReduceMean",
                                "Slice",
                                "Concat",
                                "Neg",
                                "Split",
                                "Transpose",
                                "Exp",
                                "Tanh",
                                "Where",
                                "Sigmoid",
                                "DequantizeLinear"};

class GraphMaker {
 public:
  explicit GraphMaker(uint64_t seed) : random_(seed) {
    graph_.input_count = 2;
    AddTensor(kModelInput);
    AddTensor(kModelInput);
  }

  Graph Make(int layers) {
    for (int i = 0; i < layers; ++i) AddLayer();
    for (Tensor& tensor : graph_.tensors) {
      if (tensor.producer == kModelInput) continue;
      tensor.is_result = tensor.readers.empty() || random_.Chance(1, 20);
      if (!tensor.is_result) continue;
      graph_.outputs.push_back(
          {tensor.name, ModelOutput::Source::kLayer,
           static_cast<int>(&tensor - graph_.tensors.data())});
    }
    VerifyGraph(graph_);
    return std::move(graph_);
  }

 private:
  void AddTensor(LayerId producer) {
    Tensor tensor;
    tensor.name = "t" + std::to_string(graph_.tensors.size());
    tensor.type = Typed({2, 4});
    tensor.bytes = 32;
    tensor.producer = producer;
    graph_.tensors.push_back(std::move(tensor));
  }

  void AddLayer() {
    const LayerId id = static_cast<LayerId>(graph_.layers.size());
    const std::string op = kOps[random_.Below(std::size(kOps))];
    Layer layer;
    layer.name = op + std::to_string(id);
    layer.node = id;
    std::set<TensorId> inputs;
    const int count = random_.Chance(1, 2) ? 2 : 1;
    const int made = static_cast<int>(graph_.tensors.size());
    for (int i = 0; i < count; ++i) {
      // Mostly what was made last, so that layers follow each other.
      const int back = random_.Chance(3, 4) ? 3 : made;
      inputs.insert(made - 1 - random_.Below(std::min(back, made)));
    }
    layer.inputs.assign(inputs.begin(), inputs.end());
    std::vector<TensorType> types(inputs.size(), Typed({2, 4}));
    if (inputs.size() == 1 && random_.Chance(2, 3)) {
      Constant constant;
      constant.name = "c" + std::to_string(id);
      constant.type = Typed({4});
      constant.memory_bytes = 16;
      layer.constants = {static_cast<ConstantId>(graph_.constants.size())};
      graph_.constants.push_back(std::move(constant));
      types.push_back(Typed({4}));
    }
    for (const TensorId input : layer.inputs) {
      graph_.tensors[input].readers.push_back(id);
    }
    const int outputs = op == "Split" ? 2 : 1;
    for (int i = 0; i < outputs; ++i) {
      layer.outputs.push_back(static_cast<TensorId>(graph_.tensors.size()));
      AddTensor(id);
    }
    layer.operation = MakeOperation(
        op, types, std::vector<TensorType>(outputs, Typed({2, 4})));
    graph_.layers.push_back(std::move(layer));
  }

  Random random_;
  Graph graph_;
};

std::string Text(const Graph& graph, const std::vector<LayerId>& unit) {
  std::string text;
  for (const LayerId layer : unit) text += graph.layers[layer].name + " ";
  return text;
}

// By LayerId: is the layer reached from `unit`, over readers?
std::vector<bool> ReachedFrom(const Graph& graph,
                              const std::vector<LayerId>& unit) {
  std::vector<bool> reached(graph.layers.size(), false);
  for (const LayerId layer : unit) reached[layer] = true;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    for (const TensorId input : graph.layers[i].inputs) {
      const LayerId maker = graph.tensors[input].producer;
      if (maker != kModelInput && reached[maker]) reached[i] = true;
    }
  }
  return reached;
}

void ExpectUnit(const Graph& graph, const std::vector<LayerId>& unit) {
  const auto inside = [&](LayerId layer) {
    return std::find(unit.begin(), unit.end(), layer) != unit.end();
  };
  std::set<LayerId> exits;
  for (const LayerId layer : unit) {
    for (const TensorId output : graph.layers[layer].outputs) {
      const Tensor& tensor = graph.tensors[output];
      if (tensor.is_result ||
          !std::all_of(tensor.readers.begin(), tensor.readers.end(), inside)) {
        exits.insert(layer);
      }
    }
  }
  EXPECT_LE(exits.size(), 1u) << Text(graph, unit);
  const std::vector<bool> after = ReachedFrom(graph, unit);
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const LayerId outside = static_cast<LayerId>(i);
    if (!after[i] || inside(outside)) continue;
    const std::vector<bool> back = ReachedFrom(graph, {outside});
    for (const LayerId layer : unit) {
      EXPECT_FALSE(back[layer])
          << graph.layers[i].name << " is between " << Text(graph, unit);
    }
  }
}

TEST(FusionProperty, EveryUnitHasOneExitAndIsConvex) {
  int units = 0;
  std::set<std::string> kinds;
  for (uint64_t seed = 1; seed <= 800; ++seed) {
    const Graph graph = GraphMaker(seed).Make(40);
    for (const std::vector<LayerId>& unit : UnitsOf(FuseLayers(graph))) {
      if (unit.size() < 2) continue;
      ++units;
      std::string kind;
      for (const LayerId layer : unit) {
        kind += graph.layers[layer].operation.op_type + " ";
      }
      kinds.insert(kind);
      ExpectUnit(graph, unit);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(units, 200);
  EXPECT_GT(kinds.size(), 20u);
}

bool Separates(const Cut& cut, const Fusion& fusion) {
  for (const std::vector<LayerId>& unit : UnitsOf(fusion)) {
    for (const LayerId layer : unit) {
      if (cut[layer] != cut[unit.front()]) return true;
    }
  }
  return false;
}

TEST(FusionProperty, TheTableIsTheBestOfTheCutsThatSeparateNoUnit) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const Graph graph = GraphMaker(seed).Make(10);
    const Fusion fusion = FuseLayers(graph);
    Machine machine;
    machine.peak_gflops = {{DType::kFloat32, 1}};
    machine.memory_gb_per_s = 1;
    machine.layer_ns = 5000;
    Machine server = machine;
    server.layer_ns = 100;
    CostTable costs;
    costs.ns = {RooflineNs(graph, fusion, machine),
                RooflineNs(graph, fusion, server)};
    costs.cross_ns.resize(graph.tensors.size(), 0);
    LinkOptions link;
    link.range = {1, 200'000};
    link.rtt_ns = 1000;
    Placement placement;
    const Problem free = MakeProblem(graph, costs, link, placement);
    placement.groups = fusion.groups;
    const Problem problem = MakeProblem(graph, costs, link, placement);
    std::vector<CandidateCut> allowed;
    for (const CandidateCut& candidate : EnumerateCuts(free)) {
      if (!Separates(candidate.cut, fusion)) allowed.push_back(candidate);
    }
    EXPECT_EQ(EnumerateCuts(problem).size(), allowed.size());
    const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
    for (const TableRow& row : table.rows) {
      for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
        EXPECT_EQ(CutText(table.cuts[row.cut].cut),
                  CutText(BestCut(allowed, kbps).cut))
            << "seed " << seed << " at " << kbps;
      }
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace dnncut
