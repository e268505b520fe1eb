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

// A detector in the making.
class DetectorSketch {
 public:
  DetectorSketch(int ratio, int scatter)
      : random_(1), ratio_(ratio), scatter_(scatter) {}

  TensorId AddInput(int64_t bytes) { return AddTensor(kModelInput, bytes); }

  TensorId AddLayer(const std::set<TensorId>& inputs, int64_t device_ns,
                    int64_t bytes) {
    auto id = static_cast<LayerId>(problem.layers.size());
    device_ns += device_ns * random_.Below(scatter_ + 1) / 100;
    problem.layers.push_back({.name = fmt::format("l{}", id),
                              .op = "Op",
                              .ns = {device_ns, 3'000 + device_ns / ratio_},
                              .pinned = {},
                              .group = {}});
    for (TensorId input : inputs) {
      problem.tensors[input].readers.push_back(id);
    }
    return AddTensor(id, bytes);
  }

  // Selects the boxes of one class.
  TensorId AddClass(TensorId scores, TensorId boxes) {
    TensorId score = AddLayer({scores}, 20'000, 12'000);
    TensorId above = AddLayer({score}, 15'000, 3'000);
    TensorId where = AddLayer({above}, 20'000, 24'000);
    TensorId kept = AddLayer({score, where}, 15'000, 12'000);
    TensorId box = AddLayer({boxes, where}, 20'000, 48'000);
    TensorId top = AddLayer({kept}, 30'000, 3'600);
    TensorId selected = AddLayer({box, top}, 15'000, 4'800);
    TensorId label = AddLayer({top}, 10'000, 2'400);
    return AddLayer({selected, top, label}, 10'000, 8'400);
  }

  Problem problem;

 private:
  TensorId AddTensor(LayerId producer, int64_t bytes) {
    auto id = static_cast<TensorId>(problem.tensors.size());
    problem.tensors.push_back({.name = fmt::format("t{}", id),
                               .producer = producer,
                               .readers = {},
                               .bytes = bytes});
    return id;
  }

  Random random_;
  int ratio_;
  int scatter_;
};

}  // namespace

Problem DetectorProblem(int classes, int ratio, int scatter) {
  DetectorSketch sketch(ratio, scatter);
  TensorId t = sketch.AddInput(int64_t{320} * 320 * 3 * 4);
  std::set<TensorId> scores;
  std::set<TensorId> boxes;
  int64_t side = 160;
  int64_t channels = 16;
  for (int i = 1; i <= 60; ++i) {
    t = sketch.AddLayer({t}, 300'000, side * side * channels * 4);
    if (i % 12 != 0) continue;
    side = (side + 1) / 2;
    channels *= 2;
    TensorId score = sketch.AddLayer({t}, 200'000, 218'400);
    scores.insert(sketch.AddLayer({score}, 20'000, 218'400));
    TensorId box = sketch.AddLayer({t}, 150'000, 9'600);
    boxes.insert(sketch.AddLayer({box}, 20'000, 9'600));
  }
  TensorId all_scores = sketch.AddLayer(scores, 50'000, 1'092'000);
  all_scores = sketch.AddLayer({all_scores}, 300'000, 1'092'000);
  TensorId all_boxes = sketch.AddLayer(boxes, 30'000, 48'000);
  for (int i = 0; i < 6; ++i) {
    all_boxes = sketch.AddLayer({all_boxes}, 20'000, 48'000);
  }
  std::set<TensorId> selected;
  for (int i = 0; i < classes; ++i) {
    selected.insert(sketch.AddClass(all_scores, all_boxes));
  }
  t = sketch.AddLayer(selected, 100'000, int64_t{8'400} * classes);
  t = sketch.AddLayer({t}, 500'000, 8'400);
  sketch.problem.tensors[t].result = true;
  sketch.problem.rtt_ns = 5'000'000;
  VerifyProblem(sketch.problem);
  return sketch.problem;
}

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
