// SPDX-License-Identifier: Apache-2.0
//
// MakeBlockGraph first writes the problem down with one block per layer and an
// empty block per anchor; then Contract merges what the problem says belongs
// together:
//
// * a pinned layer with its anchor, the layers of a group with each other;
// * the producer of a tensor that must not cross with all its readers, and when
//   it is a result, with the anchor of the side that wants it; the readers of
//   an input that must not cross with the anchor of the side where it lies.
//
// Contract adds what follows: whatever a device layer depends on is on the
// device, whatever depends on a server layer is on the server. Blocks 0 and the
// server's anchor need no infinite capacities anywhere: they *are* the
// terminals of the flow network.
#include "compiler/problem/block_graph.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "compiler/base/ascending.h"
#include "compiler/base/checked_math.h"
#include "compiler/base/disjoint_sets.h"
#include "compiler/base/require.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/placement_check.h"

namespace dnncut {
namespace {

// Block ids before anything is contracted.
BlockId BlockOf(LayerId layer) { return layer + 1; }  // kModelInput is block 0

bool NeedsServerAnchor(const Problem& problem) {
  return std::ranges::any_of(problem.layers,
                             [](const ProblemLayer& layer) {
                               return layer.pinned == Side::kServer;
                             }) ||
         std::ranges::any_of(problem.tensors, [&](const ProblemTensor& tensor) {
           const bool lies_there =
               IsFed(tensor) && !tensor.state_of && !tensor.readers.empty();
           return lies_there || WantedOn(problem, tensor) == Side::kServer;
         });
}

// The cost of any cut is at most this sum. Once it is known to fit, no later
// sum of a cut, a block, a wire or an arc overflows, and whether there is an
// error does not depend on how layers are merged.
void CheckTotal(const Problem& problem) {
  CostLine total = RoundTripPrice(problem);
  const auto add = [&total](const CostLine& price) {
    total.fixed = CheckedAdd(total.fixed, price.fixed,
                             "sum of all the times of the problem");
    total.bytes =
        CheckedAdd(total.bytes, price.bytes, "sum of all tensors' bytes");
  };
  for (const ProblemLayer& layer : problem.layers) {
    const auto [device, server] = LayerPrice(problem, layer);
    add(device.fixed < server.fixed ? server : device);
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (!tensor.bytes) continue;
    add(UploadPrice(problem, tensor));
    if (WantedOn(problem, tensor) != Side::kDevice && !IsFed(tensor)) continue;
    // The bytes of a tensor are uploaded or downloaded, never both.
    add({DownloadPrice(problem, *tensor.bytes).fixed, 0});
  }
}

Grouping RequiredGroups(const Problem& problem, int block_count) {
  const BlockId server_anchor = block_count - 1;
  const auto anchor = [&](Side side) {
    return side == Side::kDevice ? 0 : server_anchor;
  };
  DisjointSets sets(static_cast<size_t>(block_count));
  std::unordered_map<int, BlockId> group_block;
  for (LayerId l = 0; l < static_cast<int>(problem.layers.size()); ++l) {
    const ProblemLayer& layer = problem.layers[l];
    if (layer.pinned) sets.Join(BlockOf(l), anchor(*layer.pinned));
    if (!layer.group) continue;
    const auto [first, is_new] = group_block.emplace(*layer.group, BlockOf(l));
    sets.Join(first->second, BlockOf(l));
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.bytes) continue;
    const BlockId maker = tensor.producer == kModelInput
                              ? anchor(tensor.home)
                              : BlockOf(tensor.producer);
    for (LayerId reader : tensor.readers) sets.Join(maker, BlockOf(reader));
    if (const auto wanted = WantedOn(problem, tensor)) {
      sets.Join(maker, anchor(*wanted));
    }
  }
  return sets.Representatives();
}

void AddFeed(const Problem& problem, TensorId t,
             const std::vector<BlockId>& readers, BlockGraph* graph) {
  const ProblemTensor& tensor = problem.tensors[t];
  const LayerId maker = HolderOf(problem, tensor);
  Feed feed;
  feed.holder = maker == kModelInput
                    ? static_cast<int>(graph->blocks.size()) - 1
                    : BlockOf(maker);
  feed.readers = readers;
  std::erase(feed.readers, feed.holder);
  if (feed.readers.empty()) return;
  feed.up = UploadPrice(problem, tensor);
  feed.down = DownloadPrice(problem, tensor.bytes.value_or(0));
  feed.tensors = {t};
  graph->feeds.push_back(std::move(feed));
}

void AddTensor(const Problem& problem, TensorId t, BlockGraph* graph) {
  const ProblemTensor& tensor = problem.tensors[t];
  std::vector<BlockId> readers;
  for (LayerId reader : tensor.readers) readers.push_back(BlockOf(reader));
  if (IsFed(tensor)) return AddFeed(problem, t, readers, graph);
  Wire wire;
  wire.producer = BlockOf(tensor.producer);
  wire.readers = std::move(readers);
  const std::optional<Side> wanted = WantedOn(problem, tensor);
  if (wanted == Side::kServer) {
    wire.readers.push_back(static_cast<int>(graph->blocks.size()) - 1);
  } else if (wanted == Side::kDevice) {
    // Paid wherever its producer's block is on the server.
    graph->blocks[wire.producer].cost.server +=
        DownloadPrice(problem, tensor.bytes.value_or(0));
  }
  if (wire.readers.empty()) return;
  wire.cost = UploadPrice(problem, tensor);
  wire.tensors = {t};
  graph->wires.push_back(std::move(wire));
}

BlockGraph OneBlockPerLayer(const Problem& problem) {
  BlockGraph graph;
  graph.range = problem.range;
  graph.has_server_anchor = NeedsServerAnchor(problem);
  const int layer_count = static_cast<int>(problem.layers.size());
  graph.blocks.resize(1 + layer_count + (graph.has_server_anchor ? 1 : 0));
  for (LayerId l = 0; l < layer_count; ++l) {
    Block& block = graph.blocks[BlockOf(l)];
    block.layers = {l};
    block.cost = LayerPrice(problem, problem.layers[l]);
  }
  for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
    AddTensor(problem, t, &graph);
  }
  return graph;
}

bool IsPrice(const CostLine& cost) {
  return cost.fixed >= 0 && cost.bytes >= 0;
}

void VerifyWires(const BlockGraph& graph) {
  const int count = static_cast<int>(graph.blocks.size());
  const Wire* last = nullptr;
  for (const Wire& wire : graph.wires) {
    Require(wire.producer >= 0 && !wire.readers.empty() &&
                IsAscending(wire.readers) &&
                wire.producer < wire.readers.front() &&
                wire.readers.back() < count,
            "that wires go from lower to higher blocks");
    Require(IsPrice(wire.cost), "that costs are >= 0");
    Require(IsAscending(wire.tensors), "that a wire's tensors are ascending");
    Require(
        last == nullptr || last->producer < wire.producer ||
            (last->producer == wire.producer && last->readers < wire.readers),
        "that wires are sorted, with different ends");
    last = &wire;
  }
}

void VerifyFeeds(const BlockGraph& graph) {
  const int count = static_cast<int>(graph.blocks.size());
  const Feed* last = nullptr;
  for (const Feed& feed : graph.feeds) {
    Require(
        feed.holder >= 0 && feed.holder < count && !feed.readers.empty() &&
            IsAscending(feed.readers) && feed.readers.front() >= 0 &&
            feed.readers.back() < count &&
            std::ranges::find(feed.readers, feed.holder) == feed.readers.end(),
        "that feeds go to other blocks");
    Require(IsPrice(feed.up) && IsPrice(feed.down), "that costs are >= 0");
    Require(IsAscending(feed.tensors), "that a feed's tensors are ascending");
    Require(last == nullptr || last->holder < feed.holder ||
                (last->holder == feed.holder && last->readers < feed.readers),
            "that feeds are sorted, with different ends");
    last = &feed;
  }
}

bool HasReaderOn(Side side, const std::vector<BlockId>& readers,
                 const std::vector<bool>& on_device) {
  return std::ranges::any_of(readers, [&](BlockId reader) {
    return on_device[reader] == (side == Side::kDevice);
  });
}

}  // namespace

BlockGraph MakeBlockGraph(const Problem& problem) {
  VerifyProblem(problem);
  CheckTotal(problem);
  CheckPlacement(problem);
  const BlockGraph graph = OneBlockPerLayer(problem);
  return Contract(
      graph, RequiredGroups(problem, static_cast<int>(graph.blocks.size())));
}

int CountBlocks(const BlockGraph& graph) {
  return static_cast<int>(
      std::count_if(graph.blocks.begin(), graph.blocks.end(),
                    [](const Block& block) { return !block.layers.empty(); }));
}

Cut ExpandCut(const BlockGraph& graph, const std::vector<bool>& on_device,
              int layer_count) {
  if (on_device.size() != graph.blocks.size()) {
    throw std::logic_error("ExpandCut: a cut of another graph");
  }
  Cut cut(layer_count, Side::kServer);
  for (size_t b = 0; b < graph.blocks.size(); ++b) {
    if (!on_device[b]) continue;
    for (LayerId layer : graph.blocks[b].layers) cut.at(layer) = Side::kDevice;
  }
  return cut;
}

CostLine CostOf(const BlockGraph& graph, const std::vector<bool>& on_device,
                const CostLine& round_trip) {
  CostLine sum;
  const auto add = [&sum](const CostLine& cost) {
    sum = CheckedAdd(sum, cost, "sum of the costs of a block graph");
  };
  bool all_on_device = true;
  for (size_t b = 0; b < graph.blocks.size(); ++b) {
    const PerSide<CostLine>& of_block = graph.blocks[b].cost;
    add(on_device[b] ? of_block.device : of_block.server);
    all_on_device = all_on_device && on_device[b];
  }
  for (const Wire& wire : graph.wires) {
    if (!on_device[wire.producer]) continue;
    if (HasReaderOn(Side::kServer, wire.readers, on_device)) add(wire.cost);
  }
  for (const Feed& feed : graph.feeds) {
    const bool up = on_device[feed.holder];
    if (HasReaderOn(up ? Side::kServer : Side::kDevice, feed.readers,
                    on_device)) {
      add(up ? feed.up : feed.down);
    }
  }
  if (!all_on_device) add(round_trip);
  return sum;
}

void VerifyBlockGraph(const BlockGraph& graph) {
  const size_t anchors = graph.has_server_anchor ? 2 : 1;
  Require(graph.blocks.size() >= anchors, "that there are the anchors");
  size_t layer_count = 0;
  for (const Block& block : graph.blocks) layer_count += block.layers.size();
  std::vector<bool> seen(layer_count, false);
  for (size_t b = 0; b < graph.blocks.size(); ++b) {
    const Block& block = graph.blocks[b];
    const bool is_anchor =
        b == 0 || (graph.has_server_anchor && b + 1 == graph.blocks.size());
    Require(is_anchor || !block.layers.empty(), "that blocks hold layers");
    Require(IsPrice(block.cost.device) && IsPrice(block.cost.server),
            "that costs are >= 0");
    Require(IsAscending(block.layers), "that a block's layers are ascending");
    for (LayerId layer : block.layers) {
      Require(
          layer >= 0 && layer < static_cast<int>(layer_count) && !seen[layer],
          "that every layer is in one block");
      seen[layer] = true;
    }
  }
  VerifyWires(graph);
  VerifyFeeds(graph);
  Require(!graph.has_server_anchor || graph.wires.empty() ||
              graph.wires.back().producer + 1 <
                  static_cast<int>(graph.blocks.size()),
          "that nothing leaves the server's anchor");
}

}  // namespace dnncut
