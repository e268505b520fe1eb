// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_problems.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "tests/testing.h"
#include "tools/compile/pipeline.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

// Evenly spread between powers of two: 2^low .. 2^high.
int64_t SpreadNumber(Random* random, int low, int high) {
  int64_t power = int64_t{1} << (low + random->Below(high - low));
  return power + random->Below(static_cast<int>(power));
}

// Layers with the tensors that they read, readers filled in as they come.
struct Sketch {
  Problem problem;
  Random random;

  explicit Sketch(uint64_t seed) : random(seed) {
    AddTensor(kModelInput, 602'112);
  }

  TensorId AddTensor(LayerId producer, int64_t bytes) {
    auto id = static_cast<TensorId>(problem.tensors.size());
    problem.tensors.push_back({.name = fmt::format("t{}", id),
                               .producer = producer,
                               .readers = {},
                               .bytes = bytes});
    return id;
  }

  TensorId AddLayer(const std::set<TensorId>& inputs) {
    auto id = static_cast<LayerId>(problem.layers.size());
    int64_t device_ns = SpreadNumber(&random, 14, 23);  // 16 us .. 8 ms
    problem.layers.push_back({.name = fmt::format("l{}", id),
                              .op = "Conv",
                              .ns = {device_ns, 5'000 + device_ns / 100},
                              .pinned = {},
                              .group = {}});
    for (TensorId input : inputs) {
      problem.tensors[input].readers.push_back(id);
    }
    return AddTensor(id, SpreadNumber(&random, 14, 21));  // 16 kB .. 2 MB
  }
};

}  // namespace

Problem ExampleProblem(const std::string& name) {
  std::string path = std::filesystem::temp_directory_path() /
                     fmt::format("dnncut_bench_{}.onnx", ::getpid());
  ExampleOptions options;
  options.light = true;
  options.overwrite = true;
  WriteExample(name, options, path);
  CompileOptions compile;
  compile.model_path = path;
  Progress progress(false, true);
  Warnings warnings;
  Problem problem = Compile(compile, &progress, &warnings).problem;
  std::filesystem::remove(path);
  return problem;
}

Problem RealisticProblem(int layers, uint64_t seed) {
  Sketch sketch(seed);
  std::vector<TensorId> cells = {0};  // what each cell gave
  auto left = [&] {
    return layers - static_cast<int>(sketch.problem.layers.size());
  };
  while (left() > 0) {
    int back = std::min<int>(static_cast<int>(cells.size()),
                             sketch.random.Chance(1, 4) ? 8 : 1);
    TensorId skipped = cells[cells.size() - 1 -
                             static_cast<size_t>(sketch.random.Below(back))];
    std::set<TensorId> ends = {skipped};
    int branches = 1 + sketch.random.Below(4);
    for (int b = 0; b < branches && left() > 1; ++b) {
      TensorId end = cells.back();
      int length = 1 + sketch.random.Below(4);
      for (int i = 0; i < length && left() > 1; ++i) {
        end = sketch.AddLayer({end});
      }
      ends.insert(end);
    }
    cells.push_back(sketch.AddLayer(ends));
  }
  sketch.problem.tensors.back().result = true;
  sketch.problem.tensors.back().bytes = 4'000;
  sketch.problem.rtt_ns = 5'000'000;
  VerifyProblem(sketch.problem);
  return sketch.problem;
}

}  // namespace dnncut
