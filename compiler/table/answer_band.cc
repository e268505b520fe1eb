// SPDX-License-Identifier: Apache-2.0
//
// Let a and b be the factors of the device's and the server's times, and
// x = 1/W. For each cut the cost is linear in a, in b and in x, and never has a
// product of two of them, so the least cost V is concave in (a, b, x), which
// lie in a box.
//
// Ends. With every layer on the device the cost is a * D + ..., and a cut moves
// a part of it to the server: a smaller a and a larger b never make another cut
// better than this one where it was not, so the bandwidth up to which the
// device alone is best is largest at one corner of (a, b) and smallest at the
// opposite one. It is the same for the server alone. So two more tables hold
// the ends of both.
//
// may_split. Let F and G be the costs of all on the device and all on the
// server. Where F <= G, a split is best where F - V > 0. F - V is convex, so on
// the polytope {F <= G} of the box it is largest at a vertex of that: a corner
// of the box, or where an edge of the box meets the plane F = G. Where G <= F
// it is so with G - V, and the vertices are of the same kinds. An edge has two
// of the three coordinates at their ends and meets the plane at most once, or
// lies in it. So at most 8 + 12 minimum cuts decide; bandwidths at which the
// plane is met are tried rounded down and up. When F or G is not feasible, the
// corners are enough.
#include "compiler/table/answer_band.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/objective.h"
#include "compiler/table/solve_at.h"

namespace dnncut {
namespace {

int64_t Scale(int64_t ns, double factor) {
  const double scaled = std::round(static_cast<double>(ns) * factor);
  if (scaled >= 9.2e18)
    Fail(ExitCode::kBadInput, "E210", "the latency is too large");
  return static_cast<int64_t>(scaled);
}

Problem Scaled(Problem problem, const PerSide<double>& by) {
  for (ProblemLayer& layer : problem.layers) {
    for (const Side side : kSides) {
      layer.ns[side] = Scale(layer.ns[side], by[side]);
    }
  }
  return problem;
}

AnswerBand::Ends EndsOf(const CutTable& table) {
  AnswerBand::Ends ends;
  const auto kind = [&](const TableRow& row) {
    return KindOf(table.cuts[row.cut].costs);
  };
  if (kind(table.rows.front()) == CutKind::kDeviceOnly) {
    ends.device_to_kbps = table.rows.front().max_kbps;
  }
  if (kind(table.rows.back()) == CutKind::kServerOnly) {
    ends.server_from_kbps = table.rows.back().min_kbps;
  }
  return ends;
}

// A point of the box: a, b, x.
using Factors = std::array<double, 3>;

// A cost that is linear in it.
struct Linear {
  Factors slope = {};
  double fixed = 0;
};

std::optional<Linear> CostOfAll(const Problem& problem, Side side) {
  const Cut cut(problem.layers.size(), side);
  if (!IsFeasible(problem, cut)) return std::nullopt;
  const CutCosts costs = CountCosts(problem, cut);
  const CostLine line = CostOf(costs, problem);
  const auto device = static_cast<double>(problem.objective.device) *
                      static_cast<double>(costs.ns.device);
  const auto server = static_cast<double>(problem.objective.server) *
                      static_cast<double>(costs.ns.server);
  return Linear{
      {device, server,
       static_cast<double>(kByteNsKbps) * static_cast<double>(line.bytes)},
      static_cast<double>(line.fixed) - device - server};
}

// Where `plane` is 0 on the edge through `from` along `axis`; nullopt: outside
// of low .. high.
std::optional<double> Crossing(const Linear& plane, const Factors& from,
                               int axis, double low, double high) {
  if (plane.slope[axis] == 0) return std::nullopt;
  double rest = plane.fixed;
  for (int other = 0; other < 3; ++other) {
    if (other != axis) rest += plane.slope[other] * from[other];
  }
  const double at = -rest / plane.slope[axis];
  return at < low || at > high ? std::nullopt : std::optional(at);
}

// The factors and bandwidths that decide whether a split may pay.
using Trials = std::set<std::tuple<double, double, int64_t>>;

void AddTrials(const Factors& point, const BandwidthRange& range,
               Trials* trials) {
  const double kbps = 1 / point[2];
  for (const double rounded : {std::floor(kbps), std::ceil(kbps)}) {
    trials->emplace(point[0], point[1],
                    std::clamp(static_cast<int64_t>(rounded), range.min_kbps,
                               range.max_kbps));
  }
}

Trials DecidingTrials(const Problem& problem, const PerSide<double>& factors) {
  const BandwidthRange& range = problem.range;
  const Factors low = {1 / factors.device, 1 / factors.server,
                       1 / static_cast<double>(range.max_kbps)};
  const Factors high = {factors.device, factors.server,
                        1 / static_cast<double>(range.min_kbps)};
  const std::optional<Linear> device = CostOfAll(problem, Side::kDevice);
  const std::optional<Linear> server = CostOfAll(problem, Side::kServer);
  Linear plane;  // all zero, so that it is never met, when one is missing
  if (device && server) {
    plane.fixed = device->fixed - server->fixed;
    for (int axis = 0; axis < 3; ++axis) {
      plane.slope[axis] = device->slope[axis] - server->slope[axis];
    }
  }
  Trials trials;
  for (int corner = 0; corner < 8; ++corner) {
    Factors point;
    for (int axis = 0; axis < 3; ++axis) {
      point[axis] = (corner >> axis & 1) != 0 ? high[axis] : low[axis];
    }
    // The bandwidths of corners are those of the range, exactly.
    trials.emplace(point[0], point[1],
                   (corner & 4) != 0 ? range.min_kbps : range.max_kbps);
    for (int axis = 0; axis < 3; ++axis) {
      const auto at = Crossing(plane, point, axis, low[axis], high[axis]);
      if (!at) continue;
      Factors met = point;
      met[axis] = *at;
      AddTrials(met, range, &trials);
    }
  }
  return trials;
}

// Ties are split by SolveAt towards the server, so the best cut of all is
// compared with both sides alone.
bool SplitPays(const Problem& problem, int64_t kbps) {
  const BlockGraph blocks = MakeBlockGraph(problem);
  const Cut best = SolveAt(blocks, RoundTripPrice(problem).fixed,
                           static_cast<int>(problem.layers.size()), kbps)
                       .cut;
  const Int128 cost = CostOf(CountCosts(problem, best), problem).At(kbps);
  return std::ranges::all_of(kSides, [&](Side side) {
    const Cut alone(problem.layers.size(), side);
    return !IsFeasible(problem, alone) ||
           cost < CostOf(CountCosts(problem, alone), problem).At(kbps);
  });
}

bool MaySplit(const Problem& problem, const PerSide<double>& factors) {
  const Trials trials = DecidingTrials(problem, factors);
  return std::ranges::any_of(trials, [&](const auto& trial) {
    const auto& [device, server, kbps] = trial;
    return SplitPays(Scaled(problem, {device, server}), kbps);
  });
}

}  // namespace

AnswerBand FindAnswerBand(
    const Problem& problem, const CutTable& exact,
    const PerSide<double>& factors,
    const std::function<BlockGraph(const Problem&)>& blocks_of) {
  const auto table_at = [&](const PerSide<double>& by) {
    const Problem scaled = Scaled(problem, by);
    return BuildCutTable(scaled, blocks_of(scaled));
  };
  const CutTable device = table_at({1 / factors.device, factors.server});
  const CutTable server = table_at({factors.device, 1 / factors.server});
  AnswerBand band = {EndsOf(exact), EndsOf(device), EndsOf(server)};
  band.may_split = HasSplit(exact) || HasSplit(device) || HasSplit(server) ||
                   MaySplit(problem, factors);
  return band;
}

}  // namespace dnncut
