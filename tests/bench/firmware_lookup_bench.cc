// SPDX-License-Identifier: Apache-2.0
//
// What a device spends on a decision: asking the table in C, from constants and
// from a blob, beside a minimum cut of the uncompressed graph by LEMON. All
// must name the same cut. ratios.py turns the numbers into ratios.
#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "compiler/table/slowdown_cuts.h"
#include "dnncut_lookup.h"
#include "tests/bench/bench_problems.h"
#include "tests/firmware/compiled_table.h"
#include "tests/testing.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

// A model's problem and all that decides about it, made once.
struct Decider {
  explicit Decider(const std::string& example)
      : problem(ExampleProblem(example)),
        whole(MakeBlockGraph(problem)),
        table(problem, SlowdownRange(), 0),
        blob(OpenBlob(table.blob())) {}

  Problem problem;
  BlockGraph whole;
  CompiledTable table;
  dnncut_blob blob;
};

// 64 kbit/s to 10 Gbit/s, evenly on a logarithmic scale, in no order that a
// branch predictor could learn.
std::vector<uint32_t> Bandwidths() {
  std::vector<uint32_t> bandwidths;
  Random random(1);
  for (int i = 0; i < 256; ++i) {
    bandwidths.push_back(static_cast<uint32_t>(
        64 * std::pow(10'000'000 / 64.0, random.Below(1000) / 999.0)));
  }
  return bandwidths;
}

void CheckSameCuts(const Decider& decider) {
  MinCutSolver solver(MakeCutProblem(decider.whole, decider.problem.rtt_ns));
  const dnncut_table& table = decider.table.constants();
  const int layers = static_cast<int>(decider.problem.layers.size());
  for (const uint32_t kbps : Bandwidths()) {
    const uint16_t cut =
        dnncut_cut_for_kbps(table.rows, table.row_count, table.fallback, kbps);
    if (dnncut_blob_cut_for_kbps(&decider.blob, kbps) != cut ||
        decider.table.table().cuts[cut].cut !=
            ExpandCut(decider.whole, solver.Solve(kbps).on_device, layers)) {
      throw std::logic_error("the table and the minimum cut differ");
    }
  }
}

const Decider& CachedDecider(const std::string& example) {
  static std::map<std::string, Decider> deciders;
  const auto [entry, inserted] = deciders.try_emplace(example, example);
  if (inserted) CheckSameCuts(entry->second);
  return entry->second;
}

// `decide` at each of the bandwidths.
template <typename Decide>
void Measure(benchmark::State& state, const Decider& decider, Decide decide) {
  const std::vector<uint32_t> bandwidths = Bandwidths();
  for (auto _ : state) {
    for (const uint32_t kbps : bandwidths) {
      benchmark::DoNotOptimize(decide(kbps));
    }
  }
  const dnncut_table& table = decider.table.constants();
  state.counters["decisions"] = static_cast<double>(bandwidths.size());
  state.counters["rows"] = table.row_count;
  state.counters["bytes"] = static_cast<double>(decider.table.blob().size());
}

void Constants(benchmark::State& state, const std::string& example) {
  const Decider& decider = CachedDecider(example);
  const dnncut_table& table = decider.table.constants();
  Measure(state, decider, [&](uint32_t kbps) {
    return dnncut_cut_for_kbps(table.rows, table.row_count, table.fallback,
                               kbps);
  });
}

void Blob(benchmark::State& state, const std::string& example) {
  const Decider& decider = CachedDecider(example);
  Measure(state, decider, [&](uint32_t kbps) {
    return dnncut_blob_cut_for_kbps(&decider.blob, kbps);
  });
}

void Best(benchmark::State& state, const std::string& example) {
  const Decider& decider = CachedDecider(example);
  Measure(state, decider, [&](uint32_t kbps) {
    return dnncut_best(&decider.table.constants(), kbps, 5000, 1000);
  });
}

// The network is made for the decision, as a device without a table would.
void Cold(benchmark::State& state, const std::string& example) {
  const Decider& decider = CachedDecider(example);
  Measure(state, decider, [&](uint32_t kbps) {
    MinCutSolver solver(MakeCutProblem(decider.whole, decider.problem.rtt_ns));
    return solver.Solve(kbps).on_device.size();
  });
}

// The network is kept.
void Warm(benchmark::State& state, const std::string& example) {
  const Decider& decider = CachedDecider(example);
  MinCutSolver solver(MakeCutProblem(decider.whole, decider.problem.rtt_ns));
  Measure(state, decider,
          [&](uint32_t kbps) { return solver.Solve(kbps).on_device.size(); });
}

void Register(const std::string& example) {
  const std::map<std::string, void (*)(benchmark::State&, const std::string&)>
      variants = {{"constants", Constants},
                  {"blob", Blob},
                  {"best", Best},
                  {"lemon_cold", Cold},
                  {"lemon_warm", Warm}};
  for (const auto& [variant, run] : variants) {
    benchmark::RegisterBenchmark(
        ("firmware/" + example + "/" + variant).c_str(),
        [run = run, example](benchmark::State& state) { run(state, example); });
  }
}

}  // namespace
}  // namespace dnncut

int main(int argc, char** argv) {
  for (const dnncut::ExampleInfo& example : dnncut::Examples()) {
    dnncut::Register(example.name);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
