// SPDX-License-Identifier: Apache-2.0
//
// Every answer is that of the optimisation problem itself: the best cut under
// one more condition, found by solving again (what_if.h, next_best.h), and the
// layers that stand in the way (why_held.h). Costs of cuts are counted anew
// from problem.json, so what is explained is what was solved.
#include "tools/explain/explain.h"

#include <algorithm>

#include "backends/result/middle_kbps.h"
#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/side.h"
#include "compiler/table/next_best.h"
#include "tools/explain/what_if.h"

namespace dnncut {
namespace {

constexpr size_t kLongest = 3;

// With `cross_ns` besides the bytes.
int64_t TransferNs(const ProblemTensor& tensor, int64_t cross_ns,
                   int64_t kbps) {
  const Int128 ns =
      cross_ns +
      DivideRounded(Int128{kByteNsKbps} * tensor.bytes.value(), kbps);
  if (ns > INT64_MAX) {
    Fail(ExitCode::kBadInput, "E210",
         "the time that tensor '{}' takes on the link at {} is too large; ask "
         "for a higher --bandwidth",
         tensor.name, FormatKbps(kbps));
  }
  return static_cast<int64_t>(ns);
}

// What a tensor takes on the link at `kbps`, with what its crossing costs,
// rounded half up.
int64_t SendNs(const ProblemTensor& tensor, int64_t kbps) {
  return TransferNs(tensor, tensor.cross_ns, kbps);
}

// The same for a result that comes back.
int64_t ReturnNs(const ProblemTensor& tensor, const Downlink& downlink,
                 int64_t kbps) {
  if (downlink.kind == Downlink::Kind::kSame) {
    return TransferNs(tensor, 0, kbps);
  }
  return FixedDownloadNs(downlink, tensor.bytes.value());
}

LatencyParts Minus(const LatencyParts& a, const LatencyParts& b) {
  return {{a.ns.device - b.ns.device, a.ns.server - b.ns.server},
          a.network_ns - b.network_ns,
          a.total_ns - b.total_ns};
}

Alternative CompareAt(const StoredResult& compiled, const OperatingPoint& point,
                      const TableCut& cut) {
  Alternative other;
  other.cut = cut;
  other.parts = PartsAt(cut.costs, compiled.problem().downlink, point.kbps);
  other.more = Minus(other.parts, point.parts);
  const Cut& chosen = compiled.cuts()[point.row.cut].cut;
  // Those that only compute sizes go with others; alone they are told.
  PerSide<std::vector<LayerId>> with_sizes;
  for (LayerId l = 0; l < static_cast<int>(cut.cut.size()); ++l) {
    const Side side = cut.cut[l];
    if (side == chosen[l]) continue;
    with_sizes[side].push_back(l);
    if (!compiled.problem().layers[l].sizes_only) {
      other.moved_to[side].push_back(l);
    }
  }
  if (other.moved_to.device.empty() && other.moved_to.server.empty()) {
    other.moved_to = std::move(with_sizes);
  }
  return other;
}

std::optional<Alternative> AloneOn(const StoredResult& compiled,
                                   const OperatingPoint& point, Side side) {
  const auto costs = CostsAlone(compiled.problem(), side);
  if (!costs) return std::nullopt;
  const Cut alone(compiled.problem().layers.size(), side);
  return CompareAt(compiled, point, {alone, *costs});
}

// Puts the best of all other cuts into `next_best`; false: not searched.
bool FindNext(const StoredResult& compiled, const OperatingPoint& point,
              NextBestSearch* search, std::optional<Alternative>* next_best) {
  const NextBest next =
      search->Find(compiled.cuts()[point.row.cut].cut, point.kbps);
  if (next.cut) *next_best = CompareAt(compiled, point, *next.cut);
  return next.searched;
}

// Everything that takes time in a cut, one by one.
std::vector<LongPart> AllParts(const Problem& problem, const TableCut& chosen,
                               int64_t kbps) {
  using What = LongPart::What;
  std::vector<LongPart> parts;
  for (size_t l = 0; l < problem.layers.size(); ++l) {
    const ProblemLayer& layer = problem.layers[l];
    const Side side = chosen.cut[l];
    parts.push_back({What::kLayer, layer.name, std::string(SideName(side)),
                     layer.ns[side]});
  }
  for (const TensorId t : chosen.costs.uploaded) {
    const ProblemTensor& tensor = problem.tensors[t];
    parts.push_back({What::kUpload, tensor.name, "link", SendNs(tensor, kbps)});
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (!ComesDown(problem, tensor, chosen.cut)) continue;
    parts.push_back({What::kDownload, tensor.name, "link",
                     ReturnNs(tensor, problem.downlink, kbps)});
  }
  parts.push_back({What::kRoundTrip, "", "link", chosen.costs.rtt_ns});
  return parts;
}

std::vector<LongPart> LongestOf(const StoredResult& compiled,
                                const OperatingPoint& point) {
  std::vector<LongPart> parts =
      AllParts(compiled.problem(), compiled.cuts()[point.row.cut], point.kbps);
  std::stable_sort(
      parts.begin(), parts.end(),
      [](const LongPart& a, const LongPart& b) { return a.ns > b.ns; });
  parts.resize(std::min(parts.size(), kLongest));
  std::erase_if(parts, [](const LongPart& part) { return part.ns == 0; });
  return parts;
}

// Why the producer cannot be on the device while a reader is on the server.
std::optional<WhyHeld> WhyNeverSent(const Problem& problem,
                                    const ProblemTensor& tensor) {
  const LayerId holder = HolderOf(problem, tensor);
  const bool has_producer = holder != kModelInput;
  if (has_producer) {
    if (auto why = WhyNotOn(problem, holder, Side::kDevice)) {
      return why;
    }
  }
  if (tensor.readers.empty()) return std::nullopt;
  // All readers are held; the last one says why.
  return WhyNotOn(problem, tensor.readers.back(), Side::kServer,
                  has_producer ? holder : -1);
}

}  // namespace

OperatingPoint OperatingPointAt(const StoredResult& compiled, int64_t kbps) {
  OperatingPoint point;
  point.row = FindRow(compiled.table, kbps);
  point.kbps = kbps;
  point.parts = PartsAt(compiled.cuts()[point.row.cut].costs,
                        compiled.problem().downlink, kbps);
  point.band = BandOf(point.parts, compiled.table.machines);
  return point;
}

std::vector<OperatingPoint> OperatingPoints(const StoredResult& compiled,
                                            std::optional<int64_t> kbps) {
  if (kbps) return {OperatingPointAt(compiled, *kbps)};
  std::vector<OperatingPoint> points;
  for (const TableRow& row : compiled.table.rows) {
    points.push_back(
        OperatingPointAt(compiled, MiddleKbps(row.min_kbps, row.max_kbps)));
  }
  return points;
}

LayerExplanation ExplainLayer(const StoredResult& compiled, LayerId layer,
                              std::optional<int64_t> kbps) {
  const Problem& problem = compiled.problem();
  LayerExplanation explanation;
  explanation.layer = layer;
  for (const Side side : kSides) {
    explanation.not_on[side] = WhyNotOn(problem, layer, side);
    explanation.with_it_on[side] = MustFollow(problem, layer, side);
  }
  for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
    const ProblemTensor& tensor = problem.tensors[t];
    if (tensor.producer == layer) explanation.makes.push_back(t);
    if (std::binary_search(tensor.readers.begin(), tensor.readers.end(),
                           layer)) {
      explanation.reads.push_back(t);
    }
  }
  for (const OperatingPoint& point : OperatingPoints(compiled, kbps)) {
    LayerExplanation::At at;
    at.point = point;
    at.side = compiled.cuts()[point.row.cut].cut[layer];
    const auto other =
        BestCutWith(problem, {{layer, OtherSide(at.side)}}, point.kbps);
    if (other) at.other = CompareAt(compiled, point, *other);
    explanation.at.push_back(at);
  }
  return explanation;
}

TensorExplanation ExplainTensor(const StoredResult& compiled,
                                TensorId tensor_id,
                                std::optional<int64_t> kbps) {
  const Problem& problem = compiled.problem();
  const ProblemTensor& tensor = problem.tensors[tensor_id];
  TensorExplanation explanation;
  explanation.tensor = tensor_id;
  for (const OperatingPoint& point : OperatingPoints(compiled, kbps)) {
    TensorExplanation::At at;
    at.point = point;
    const TableCut& chosen = compiled.cuts()[point.row.cut];
    at.is_sent = std::binary_search(chosen.costs.uploaded.begin(),
                                    chosen.costs.uploaded.end(), tensor_id);
    at.comes_back = ComesDown(problem, tensor, chosen.cut);
    if (tensor.bytes) {
      at.cost_ns = at.comes_back
                       ? ReturnNs(tensor, problem.downlink, point.kbps)
                       : SendNs(tensor, point.kbps);
    }
    if (!at.is_sent) {
      const auto sent = BestCutThatSends(problem, tensor_id, point.kbps);
      if (sent) at.sent = CompareAt(compiled, point, *sent);
    }
    explanation.can_be_sent =
        explanation.can_be_sent || at.is_sent || at.sent.has_value();
    explanation.at.push_back(at);
  }
  if (!explanation.can_be_sent && tensor.bytes) {
    explanation.why_never = WhyNeverSent(problem, tensor);
  }
  return explanation;
}

CutExplanation ExplainCut(const StoredResult& compiled, int64_t kbps) {
  CutExplanation explanation;
  explanation.point = OperatingPointAt(compiled, kbps);
  const OperatingPoint& point = explanation.point;
  for (const Side side : kSides) {
    explanation.alone_on[side] = AloneOn(compiled, point, side);
  }
  for (const TableCut& cut : compiled.cuts()) {
    explanation.cuts.push_back(CompareAt(compiled, point, cut));
  }
  NextBestSearch search(compiled.problem());
  explanation.searched =
      FindNext(compiled, point, &search, &explanation.next_best);
  explanation.longest = LongestOf(compiled, point);
  return explanation;
}

Overview ExplainTable(const StoredResult& compiled) {
  Overview overview;
  NextBestSearch search(compiled.problem());
  for (const OperatingPoint& point : OperatingPoints(compiled, std::nullopt)) {
    RowExplanation row;
    row.point = point;
    row.searched = FindNext(compiled, point, &search, &row.next_best);
    if (!overview.rows.empty()) {
      OperatingPoint before = overview.rows.back().point;
      before.kbps = point.row.min_kbps;
      before.parts = PartsAt(compiled.cuts()[before.row.cut].costs,
                             compiled.problem().downlink, before.kbps);
      row.change = CompareAt(compiled, before, compiled.cuts()[point.row.cut]);
      row.before = before;
    }
    overview.rows.push_back(row);
  }
  const BlockGraph blocks = MakeBlockGraph(compiled.problem());
  const auto count = [&](const Block& block) {
    return static_cast<int>(std::count_if(
        block.layers.begin(), block.layers.end(),
        [&](LayerId l) { return !compiled.problem().layers[l].sizes_only; }));
  };
  overview.held_on.device = count(blocks.blocks.front());
  if (blocks.has_server_anchor) {
    overview.held_on.server = count(blocks.blocks.back());
  }
  return overview;
}

}  // namespace dnncut
