// SPDX-License-Identifier: Apache-2.0
//
// How long decisions take: the exact table of a whole range, one decision from
// the splitting model and from the uncompressed graph, and a look into the
// table. ratios.py turns the numbers into ratios.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "compiler/problem/block_graph.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "compiler/table/cut_table.h"
#include "passes/compress.h"
#include "tests/bench/bench_problems.h"
#include "tests/testing.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

// 64 kbit/s to 10 Gbit/s, evenly on a logarithmic scale.
constexpr std::array<int64_t, 12> kBandwidths = {
    64,     200,     600,     1'800,     5'400,     16'000,
    50'000, 150'000, 450'000, 1'300'000, 4'000'000, 10'000'000};

// Made once however often the benchmark is started.
const Problem& CachedProblem(const std::string& name,
                             const std::function<Problem()>& make) {
  static std::map<std::string, Problem> problems;
  auto [entry, inserted] = problems.try_emplace(name);
  if (inserted) entry->second = make();
  return entry->second;
}

const Problem& CachedExample(const std::string& name) {
  return CachedProblem(name, [&] { return ExampleProblem(name); });
}

void Count(const BlockGraph& whole, const BlockGraph& compressed,
           benchmark::State* state) {
  state->counters["layers"] = CountBlocks(whole);
  state->counters["blocks"] = CountBlocks(compressed);
}

// What `compile` does between costs and files.
void ExactTable(benchmark::State& state, const Problem& problem,
                bool compress) {
  BlockGraph whole = MakeBlockGraph(problem);
  Count(whole, compress ? Compress(whole) : whole, &state);
  size_t rows = 0;
  for (auto _ : state) {
    BlockGraph blocks = MakeBlockGraph(problem);
    if (compress) blocks = Compress(std::move(blocks));
    CutTable table = BuildCutTable(problem, blocks);
    rows = table.rows.size();
    benchmark::DoNotOptimize(table);
  }
  state.counters["rows"] = static_cast<double>(rows);
}

// A decision from a graph in memory, at every bandwidth. Both graphs must
// decide alike, or the comparison means nothing.
void CheckSameDecisions(const BlockGraph& whole, const BlockGraph& compressed,
                        int64_t rtt_ns, int layers) {
  MinCutSolver first(MakeCutProblem(whole, rtt_ns));
  MinCutSolver second(MakeCutProblem(compressed, rtt_ns));
  for (int64_t kbps : kBandwidths) {
    if (ExpandCut(whole, first.Solve(kbps).on_device, layers) !=
        ExpandCut(compressed, second.Solve(kbps).on_device, layers)) {
      throw std::logic_error("the splitting model decides otherwise");
    }
  }
}

enum class Start {
  kCold,  // the network is made for the decision
  kWarm,  // it is kept from the one before
};

void Decision(benchmark::State& state, const std::string& example,
              bool compress, Start start) {
  const Problem& problem = CachedExample(example);
  BlockGraph whole = MakeBlockGraph(problem);
  BlockGraph compressed = Compress(whole);
  CheckSameDecisions(whole, compressed, problem.rtt_ns,
                     static_cast<int>(problem.layers.size()));
  Count(whole, compressed, &state);
  const BlockGraph& blocks = compress ? compressed : whole;
  MinCutSolver kept(MakeCutProblem(blocks, problem.rtt_ns));
  for (auto _ : state) {
    for (int64_t kbps : kBandwidths) {
      if (start == Start::kWarm) {
        benchmark::DoNotOptimize(kept.Solve(kbps));
      } else {
        MinCutSolver fresh(MakeCutProblem(blocks, problem.rtt_ns));
        benchmark::DoNotOptimize(fresh.Solve(kbps));
      }
    }
  }
  state.counters["decisions"] = kBandwidths.size();
}

void Lookup(benchmark::State& state, const std::string& example) {
  const Problem& problem = CachedExample(example);
  CutTable table = BuildCutTable(problem, Compress(MakeBlockGraph(problem)));
  for (auto _ : state) {
    for (int64_t kbps : kBandwidths) {
      benchmark::DoNotOptimize(FindRow(table, kbps).cut);
    }
  }
  state.counters["decisions"] = kBandwidths.size();
}

void RegisterTables(const std::string& name,
                    const std::function<Problem()>& make) {
  for (bool compress : {true, false}) {
    benchmark::RegisterBenchmark(
        ("table/" + name + (compress ? "/compressed" : "/whole")).c_str(),
        [=](benchmark::State& state) {
          ExactTable(state, CachedProblem(name, make), compress);
        })
        ->Unit(benchmark::kMillisecond);
  }
}

void RegisterDecisions(const std::string& example) {
  struct Variant {
    std::string name;
    bool compress;
    Start start;
  };
  for (const Variant& variant :
       std::initializer_list<Variant>{{"cold/compressed", true, Start::kCold},
                                      {"cold/whole", false, Start::kCold},
                                      {"warm/compressed", true, Start::kWarm},
                                      {"warm/whole", false, Start::kWarm}}) {
    benchmark::RegisterBenchmark(
        ("decision/" + example + "/" + variant.name).c_str(),
        [=](benchmark::State& state) {
          Decision(state, example, variant.compress, variant.start);
        })
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::RegisterBenchmark(
      ("decision/" + example + "/lookup").c_str(),
      [=](benchmark::State& state) { Lookup(state, example); })
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace
}  // namespace dnncut

int main(int argc, char** argv) {
  using namespace dnncut;
  RegisterTables("densenet121", [] { return ExampleProblem("densenet121"); });
  RegisterTables("densenet_like_700", [] { return DenseNetLikeProblem(700); });
  RegisterTables("realistic_700", [] { return RealisticProblem(700, 1); });
  RegisterTables("realistic_100000",
                 [] { return RealisticProblem(100'000, 1); });
  for (const ExampleInfo& example : Examples()) {
    RegisterDecisions(example.name);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
