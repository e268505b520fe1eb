// SPDX-License-Identifier: Apache-2.0
//
// A layer takes the longer of its arithmetic and its memory traffic, plus its
// calls. Which of the two is longer depends on what is being fitted. So the fit
// goes in rounds: with what each layer is bound by in the last round, a
// network's time is linear in the unknowns, which are times, of an operation of
// each class, of a byte and of a call; half of the way to the solution is the
// start of the next round. Rows are divided by the measured times, so that
// errors are relative. A row for each unknown pulls it to what is likely.
#include "cost_models/anchors/fit_machine.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/fusion/fused_costs.h"
#include "cost_models/machines/roofline.h"
#include "cost_models/measured/nonnegative_least_squares.h"

namespace dnncut {
namespace {

constexpr int kRounds = 25;
// What an error of one network counts against an unknown that is off by as
// much.

constexpr double kPull = 0.05;
constexpr double kNsPerMs = 1e6;
constexpr double kBandDeviations = 1.5;
// Networks that no list has are less alike than those of one list.
constexpr double kLeastBand = 1.2;

// The classes that networks with published times say something about.
constexpr OperatorClass kFitted[] = {OperatorClass::kConvolution,
                                     OperatorClass::kDepthwiseConvolution,
                                     OperatorClass::kMatrixProduct};
constexpr size_t kClasses = std::size(kFitted);
constexpr size_t kMemory = kClasses;
constexpr size_t kCall = kMemory + 1;
constexpr size_t kUnknowns = kCall + 1;

// As multiples of those of the machine that the fit starts from.
using Unknowns = std::array<double, kUnknowns>;

std::optional<size_t> PositionOf(OperatorClass operator_class) {
  const auto* it =
      std::find(std::begin(kFitted), std::end(kFitted), operator_class);
  if (it == std::end(kFitted)) return std::nullopt;
  return static_cast<size_t>(it - std::begin(kFitted));
}

// Three digits are more than what is known.
double Rounded(double value) {
  const double scale = std::pow(10, 2 - std::floor(std::log10(value)));
  return std::round(value * scale) / scale;
}

// The machine that is `unknowns` times as slow in each.
Machine Scaled(Machine machine, const Unknowns& unknowns) {
  const auto share = [](double efficiency, double slower) {
    return std::clamp(efficiency / slower, 1e-4, kMaxEfficiency);
  };
  for (size_t i = 0; i < kClasses; ++i) {
    double& efficiency = machine.efficiency[kFitted[i]];
    efficiency = share(efficiency, unknowns[i]);
  }
  machine.memory_efficiency =
      std::min(share(machine.memory_efficiency, unknowns[kMemory]), 1.0);
  machine.layer_ns =
      std::llround(static_cast<double>(machine.layer_ns) * unknowns[kCall]);
  return machine;
}

// What the unknowns add up to in the network's time, ns: how much of it, at
// `start`, each stands for, where layers are bound as they are at `now`.
struct Parts {
  Unknowns ns = {};
  double fixed_ns = 0;
};

bool WaitsForMemory(const std::vector<OperationCost>& unit,
                    const Machine& machine) {
  const WorkNs all = CountWorkNs(unit, machine);
  return all.memory >= all.compute;
}

Parts PartsOf(const NetworkWork& network, const Machine& start,
              const Machine& now) {
  Parts parts;
  for (const std::vector<OperationCost>& unit : network) {
    const bool waits_for_memory = WaitsForMemory(unit, now);
    for (const OperationCost& cost : unit) {
      const WorkNs at_start = CountWorkNs(cost, start);
      parts.ns[kCall] += at_start.calls;
      if (waits_for_memory) {
        parts.ns[kMemory] += at_start.memory;
      } else if (const auto position = PositionOf(cost.operator_class)) {
        parts.ns[*position] += at_start.compute;
      } else {
        parts.fixed_ns += at_start.compute;
      }
    }
  }
  return parts;
}

Unknowns FitUnknowns(const Machine& start, const AnchoredNetworks& anchored,
                     const std::vector<size_t>& used) {
  Unknowns unknowns;
  unknowns.fill(1);
  for (int round = 0; round < kRounds; ++round) {
    const Machine now = Scaled(start, unknowns);
    std::vector<std::vector<double>> rows;
    std::vector<double> targets;
    for (const size_t i : used) {
      const double measured_ns = anchored.anchors[i].ms * kNsPerMs;
      const Parts parts = PartsOf(anchored.networks[i], start, now);
      double now_ns = parts.fixed_ns;
      for (size_t u = 0; u < kUnknowns; ++u) {
        now_ns += parts.ns[u] * unknowns[u];
      }
      std::vector<double> row(parts.ns.begin(), parts.ns.end());
      for (double& ns : row) ns /= now_ns;
      rows.push_back(std::move(row));
      targets.push_back(1 - parts.fixed_ns / now_ns -
                        std::log(now_ns / measured_ns));
    }
    for (size_t i = 0; i < kUnknowns; ++i) {
      std::vector<double> row(kUnknowns, 0);
      row[i] = kPull;
      rows.push_back(std::move(row));
      targets.push_back(kPull);
    }
    const std::vector<double> solution = SolveNonnegative(rows, targets);
    for (size_t i = 0; i < kUnknowns; ++i) {
      unknowns[i] = (unknowns[i] + std::max(solution[i], 0.01)) / 2;
    }
  }
  return unknowns;
}

}  // namespace

NetworkWork WorkOf(const Graph& network) {
  NetworkWork work;
  const Fusion fusion = FuseLayers(network);
  const FusedCosts fused = CountFused(network, fusion);
  for (const std::vector<LayerId>& unit : UnitsOf(fusion)) {
    std::vector<OperationCost>& costs = work.emplace_back();
    for (const LayerId layer : unit) costs.push_back(fused.costs[layer]);
  }
  return work;
}

int64_t NetworkNs(const NetworkWork& network, const Machine& machine) {
  int64_t sum = 0;
  for (const auto& unit : network) sum += RooflineNs(unit, machine);
  return sum;
}

AnchoredNetworks AnchorsOf(const std::string& machine, Precision precision) {
  AnchoredNetworks anchored;
  for (const AnchorSet& set : AnchorSets()) {
    if (set.machine != machine || set.precision != precision) continue;
    for (const Anchor& anchor : set.anchors) {
      anchored.anchors.push_back(anchor);
      anchored.networks.push_back(WorkOf(MakeNetwork(anchor.network)));
    }
  }
  return anchored;
}

Machine FitMachine(const Machine& machine, const AnchoredNetworks& anchored) {
  std::vector<size_t> all;
  for (size_t i = 0; i < anchored.anchors.size(); ++i) all.push_back(i);
  return Scaled(machine, FitUnknowns(machine, anchored, all));
}

std::vector<int64_t> LeaveOneNetworkOut(const Machine& machine,
                                        const AnchoredNetworks& anchored) {
  std::vector<int64_t> estimates;
  for (size_t out = 0; out < anchored.anchors.size(); ++out) {
    std::vector<size_t> used;
    for (size_t i = 0; i < anchored.anchors.size(); ++i) {
      const NetworkSpec& a = anchored.anchors[i].network;
      const NetworkSpec& b = anchored.anchors[out].network;
      if (a.name != b.name || a.width != b.width || a.size != b.size) {
        used.push_back(i);
      }
    }
    if (used.empty()) return {};
    const Machine fitted =
        Scaled(machine, FitUnknowns(machine, anchored, used));
    estimates.push_back(NetworkNs(anchored.networks[out], fitted));
  }
  return estimates;
}

double BandOf(const std::vector<Anchor>& anchors,
              const std::vector<int64_t>& estimates) {
  double squares = 0;
  for (size_t i = 0; i < anchors.size(); ++i) {
    const double off = std::log(static_cast<double>(estimates[i]) /
                                (anchors[i].ms * kNsPerMs));
    squares += off * off;
  }
  const double mean = squares / static_cast<double>(anchors.size());
  return std::exp(kBandDeviations * std::sqrt(mean));
}

FittedMachine FitAnchors(const std::string& machine, Precision precision) {
  Machine start = *std::find_if(
      DataSheetMachines().begin(), DataSheetMachines().end(),
      [&](const Machine& known) { return known.name == machine; });
  start.precision = precision;
  const AnchoredNetworks anchored = AnchorsOf(machine, precision);
  const Machine fitted = FitMachine(start, anchored);
  FittedMachine rounded;
  rounded.precision = precision;
  rounded.convolution =
      Rounded(Efficiency(fitted, OperatorClass::kConvolution));
  rounded.depthwise =
      Rounded(Efficiency(fitted, OperatorClass::kDepthwiseConvolution));
  rounded.matrix = Rounded(Efficiency(fitted, OperatorClass::kMatrixProduct));
  rounded.memory = Rounded(fitted.memory_efficiency);
  rounded.layer_ns = fitted.layer_ns / 100 * 100;
  rounded.band = Rounded(
      std::max(kLeastBand,
               BandOf(anchored.anchors, LeaveOneNetworkOut(start, anchored))));
  return rounded;
}

}  // namespace dnncut
