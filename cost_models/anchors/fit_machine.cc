// SPDX-License-Identifier: Apache-2.0
//
// A network's time is a sum over what it computes and moves, each at an unknown
// rate. The fit looks for the logarithms of how much slower than the data
// sheet's estimate each is, with the least sum of squared logarithms of
// estimate over measured time, by Gauss and Newton's method. A row for each
// unknown pulls it to what is likely; the cost of a call is not fitted, as a
// few networks cannot tell it from what else is small. No memory is faster than
// its peak, so unknowns have lower bounds: a step solves for their distances
// from these, which cannot be negative.
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

// Each goes half of the way, so 2^-60 of the first distance is left.
constexpr int kRounds = 60;
// What an unknown that is off by a factor counts against an error of one
// network by the same factor (docs/benchmarks.md has what other choices give).
constexpr double kPull = 0.1;
constexpr double kNsPerMs = 1e6;
constexpr double kBandDeviations = 1.5;
// Networks that no list has are less alike than those of one list.
constexpr double kLeastBand = 1.2;

// The classes that networks with published times say something about.
constexpr OperatorClass kFitted[] = {OperatorClass::kConvolution,
                                     OperatorClass::kDepthwiseConvolution,
                                     OperatorClass::kMatrixProduct};
constexpr size_t kClasses = std::size(kFitted);
constexpr size_t kActivations = kClasses;
constexpr size_t kWeights = kActivations + 1;
constexpr size_t kUnknowns = kWeights + 1;

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

// Logarithms of the factors by which it may at most be faster than `start`.
Unknowns LowerBounds(const Machine& start) {
  Unknowns bounds;
  for (size_t i = 0; i < kClasses; ++i) {
    bounds[i] = std::log(Efficiency(start, kFitted[i]) / kMaxEfficiency);
  }
  bounds[kActivations] = std::log(start.memory_efficiency);
  bounds[kWeights] = std::log(WeightMemoryEfficiency(start));
  return bounds;
}

// The machine that is exp(`log_slowdowns`) times as slow in each.
Machine Scaled(Machine machine, const Unknowns& log_slowdowns) {
  machine.weight_memory_efficiency =
      WeightMemoryEfficiency(machine) * std::exp(-log_slowdowns[kWeights]);
  machine.memory_efficiency *= std::exp(-log_slowdowns[kActivations]);
  for (size_t i = 0; i < kClasses; ++i) {
    machine.efficiency[kFitted[i]] =
        Efficiency(machine, kFitted[i]) * std::exp(-log_slowdowns[i]);
  }
  return machine;
}

// What a network takes on the machine that the fit starts from, ns, by the
// unknown that it depends on.
struct Parts {
  Unknowns ns = {};
  double fixed_ns = 0;
};

Parts PartsOf(const NetworkWork& network, const Machine& start) {
  Parts parts;
  for (const std::vector<OperationCost>& unit : network) {
    for (const OperationCost& cost : unit) {
      const WorkNs work = CountWorkNs(cost, start);
      const auto position = PositionOf(cost.operator_class);
      (position ? parts.ns[*position] : parts.fixed_ns) += work.compute;
      parts.ns[kActivations] += work.activations;
      parts.ns[kWeights] += work.weights;
      parts.fixed_ns += work.calls;
    }
  }
  return parts;
}

Unknowns FitUnknowns(const Machine& start, const AnchoredNetworks& anchored,
                     const std::vector<size_t>& used) {
  const Unknowns bounds = LowerBounds(start);
  std::vector<Parts> networks;
  for (const size_t i : used) {
    networks.push_back(PartsOf(anchored.networks[i], start));
  }
  Unknowns log_slowdowns = {};
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::vector<double>> rows;
    std::vector<double> targets;
    for (size_t n = 0; n < used.size(); ++n) {
      std::vector<double> row(kUnknowns, 0);
      double estimate_ns = networks[n].fixed_ns;
      for (size_t u = 0; u < kUnknowns; ++u) {
        row[u] = networks[n].ns[u] * std::exp(log_slowdowns[u]);
        estimate_ns += row[u];
      }
      const double measured_ns = anchored.anchors[used[n]].ms * kNsPerMs;
      double target = -std::log(estimate_ns / measured_ns);
      for (size_t u = 0; u < kUnknowns; ++u) {
        row[u] /= estimate_ns;
        target += row[u] * (log_slowdowns[u] - bounds[u]);
      }
      rows.push_back(std::move(row));
      targets.push_back(target);
    }
    for (size_t u = 0; u < kUnknowns; ++u) {
      std::vector<double> row(kUnknowns, 0);
      row[u] = kPull;
      rows.push_back(std::move(row));
      targets.push_back(-kPull * bounds[u]);
    }
    const std::vector<double> distances = SolveNonnegative(rows, targets);
    // Half a step: a whole one may go too far where logarithms bend.
    for (size_t u = 0; u < kUnknowns; ++u) {
      log_slowdowns[u] = (log_slowdowns[u] + bounds[u] + distances[u]) / 2;
    }
  }
  return log_slowdowns;
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
  rounded.weight_memory = Rounded(WeightMemoryEfficiency(fitted));
  rounded.band = Rounded(
      std::max(kLeastBand,
               BandOf(anchored.anchors, LeaveOneNetworkOut(start, anchored))));
  return rounded;
}

}  // namespace dnncut
