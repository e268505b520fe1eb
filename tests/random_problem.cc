// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/testing.h"

namespace dnncut {
namespace {

// A number that is often small, so that cuts tie.
int64_t RandomCost(Random* random) {
  if (random->Chance(1, 4)) return 0;
  if (random->Chance(1, 8)) return 1 + random->Below(2'000'000);
  return 1 + random->Below(6);
}

// Times in steps of 100 microseconds against bytes in units: at 1..60 kbit/s
// one byte takes 133 microseconds to 8 milliseconds.
int64_t RandomNs(Random* random) {
  const int64_t cost = RandomCost(random);
  return cost < 100 ? cost * 400'000 : cost;
}

int64_t RandomBytes(Random* random) {
  return random->Chance(1, 4) ? 0 : 1 + random->Below(6);
}

void AddReader(LayerId reader, ProblemTensor* tensor) {
  if (tensor->readers.empty() || tensor->readers.back() != reader) {
    tensor->readers.push_back(reader);
  }
}

void AddRandomLayers(Random* random, int count, Problem* problem) {
  const int input_count = 1 + random->Below(3);
  for (int t = 0; t < input_count; ++t) {
    ProblemTensor tensor;
    tensor.name = fmt::format("in{}", t);
    problem->tensors.push_back(tensor);
  }
  for (LayerId l = 0; l < count; ++l) {
    ProblemLayer layer;
    layer.name = fmt::format("l{}", l);
    layer.op = "Op";
    layer.ns.device = RandomNs(random);
    layer.ns.server = random->Chance(1, 2) ? RandomNs(random) / 4 : 0;
    if (random->Chance(1, 6)) layer.ns.server = layer.ns.device;
    problem->layers.push_back(layer);
    const int reads = random->Chance(1, 12) ? 0 : 1 + random->Below(3);
    for (int i = 0; i < reads; ++i) {
      const int known = static_cast<int>(problem->tensors.size());
      const int near = std::min(known, 4);
      const TensorId t = random->Chance(2, 3) ? known - 1 - random->Below(near)
                                              : random->Below(known);
      AddReader(l, &problem->tensors[t]);
    }
    const int makes = random->Chance(1, 5) ? 2 : 1;
    for (int i = 0; i < makes; ++i) {
      ProblemTensor tensor;
      tensor.name = fmt::format("t{}", problem->tensors.size());
      tensor.producer = l;
      problem->tensors.push_back(tensor);
    }
  }
}

void AddRandomTensorCosts(Random* random, bool with_null, Problem* problem) {
  for (ProblemTensor& tensor : problem->tensors) {
    tensor.bytes = RandomBytes(random);
    if (with_null && random->Chance(1, 10)) tensor.bytes.reset();
    if (random->Chance(1, 6)) tensor.cross_ns = RandomNs(random);
    tensor.result = tensor.producer != kModelInput &&
                    random->Chance(tensor.readers.empty() ? 7 : 1, 8);
  }
}

void AddRandomPlacement(Random* random, Problem* problem) {
  const int kind = random->Below(6);
  for (ProblemLayer& layer : problem->layers) {
    if (kind == 0 && random->Chance(1, 8)) layer.pinned = Side::kDevice;
    if (kind == 1 && random->Chance(1, 8)) layer.pinned = Side::kServer;
    if (kind == 2 && random->Chance(1, 8)) {
      layer.pinned = random->Chance(1, 2) ? Side::kDevice : Side::kServer;
    }
    if (kind >= 2 && kind <= 3 && random->Chance(1, 3)) {
      layer.group = 10 * random->Below(3);
    }
  }
}

// Inputs that lie on the server or are states, and places for results.
void AddRandomPlaces(Random* random, Problem* problem) {
  std::vector<TensorId> results;
  for (TensorId t = 0; t < std::ssize(problem->tensors); ++t) {
    ProblemTensor& tensor = problem->tensors[t];
    if (!tensor.result) continue;
    results.push_back(t);
    constexpr std::array<Wanted, 4> kPlaces = {
        Wanted::kAsAll, Wanted::kDevice, Wanted::kServer, Wanted::kNowhere};
    if (random->Chance(1, 2)) tensor.wanted = kPlaces[random->Below(4)];
  }
  const bool with_server = random->Chance(1, 3);
  for (ProblemTensor& tensor : problem->tensors) {
    if (tensor.producer != kModelInput) continue;
    if (with_server && random->Chance(1, 2)) {
      tensor.home = Side::kServer;
    } else if (tensor.bytes && !results.empty() && random->Chance(2, 3)) {
      const TensorId maker =
          results[random->Below(static_cast<int>(results.size()))];
      tensor.state_of = maker;
      if (random->Chance(3, 4))
        problem->tensors[maker].wanted = Wanted::kNowhere;
    }
  }
}

// Appends a layer that reads `inputs` and makes one tensor, which it returns.
TensorId AddLayer(const std::string& op, const std::vector<TensorId>& inputs,
                  int64_t device_ns, int64_t bytes, Problem* problem) {
  const LayerId id = static_cast<int>(problem->layers.size());
  ProblemLayer layer;
  layer.name = fmt::format("{}{}", op, id);
  layer.op = op;
  layer.ns.device = device_ns;
  layer.ns.server = device_ns / 50 + 5'000;
  problem->layers.push_back(layer);
  for (TensorId t : inputs) AddReader(id, &problem->tensors[t]);
  ProblemTensor tensor;
  tensor.name = fmt::format("t{}", problem->tensors.size());
  tensor.producer = id;
  tensor.bytes = bytes;
  problem->tensors.push_back(tensor);
  return static_cast<int>(problem->tensors.size()) - 1;
}

TensorId AddInput(int64_t bytes, Problem* problem) {
  ProblemTensor tensor;
  tensor.name = "input";
  tensor.bytes = bytes;
  problem->tensors.push_back(tensor);
  return static_cast<int>(problem->tensors.size()) - 1;
}

}  // namespace

uint64_t Random::Next() {
  // SplitMix64 (Steele, Lea, Flood 2014).
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

int Random::Below(int bound) {
  return static_cast<int>(Next() % static_cast<uint64_t>(bound));
}

bool Random::Chance(int part, int whole) { return Below(whole) < part; }

ProblemLayer MakeLayer(const std::string& name, int64_t device_ns,
                       int64_t server_ns) {
  ProblemLayer layer;
  layer.name = name;
  layer.op = "Op";
  layer.ns.device = device_ns;
  layer.ns.server = server_ns;
  return layer;
}

ProblemTensor MakeTensor(const std::string& name, LayerId producer,
                         const std::vector<LayerId>& readers, int64_t bytes) {
  ProblemTensor tensor;
  tensor.name = name;
  tensor.producer = producer;
  tensor.readers = readers;
  tensor.bytes = bytes;
  return tensor;
}

Problem RandomProblem(uint64_t seed, int max_layers) {
  Random random(seed);
  Problem problem;
  problem.range = {1, 60};
  const int count = random.Chance(1, 50) ? 0 : 1 + random.Below(max_layers);
  AddRandomLayers(&random, count, &problem);
  AddRandomTensorCosts(&random, random.Chance(1, 2), &problem);
  AddRandomPlacement(&random, &problem);
  if (random.Chance(1, 2)) problem.rtt_ns = RandomNs(&random);
  if (random.Chance(1, 3)) problem.result = Side::kServer;
  const int downlink = random.Below(4);
  if (downlink == 1) problem.downlink.kind = Downlink::Kind::kFree;
  if (downlink == 2) {
    problem.downlink.kind = Downlink::Kind::kFixed;
    problem.downlink.kbps = 1 + random.Below(100);
  }
  if (seed % 3 == 2) AddRandomPlaces(&random, &problem);
  VerifyProblem(problem);
  return problem;
}

Objective RandomObjective(Random* random) {
  constexpr std::array<int64_t, 5> kWeights = {0, 1, 2, 7, 1000};
  const auto weight = [&] {
    return kWeights[random->Below(static_cast<int>(kWeights.size()))];
  };
  Objective objective;
  objective.device = weight();
  objective.link = weight();
  objective.server = weight();
  return objective;
}

std::string WeightsText(const Objective& objective) {
  return fmt::format("weights {} {} {}", objective.device, objective.link,
                     objective.server);
}

Problem RandomFeasibleProblem(uint64_t seed, int max_layers) {
  for (;; seed += uint64_t{1} << 32) {
    Problem problem = RandomProblem(seed, max_layers);
    if (!EnumerateCuts(problem).empty()) return problem;
  }
}

Problem DenseNetLikeProblem(int layers) {
  Problem problem;
  problem.rtt_ns = 5'000'000;
  int64_t side = 112;
  int64_t channels = 64;
  TensorId all = AddInput(602'112, &problem);
  const auto bytes = [&](int64_t c) { return 2 * side * side * c; };
  all = AddLayer("Conv", {all}, 20'000'000, bytes(channels), &problem);
  while (static_cast<int>(problem.layers.size()) + 3 < layers) {
    // Norm, 1x1, norm, 3x3, concatenation; a transition after each quarter.
    const int64_t work = side * side * channels;
    TensorId t = AddLayer("Norm", {all}, work, bytes(channels), &problem);
    t = AddLayer("Conv", {t}, 10 * work, bytes(128), &problem);
    t = AddLayer("Norm", {t}, work / 4, bytes(128), &problem);
    t = AddLayer("Conv", {t}, 12 * work, bytes(32), &problem);
    channels += 32;
    all = AddLayer("Concat", {all, t}, work / 2, bytes(channels), &problem);
    if (static_cast<int>(problem.layers.size()) % (layers / 4) < 5) {
      side = std::max<int64_t>(side / 2, 7);
      channels /= 2;
      all = AddLayer("Pool", {all}, work, bytes(channels), &problem);
    }
  }
  all = AddLayer("Pool", {all}, 50'000, 2 * channels, &problem);
  all = AddLayer("Gemm", {all}, 400'000, 2'000, &problem);
  problem.tensors[all].result = true;
  VerifyProblem(problem);
  return problem;
}

Problem InceptionLikeProblem(int layers) {
  Random random(7);
  Problem problem;
  problem.rtt_ns = 5'000'000;
  TensorId all = AddInput(602'112, &problem);
  int64_t bytes = 800'000;
  while (static_cast<int>(problem.layers.size()) < layers) {
    std::vector<TensorId> branches;
    for (int branch = 0; branch < 4; ++branch) {
      TensorId t = all;
      for (int depth = 0; depth <= branch; ++depth) {
        const int64_t part = bytes / 4 + random.Below(1 + int(bytes / 8));
        t = AddLayer("Conv", {t}, 20'000 + random.Below(80'000), part,
                     &problem);
      }
      branches.push_back(t);
    }
    bytes = std::max<int64_t>(bytes - bytes / 64, 4'000);
    all = AddLayer("Concat", branches, 10'000, bytes, &problem);
  }
  problem.tensors[all].result = true;
  VerifyProblem(problem);
  return problem;
}

}  // namespace dnncut
