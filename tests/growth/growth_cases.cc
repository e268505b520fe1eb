// SPDX-License-Identifier: Apache-2.0
//
// The work whose growth growth_test.py measures: each case at two sizes. It is
// run by callgrind, which counts the instructions of the function under test
// alone: everything before it is made outside of the count.
//
// What is large in each case is what made the work grow like the square of the
// input, or worse, before.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/result/problem_json.h"
#include "compiler/problem/block_graph.h"
#include "compiler/table/cut_table.h"
#include "compiler/table/solve_at.h"
#include "passes/compress.h"
#include "tests/growth/growth_case.h"
#include "tests/testing.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/result_diff.h"
#include "tools/explain/explain.h"
#include "tools/explain/explain_text.h"

namespace dnncut {
namespace {

// Adds a layer that reads these tensors and makes one of `bytes`.
TensorId AddLayer(const std::vector<TensorId>& reads,
                  const PerSide<int64_t>& ns, int64_t bytes, Problem* problem) {
  const auto layer = static_cast<LayerId>(problem->layers.size());
  problem->layers.push_back({fmt::format("layer{}", layer), "Op", ns, {}, {}});
  for (const TensorId t : reads) problem->tensors[t].readers.push_back(layer);
  problem->tensors.push_back(
      MakeTensor(fmt::format("tensor{}", layer), layer, {}, bytes));
  return static_cast<TensorId>(problem->tensors.size()) - 1;
}

TensorId AddInput(int64_t bytes, Problem* problem) {
  const size_t id = problem->tensors.size();
  problem->tensors.push_back(
      MakeTensor(fmt::format("input{}", id), kModelInput, {}, bytes));
  return static_cast<TensorId>(id);
}

constexpr PerSide<int64_t> kHeavy = {50'000'000, 400'000};
constexpr PerSide<int64_t> kLight = {100'000, 4'000};

Problem Trees(int inputs) {
  Problem problem;
  for (int i = 0; i < inputs; ++i) AddInput(1000 + i % 7, &problem);
  for (TensorId t = 0; t < inputs; ++t) {
    problem.tensors[AddLayer({t}, kLight, 900, &problem)].result = true;
  }
  return problem;
}

// Branches from one input to a join, each with a fork of its own.
Problem Branches(int branches) {
  Problem problem;
  const TensorId input = AddInput(200'000, &problem);
  std::vector<TensorId> ends;
  for (int i = 0; i < branches; ++i) {
    const TensorId a = AddLayer({input}, kHeavy, 1'000'000 + i, &problem);
    const TensorId b = AddLayer({a}, kHeavy, 2'000'000, &problem);
    ends.push_back(AddLayer({a, b}, kHeavy, 1'000'000, &problem));
  }
  problem.tensors[AddLayer(ends, kHeavy, 1000, &problem)].result = true;
  return problem;
}

Problem Readers(int readers) {
  Problem problem;
  const TensorId input = AddInput(1'000'000, &problem);
  for (int i = 0; i < readers; ++i) {
    const TensorId t = AddLayer({input}, kHeavy, 1'000'000 + i, &problem);
    problem.tensors[t].result = true;
  }
  return problem;
}

// A chain whose every tensor is a result. Each cut is the best one somewhere.
Problem ChainOfResults(int layers) {
  Problem problem;
  TensorId last = AddInput(1'000'000, &problem);
  for (int i = 0; i < layers; ++i) {
    last = AddLayer({last}, {1'000'000 + 1'000 * i, 1'000}, 100'000, &problem);
    problem.tensors[last].result = true;
  }
  return problem;
}

// Layers of `width` nodes, each of which reads all of the layer before.
Problem AllConnected(int width) {
  Problem problem;
  std::vector<TensorId> last;
  for (int i = 0; i < width; ++i) last.push_back(AddInput(100'000, &problem));
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<TensorId> next;
    for (int i = 0; i < width; ++i) {
      next.push_back(AddLayer(last, kHeavy, 100'000 + i, &problem));
    }
    last = next;
  }
  for (const TensorId t : last) problem.tensors[t].result = true;
  return problem;
}

Problem ReadAllEarlier(int layers) {
  Problem problem;
  std::vector<TensorId> all = {AddInput(1000, &problem)};
  for (int i = 0; i < layers; ++i) {
    all.push_back(AddLayer(all, {10'000 + 100 * i, 4'000}, 256, &problem));
  }
  problem.tensors.back().result = true;
  return problem;
}

// Inputs that all go to the server.
Problem SentInputs(int inputs) {
  Problem problem;
  std::vector<TensorId> all;
  for (int i = 0; i < inputs; ++i) all.push_back(AddInput(10, &problem));
  const TensorId joined =
      AddLayer(all, {int64_t{inputs} * 1'000'000, 1}, 10, &problem);
  problem.tensors[joined].result = true;
  return problem;
}

// A result as it is read back from a folder. `dim` is one of each tensor.
StoredResult StoredOf(const Problem& problem, int64_t dim) {
  const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
  StoredResult result;
  result.path = "out";
  result.table.model_sha256 = std::string(64, 'a');
  result.table.range = problem.range;
  result.table.downlink = problem.downlink;
  result.table.layers = static_cast<int>(problem.layers.size());
  result.table.rows = table.rows;
  result.problem_file = {problem, table.cuts, {}};
  for (const ProblemTensor& tensor : problem.tensors) {
    TableFile::ModelTensor listed;
    listed.name = tensor.name;
    listed.dtype = "float32";
    listed.shape = {dim};
    if (tensor.producer == kModelInput) result.table.inputs.push_back(listed);
    if (tensor.result) result.table.outputs.push_back(listed);
  }
  for (const TableCut& cut : table.cuts) {
    TableFile::Cut listed;
    listed.costs = cut.costs;
    listed.costs.uploaded.clear();
    listed.interface = fmt::format("{:08x}", result.table.cuts.size() + dim);
    for (const TensorId id : cut.costs.uploaded) {
      listed.tensors.push_back({problem.tensors[id].name, "float32", {dim}, 4});
    }
    result.table.cuts.push_back(listed);
  }
  return result;
}

// Of the problem alone, without the sides in cuts: those grow with the layers
// times the cuts.
size_t BytesOf(const Problem& problem) {
  return ProblemJson(problem, CutTable()).size();
}

using MakeProblem = Problem (*)(int);

void MeasureCompress(const std::string& name, MakeProblem make, int size) {
  const Problem problem = make(size);
  Measure(name, BytesOf(problem), [&] { Compress(MakeBlockGraph(problem)); });
}

void MeasureTable(const std::string& name, MakeProblem make, int size) {
  const Problem problem = make(size);
  Measure(name, BytesOf(problem),
          [&] { BuildCutTable(problem, MakeBlockGraph(problem)); });
}

void MeasureCheck(const std::string& name, MakeProblem make, int size) {
  const Problem problem = make(size);
  const BlockGraph blocks = Compress(MakeBlockGraph(problem));
  const CutTable table = BuildCutTable(problem, blocks);
  Measure(name, BytesOf(problem), [&] {
    const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
    FindOtherCost(blocks, problem, exact);
  });
}

void MeasureExplain(const std::string& name, MakeProblem make, int size) {
  const StoredResult result = StoredOf(make(size), 1);
  Measure(name, BytesOf(result.problem()),
          [&] { OverviewText(result, ExplainTable(result)); });
}

void MeasureDiff(const std::string& name, MakeProblem make, int size) {
  StoredResult before = StoredOf(make(size), 1);
  StoredResult after = StoredOf(make(size), 2);
  Measure(name, BytesOf(before.problem()), [&] {
    DiffText(DiffResults(std::move(before), std::move(after)), {});
  });
}

struct Case {
  const char* name;
  void (*measure)(const std::string& name, MakeProblem make, int size);
  MakeProblem make;
  int size;
};

const Case kCases[] = {
    {"compress, n inputs with n outputs", MeasureCompress, Trees, 600},
    {"compress, n heavy branches", MeasureCompress, Branches, 100},
    {"compress, n heavy readers of a tensor", MeasureCompress, Readers, 600},
    {"compress, layers that read all earlier ones", MeasureCompress,
     ReadAllEarlier, 70},
    {"table, chain of n results", MeasureTable, ChainOfResults, 250},
    {"table, layers that read all earlier ones", MeasureTable, ReadAllEarlier,
     80},
    {"table, all connected layers of width n", MeasureTable, AllConnected, 50},
    {"check, chain of n results", MeasureCheck, ChainOfResults, 250},
    {"explain, all connected layers of width n", MeasureExplain, AllConnected,
     101},
    {"diff, n sent inputs", MeasureDiff, SentInputs, 500},
    {"diff, n inputs with n outputs", MeasureDiff, Trees, 300},
};

std::vector<GrowthCase> AllCases() {
  std::vector<GrowthCase> cases = FileCases();
  for (const Case& one : kCases) {
    cases.push_back({one.name,
                     [&](const std::string& name, int size) {
                       one.measure(name, one.make, size);
                     },
                     one.size});
  }
  return cases;
}

}  // namespace

void Measure(const std::string& name, size_t bytes,
             const std::function<void()>& work) {
  const std::string label = fmt::format("{} {}", bytes, name);
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  work();
  CALLGRIND_DUMP_STATS_AT(label.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace dnncut

// GROWTH_CASES [NAME...]: those whose names have one of these in them.
int main(int argc, char** argv) {
  const auto is_wanted = [&](std::string_view name) {
    return argc == 1 ||
           std::any_of(argv + 1, argv + argc, [&](const char* part) {
             return name.find(part) != std::string_view::npos;
           });
  };
  setenv("DNNCUT_ONNXRUNTIME", "none", 1);
  for (const dnncut::GrowthCase& one : dnncut::AllCases()) {
    if (!is_wanted(one.name)) continue;
    one.measure(one.name, one.size);
    one.measure(one.name, 2 * one.size);
  }
}
