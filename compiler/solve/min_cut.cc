// SPDX-License-Identifier: Apache-2.0
//
// LEMON's Preflow on the network *turned around*: its source is our sink (the
// server), its target our source (the device), every arc reversed. A cut keeps
// its value when all arcs and both terminals are turned around, but now the
// side that we want to be smallest, the device's, is the target's side, and
// Preflow's first phase is enough for that:
//
// After the first phase no excess can reach the target. Let T be the nodes from
// which the target can be reached over residual arcs. All arcs into T from
// outside are saturated, those out of T are empty, and no node of T but the
// target has excess, so T is the target's side of a minimum cut whose value is
// the flow into the target. The second phase would only push excess back to the
// source, against the flow, starting outside of T; an arc that carries flow
// into T from a node u gives a residual arc from its head back to u only, so
// such a push never enters T, and T is the same for the maximum flow. And for a
// maximum flow T is contained in the target's side of *every* minimum cut: each
// of them has saturated arcs inwards and empty arcs outwards only, so no
// residual path leads from outside in. Hence T is the unique smallest device
// side.
//
// Capacities. At W kbit/s a finite arc has
//
//   W * fixed + 8e6 * bytes <= 2^30 * 2^63 + 2^23 * 2^63 < 2^94.
//
// "Infinite" is 1 + the sum of all finite capacities: more than any finite cut.
// No infinite arc touches a terminal (cut_problem.h), so all the excess in the
// network is at most that sum, and with fewer than 2^32 arcs every number below
// is less than 2^94 * 2^32 = 2^126.
//
// All this could hide a mistake, so every cut is checked against its flow
// (cut_certificate.h) before it is returned, in every build. That takes one
// pass over the arcs, far less than finding the flow.
#include "compiler/solve/min_cut.h"

#include <lemon/elevator.h>
#include <lemon/preflow.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "compiler/base/interrupt.h"
#include "compiler/solve/cut_certificate.h"
#include "compiler/solve/lemon_maps.h"  // IWYU pragma: keep, maps need it

namespace dnncut {
namespace {

using Digraph = lemon::StaticDigraph;
using Capacities = Digraph::ArcMap<Int128>;

// Keeps the nodes by their distance labels, as Preflow asks for. Shadows what
// it changes: Preflow is a template and calls the functions of this very type.
class LimitedElevator : public lemon::LinkedElevator<Digraph, Digraph::Node> {
 public:
  using Node = Digraph::Node;
  using Base = lemon::LinkedElevator<Digraph, Node>;

  using Base::Base;

  void AllowLifts(int lifts) { lifts_left_ = lifts; }
  bool IsSpent() const { return lifts_left_ <= 0; }

  // Preflow, started from a preflow, also activates nodes from which the target
  // cannot be reached. They have nowhere to push to.
  void activate(Node node) {
    if ((*this)[node] < maxLevel()) Base::activate(node);
  }
  Node highestActive() const {
    return IsSpent() ? Node(lemon::INVALID) : Base::highestActive();
  }
  bool activeFree(int level) const {
    return IsSpent() || Base::activeFree(level);
  }
  void liftHighestActive(int new_level) {
    --lifts_left_;
    Base::liftHighestActive(new_level);
  }
  void liftHighestActiveToTop() {
    --lifts_left_;
    Base::liftHighestActiveToTop();
  }
  void liftActiveOn(int level, int new_level) {
    --lifts_left_;
    Base::liftActiveOn(level, new_level);
  }
  void liftActiveToTop(int level) {
    --lifts_left_;
    Base::liftActiveToTop(level);
  }

 private:
  int lifts_left_ = 0;
};

using Preflow =
    lemon::Preflow<Digraph, Capacities>::SetElevator<LimitedElevator>::Create;

}  // namespace

struct MinCutSolver::Network {
  explicit Network(const CutProblem& cut_problem)
      : problem(cut_problem), capacities(digraph), flow(digraph) {
    // StaticDigraph wants its arcs by their tails, which are our heads.
    std::stable_sort(problem.arcs.begin(), problem.arcs.end(),
                     [](const Arc& a, const Arc& b) { return a.to < b.to; });
    std::vector<std::pair<int, int>> ends;
    ends.reserve(problem.arcs.size());
    for (const Arc& arc : problem.arcs) ends.emplace_back(arc.to, arc.from);
    digraph.build(problem.node_count, ends.begin(), ends.end());
    elevator = std::make_unique<LimitedElevator>(digraph, problem.node_count);
    preflow = std::make_unique<Preflow>(digraph, capacities,
                                        Digraph::node(problem.sink),
                                        Digraph::node(problem.source));
    preflow->flowMap(flow).elevator(*elevator);
  }

  // The flow into the target; leaves the preflow in `flow`.
  Int128 Run() {
    elevator->AllowLifts(problem.node_count);
    preflow->init();
    preflow->startFirstPhase();
    while (elevator->IsSpent()) {
      elevator->AllowLifts(problem.node_count);
      if (!preflow->init(flow)) {
        throw std::logic_error("MinCutSolver: not a preflow");
      }
      preflow->startFirstPhase();
    }
    return preflow->flowValue();
  }

  // `on_device` is by node, of a cut of `capacity`.
  void Certify(const std::vector<bool>& on_device, Int128 capacity) const {
    std::vector<FlowArc> arcs;
    arcs.reserve(problem.arcs.size());
    for (size_t a = 0; a < problem.arcs.size(); ++a) {
      const Digraph::Arc arc = Digraph::arc(static_cast<int>(a));
      arcs.push_back({Digraph::index(digraph.source(arc)),
                      Digraph::index(digraph.target(arc)), capacities[arc],
                      flow[arc]});
    }
    const std::string why =
        WhyNotMinimal(arcs, problem.sink, problem.source, on_device, capacity);
    if (!why.empty()) throw std::logic_error("MinCutSolver: " + why);
  }

  void SetBandwidth(int64_t kbps) {
    Int128 infinite = 1;
    for (const Arc& arc : problem.arcs) {
      infinite += arc.cost.At(kbps);
    }
    for (size_t a = 0; a < problem.arcs.size(); ++a) {
      const Arc& arc = problem.arcs[a];
      capacities[Digraph::arc(static_cast<int>(a))] =
          arc.infinite ? infinite : arc.cost.At(kbps);
    }
  }

  CutProblem problem;
  Digraph digraph;
  Capacities capacities;
  Capacities flow;
  std::unique_ptr<LimitedElevator> elevator;
  std::unique_ptr<Preflow> preflow;
};

namespace {

// By node: can the target be reached from it over residual arcs?
std::vector<bool> ReachTarget(const Digraph& digraph,
                              const Capacities& capacities,
                              const Capacities& flow, int target) {
  std::vector<bool> reaches(digraph.nodeNum(), false);
  std::vector<int> queue = {target};
  reaches[target] = true;
  const auto visit = [&](Digraph::Node node) {
    const int id = Digraph::index(node);
    if (reaches[id]) return;
    reaches[id] = true;
    queue.push_back(id);
  };
  for (size_t i = 0; i < queue.size(); ++i) {
    const Digraph::Node node = Digraph::node(queue[i]);
    for (Digraph::InArcIt arc(digraph, node); arc != lemon::INVALID; ++arc) {
      if (flow[arc] < capacities[arc]) visit(digraph.source(arc));
    }
    for (Digraph::OutArcIt arc(digraph, node); arc != lemon::INVALID; ++arc) {
      if (flow[arc] > 0) visit(digraph.target(arc));
    }
  }
  return reaches;
}

}  // namespace

MinCutSolver::MinCutSolver(const CutProblem& problem)
    : network_(std::make_unique<Network>(problem)) {}

MinCutSolver::~MinCutSolver() = default;

MinCut MinCutSolver::Solve(int64_t kbps) {
  if (kbps < 1 || kbps > kLimitKbps) {
    throw std::logic_error("MinCutSolver: bandwidth out of range");
  }
  ThrowIfInterrupted();
  network_->SetBandwidth(kbps);
  const CutProblem& problem = network_->problem;
  MinCut result;
  const Int128 flow = network_->Run();
  result.scaled_cost = flow + problem.constant.At(kbps);
  result.on_device = ReachTarget(network_->digraph, network_->capacities,
                                 network_->flow, problem.source);
  network_->Certify(result.on_device, flow);
  result.on_device.resize(problem.block_count);
  return result;
}

}  // namespace dnncut
