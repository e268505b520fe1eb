// SPDX-License-Identifier: Apache-2.0
//
// How long fronts over all cuts take: the table of a stream's throughput, the
// universal front of latency and energy, and the throughput of the cuts with at
// most half of the device-only memory on the device.
//
//   front_bench OUT...
//
// prints a row of a Markdown table for each result folder of `dnncut compile`,
// then for problems like SSDlite and for large ones made at random. fronts.sh
// makes the folders.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>

#include "backends/result/problem_file.h"
#include "backends/result/table_file.h"
#include "compiler/objectives/throughput_front.h"
#include "compiler/objectives/universal_front.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/memory_use.h"
#include "tests/bench/bench_problems.h"

namespace dnncut {
namespace {

// The least of a few runs, in ms.
double TimeOf(const std::function<void()>& run) {
  using Clock = std::chrono::steady_clock;
  double least = 0;
  for (int i = 0; i < 3; ++i) {
    const auto start = Clock::now();
    run();
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    least = i == 0 ? took.count() : std::min(least, took.count());
    if (least > 1000) break;
  }
  return least;
}

double WorstGap(const ThroughputTable& table) {
  double worst = 0;
  for (const FrameGap& gap : table.gaps) {
    worst = std::max(worst, gap.ratio.Excess());
  }
  return worst;
}

// Milliwatts of a small computer with Wi-Fi, for example.
PowerPrices SomePower() {
  PowerPrices power;
  power.compute = {6'000, 2'700};
  power.waiting = 2'700;
  power.crossing = 6'000;
  power.sending = 3'700;
  power.receiving = 3'200;
  return power;
}

// Tensors as they are sent, weights not counted, half of what the device alone
// needs.
MemoryBound HalfTheMemory(const Problem& problem) {
  MemoryBound memory;
  for (const ProblemTensor& tensor : problem.tensors) {
    const int64_t bytes = tensor.bytes.value_or(0);
    memory.tensor_bytes.push_back({bytes, bytes});
  }
  const Cut alone(problem.layers.size(), Side::kDevice);
  memory.limit.device =
      CountMemoryUse(problem, memory, alone).device.Total() / 2;
  return memory;
}

void PrintFronts(const std::string& name, const Problem& problem) {
  ThroughputTable stream;
  const double stream_ms =
      TimeOf([&] { stream = MakeThroughputTable(problem, {}); });
  UniversalFront front;
  const double front_ms = TimeOf([&] {
    front = MakeUniversalFront(problem, ObjectivePrices(problem),
                               PricesOfPower(problem, SomePower()), {});
  });
  const MemoryBound memory = HalfTheMemory(problem);
  ThroughputTable small;
  const double small_ms =
      TimeOf([&] { small = MakeThroughputTable(problem, {}, &memory); });
  fmt::print(
      "| {} | {} | {} | {:.2f} % | {:.1f} | {}{} | {:.1f} | {}{} | {:.1f} |\n",
      name, problem.layers.size(), stream.rows.size(), 100 * WorstGap(stream),
      stream_ms, front.points.size(), front.open.empty() ? "" : " at least",
      front_ms, small.rows.size(), small.is_exact ? "" : " (not exact)",
      small_ms);
  std::fflush(stdout);
}

void PrintAll(int count, char** folders) {
  fmt::print(
      "| problem | layers | rows of the stream | gap | ms | points of latency "
      "and "
      "energy | ms | rows with half the memory | ms |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  for (int i = 0; i < count; ++i) {
    const std::string folder = folders[i];
    PrintFronts(std::filesystem::path(folder).filename().string(),
                ReadProblemFile(folder, ReadTableFile(folder)).problem);
  }
  for (const int ratio : {20, 4, 2}) {
    for (const int scatter : {0, 20}) {
      PrintFronts(
          fmt::format("detector, server {} times as fast, times scatter "
                      "by {} %",
                      ratio, scatter),
          DetectorProblem(90, ratio, scatter));
    }
  }
  for (const int layers : {700, 10'000}) {
    PrintFronts("branching cells, random times and sizes",
                RealisticProblem(layers, 1));
  }
}

}  // namespace
}  // namespace dnncut

int main(int argc, char** argv) {
  try {
    dnncut::PrintAll(argc - 1, argv + 1);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "front_bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
