// SPDX-License-Identifier: Apache-2.0
#include "tests/backends/halves/split_model.h"

#include <onnx/defs/parser.h>

#include "compiler/problem/make_problem.h"
#include "frontends/onnx_frontend.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;

constexpr size_t kAllCutsOfLayers = 10;

void AddIfFeasible(const Problem& problem, const Cut& cut,
                   std::vector<TableCut>* cuts) {
  if (IsFeasible(problem, cut))
    cuts->push_back({cut, CountCosts(problem, cut)});
}

CutTable TableOf(const Problem& problem) {
  CutTable table;
  table.cuts = AllCuts(problem);
  int64_t kbps = problem.range.min_kbps;
  for (size_t c = 0; c < table.cuts.size(); ++c, ++kbps) {
    const bool is_last = c + 1 == table.cuts.size();
    table.rows.push_back(
        {kbps, is_last ? problem.range.max_kbps : kbps, static_cast<int>(c)});
  }
  return table;
}

}  // namespace

ResultOptions Into(const std::string& out) {
  ResultOptions options;
  options.out = out;
  return options;
}

Result SplitModel::AsResult() const {
  Result result;
  result.model = &model;
  result.graph = &graph;
  result.problem = &problem;
  result.blocks = &blocks;
  result.table = &table;
  result.machines.device = {"tiny", "roofline"};
  result.machines.server = {"huge", "profile"};
  result.version = "0.0.0";
  return result;
}

ModelProto ParseModel(const std::string& text) {
  ModelProto model;
  const auto status = ONNX_NAMESPACE::OnnxParser::Parse(model, text.c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

SplitModel MakeSplitModel(const ModelProto& proto, const TempFolder& folder,
                          Side result) {
  const std::string path = folder / "model.onnx";
  WriteAll(path, proto.SerializeAsString());
  return LoadSplitModel(path, result);
}

SplitModel LoadSplitModel(const std::string& path, Side result) {
  SplitModel split;
  Warnings warnings;
  split.model = LoadModel(path, {}, &warnings);
  split.graph = ImportGraph(split.model, {}, &warnings);
  FindConstantDims(split.model, {}, &split.graph, &warnings);
  VerifyGraph(split.graph);
  CostTable costs;
  for (size_t l = 0; l < split.graph.layers.size(); ++l) {
    costs.ns.device.push_back(1000 + static_cast<int64_t>(l));
    costs.ns.server.push_back(10);
  }
  costs.cross_ns.resize(split.graph.tensors.size());
  LinkOptions link;
  link.result = result;
  split.problem = MakeProblem(split.graph, costs, link, {});
  split.blocks = MakeBlockGraph(split.problem);
  split.table = TableOf(split.problem);
  return split;
}

std::vector<TableCut> AllCuts(const Problem& problem) {
  std::vector<TableCut> cuts;
  const size_t layers = problem.layers.size();
  if (layers <= kAllCutsOfLayers) {
    for (uint32_t set = 0; set < uint32_t{1} << layers; ++set) {
      Cut cut(layers, Side::kServer);
      for (size_t l = 0; l < layers; ++l) {
        if (set >> l & 1) cut[l] = Side::kDevice;
      }
      AddIfFeasible(problem, cut, &cuts);
    }
    return cuts;
  }
  for (size_t first = 0; first <= layers; ++first) {
    Cut cut(layers, Side::kServer);
    std::fill(cut.begin(), cut.begin() + first, Side::kDevice);
    AddIfFeasible(problem, cut, &cuts);
  }
  return cuts;
}

std::set<std::string> RealInputNames(const GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& tensor : graph.initializer()) names.erase(tensor.name());
  return names;
}

}  // namespace dnncut
