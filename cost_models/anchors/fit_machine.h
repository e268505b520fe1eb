// SPDX-License-Identifier: Apache-2.0
//
// Fits what a machine attains of its peaks to published times of whole
// networks.
#pragma once

#include <vector>

#include "cost_models/anchors/anchors.h"
#include "cost_models/machines/fitted_machines.h"
#include "cost_models/machines/machine.h"

namespace dnncut {

// What `compile` estimates a network's time from: the work of its layers, those
// that run as one together.
using NetworkWork = std::vector<std::vector<OperationCost>>;

NetworkWork WorkOf(const Graph& network);

// The network's time as `compile` estimates it, ns.
int64_t NetworkNs(const NetworkWork& network, const Machine& machine);

// The anchors of a machine in one precision, and their networks.
struct AnchoredNetworks {
  std::vector<Anchor> anchors;
  std::vector<NetworkWork> networks;  // by anchor
};

AnchoredNetworks AnchorsOf(const std::string& machine, Precision precision);

// `machine` with the efficiencies, of operations and of memory, that suit the
// anchors best: the smallest sum of squared logarithms of estimate over
// measured time, with those of `machine` as what is likely where the anchors do
// not say. At least one anchor.
Machine FitMachine(const Machine& machine, const AnchoredNetworks& anchored);

// By anchor: its estimate, ns, by the fit to all anchors but those of the same
// network. Empty when there is only one network.
std::vector<int64_t> LeaveOneNetworkOut(const Machine& machine,
                                        const AnchoredNetworks& anchored);

// 1.5 times the root mean square of the estimates' errors, as a factor: what
// about nine of ten networks that no fit has seen are within.
double BandOf(const std::vector<Anchor>& anchors,
              const std::vector<int64_t>& estimates);

// All of a machine in a precision, rounded to what the source holds.
FittedMachine FitAnchors(const std::string& machine, Precision precision);

}  // namespace dnncut
