// SPDX-License-Identifier: Apache-2.0
//
// The network. Source side = device; block 0 is the source s, the server's
// anchor (or a node of its own) is the sink t. An arc is paid when it goes from
// the source side to the sink side. For a block b, a wire p -> {q, r} and the
// last blocks x, y (nobody reads them):
//
//      on_server             on_device
//   s ---------------> b ----------------> t
//
//      cost                     infinite            infinite
//   p -----------------> helper ========> q      q ==========> p
//                               ========> r      r ==========> p
//
//       round trip           infinite
//   s -----------------> z  ========> x
//                           ========> y
//
// and for a feed, which an inner block h holds, with readers q and r (or the
// server's anchor, then t stands for h and only "down" is left):
//
//      up                   infinite            infinite              down
//   h ----> up helper =============> q      q ============> down helper ----> h
//                     =============> r      r ============>
//
// Value of a cut = its cost (objective.h). Let D be the blocks on the source
// side of a finite cut.
//
// * D is closed under predecessors: the arc reader => producer is infinite, so
//   a reader in D has its producer in D. Every closed D without the server's
//   anchor has finite cuts (put every helper on the sink side).
// * A block pays s -> b when it is on the server and b -> t when it is on the
//   device: never both, never neither.
// * The helper of a wire can be on the source side only when all its readers
//   are in D, by its infinite arcs. If the producer is in D and a reader is
//   not, the helper is on the sink side and the wire is paid, once. If all
//   readers are in D, so is the producer, and the helper is best on the source
//   side: nothing is paid. If the producer is not in D, the arc into the helper
//   is not paid wherever the helper is. Hence the least value over the helpers'
//   sides is what the wires of D cost.
// * The up helper of a feed is like a wire's: up is paid once if the holder is
//   in D and a reader is not. The down helper must be on the source side when a
//   reader is in D; then down is paid if the holder is not. When no reader is,
//   it is best on the sink side, where it costs nothing. So with the holder in
//   D down is never paid, and with the holder elsewhere up is not. No arc
//   reader
//   => holder: a feed says nothing of who must be in D with whom.
// * z can be on the source side only when all last blocks are in D. Every block
//   has a path of wires to a last block and D is closed, so that is when all
//   blocks are in D: exactly then the round trip is not paid. (Without a server
//   anchor something crosses only if a block on the server reads or holds it.)
//   With
//   a server anchor every cut has a layer there or uploads a result to it, or
//   has that result's producer there, or a reader of an input that lies there,
//   or sends that input down: the round trip is a constant.
//
// So for each D the least value over the helpers is the cost of D, and a
// minimum cut of the network is a best cut of the blocks. The same D appears
// with several sides of the helpers; among all minimum cuts of a network the
// source sides are closed under intersection, so the unique smallest of them
// has the unique smallest D.
//
// What is left out, because it is the same in every cut or never decides:
//
// * arcs into s and out of t are never paid;
// * a wire with one reader needs no helper: p -> reader carries the cost. One
//   without cost needs none either, only the arcs reader => producer;
// * a wire that the server's anchor reads is paid whenever its producer is on
//   the device: its cost joins the arc p -> t;
// * the same for feeds: with one reader there is no helper; a reader that is an
//   anchor is on its side in every cut, so it either never pays or pays
//   whenever the holder is on the other side, whatever other readers do;
// * wires with the same readers share their helper: it is on the source side
//   only when all readers are in D, and each producer pays an arc of its own to
//   it. In place of an arc from each reader to each producer there is a node
//   between them: it is on the source side when a reader is in D, and then all
//   producers must be. So w layers that all read from w others are 4 w arcs,
//   not 2 w * w;
// * arcs with equal ends are one, and so s -> b also carries the wires from
//   block 0 to b alone, and the round trip when b is the only last block;
// * what is then common to s -> b and b -> t is a constant.
#include "compiler/solve/cut_problem.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace dnncut {
namespace {

// MakeBlockGraph has made sure that no such sum overflows, but block graphs are
// also read from files.
void Add(const CostLine& cost, CostLine* sum) {
  *sum = CheckedAdd(*sum, cost, "sum of the costs of a block graph");
}

class Builder {
 public:
  Builder(const BlockGraph& graph, int64_t round_trip)
      : graph_(graph),
        round_trip_{round_trip, 0},
        block_count_(static_cast<int>(graph.blocks.size())),
        sink_(graph.has_server_anchor ? block_count_ - 1 : block_count_),
        on_server_(block_count_),
        on_device_(block_count_),
        last_producer_(block_count_, -1) {
    problem_.block_count = block_count_;
    problem_.source = 0;
    problem_.sink = sink_;
    problem_.node_count = std::max(block_count_, sink_ + 1);
  }

  CutProblem Build() {
    AddBlocks();
    FindSharedReaders();
    for (size_t id = 0; id < graph_.wires.size(); ++id) {
      AddWire(graph_.wires[id], readers_of_[id]);
    }
    for (const Feed& feed : graph_.feeds) {
      AddUpwards(feed);
      AddDownwards(feed);
    }
    AddRoundTrip();
    AddTerminalArcs();
    return std::move(problem_);
  }

 private:
  bool IsInner(BlockId b) const { return b != 0 && b != sink_; }

  void AddArc(int from, int to, const CostLine& cost) {
    if (cost == CostLine{}) return;
    problem_.arcs.push_back({from, to, cost, false});
  }

  void AddInfiniteArc(int from, int to) {
    problem_.arcs.push_back({from, to, {}, true});
  }

  void AddBlocks() {
    Add(graph_.blocks[0].cost.device, &problem_.constant);
    if (graph_.has_server_anchor) {
      Add(graph_.blocks[sink_].cost.server, &problem_.constant);
    }
    for (BlockId b = 1; b < block_count_; ++b) {
      if (!IsInner(b)) continue;
      Add(graph_.blocks[b].cost.server, &on_server_[b]);
      Add(graph_.blocks[b].cost.device, &on_device_[b]);
    }
  }

  // What wires with the same readers share.
  struct SharedReaders {
    int wires = 0;
    int all_on_device = -1;  // the node with arcs to the readers; -1: none yet
    int any_on_device = -1;  // the node with arcs from them
  };

  void FindSharedReaders() {
    std::vector<int> order(graph_.wires.size());
    std::iota(order.begin(), order.end(), 0);
    const auto readers = [this](int id) -> const std::vector<BlockId>& {
      return graph_.wires[id].readers;
    };
    std::ranges::sort(order, {}, readers);
    readers_of_.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      if (i == 0 || readers(order[i]) != readers(order[i - 1])) {
        shared_.emplace_back();
      }
      ++shared_.back().wires;
      readers_of_[order[i]] = static_cast<int>(shared_.size()) - 1;
    }
  }

  // No reader is in D without the producer. Wires are sorted by producer, which
  // keeps the arcs reader => producer distinct with one mark per reader.
  void AddClosure(const Wire& wire, SharedReaders* shared) {
    if (wire.producer == 0) return;
    const bool is_shared = shared->wires > 1 && wire.readers.size() > 1;
    if (is_shared && shared->any_on_device < 0) {
      shared->any_on_device = problem_.node_count++;
      for (BlockId reader : wire.readers) {
        if (IsInner(reader)) AddInfiniteArc(reader, shared->any_on_device);
      }
    }
    if (is_shared) return AddInfiniteArc(shared->any_on_device, wire.producer);
    for (BlockId reader : wire.readers) {
      if (!IsInner(reader) || last_producer_[reader] == wire.producer) continue;
      last_producer_[reader] = wire.producer;
      AddInfiniteArc(reader, wire.producer);
    }
  }

  void AddWire(const Wire& wire, int readers) {
    const BlockId producer = wire.producer;
    SharedReaders& shared = shared_[readers];
    AddClosure(wire, &shared);
    if (wire.cost == CostLine{}) return;
    if (!IsInner(wire.readers.back())) {
      Add(wire.cost,
          producer == 0 ? &problem_.constant : &on_device_[producer]);
    } else if (wire.readers.size() > 1) {
      if (shared.all_on_device < 0) {
        shared.all_on_device = problem_.node_count++;
        for (BlockId reader : wire.readers) {
          AddInfiniteArc(shared.all_on_device, reader);
        }
      }
      AddArc(producer, shared.all_on_device, wire.cost);
    } else if (producer == 0) {
      Add(wire.cost, &on_server_[wire.readers[0]]);
    } else {
      AddArc(producer, wire.readers[0], wire.cost);
    }
  }

  // Paid whenever `block` is on the server.
  void AddOnServer(BlockId block, const CostLine& cost) {
    if (block == 0) return;
    Add(cost, block == sink_ ? &problem_.constant : &on_server_[block]);
  }

  // Paid whenever `block` is on the device.
  void AddOnDevice(BlockId block, const CostLine& cost) {
    if (block == sink_) return;
    Add(cost, block == 0 ? &problem_.constant : &on_device_[block]);
  }

  // The readers that may be on either side.
  std::vector<BlockId> InnerReaders(const Feed& feed) const {
    std::vector<BlockId> inner;
    std::ranges::copy_if(feed.readers, std::back_inserter(inner),
                         [this](BlockId reader) { return IsInner(reader); });
    return inner;
  }

  bool IsReadBy(const Feed& feed, BlockId anchor) const {
    return std::ranges::binary_search(feed.readers, anchor);
  }

  void AddUpwards(const Feed& feed) {
    if (feed.up == CostLine{} || feed.holder == sink_) return;
    const std::vector<BlockId> readers = InnerReaders(feed);
    if (IsReadBy(feed, sink_)) {
      AddOnDevice(feed.holder, feed.up);
    } else if (readers.size() == 1 && feed.holder == 0) {
      AddOnServer(readers[0], feed.up);
    } else if (readers.size() == 1) {
      AddArc(feed.holder, readers[0], feed.up);
    } else if (!readers.empty()) {
      const int helper = problem_.node_count++;
      AddArc(feed.holder, helper, feed.up);
      for (BlockId reader : readers) AddInfiniteArc(helper, reader);
    }
  }

  void AddDownwards(const Feed& feed) {
    if (feed.down == CostLine{} || feed.holder == 0) return;
    const std::vector<BlockId> readers = InnerReaders(feed);
    if (IsReadBy(feed, 0)) {
      AddOnServer(feed.holder, feed.down);
    } else if (readers.size() == 1 && feed.holder == sink_) {
      AddOnDevice(readers[0], feed.down);
    } else if (readers.size() == 1) {
      AddArc(readers[0], feed.holder, feed.down);
    } else if (!readers.empty()) {
      const int helper = problem_.node_count++;
      for (BlockId reader : readers) AddInfiniteArc(reader, helper);
      AddArc(helper, feed.holder, feed.down);
    }
  }

  std::vector<BlockId> LastBlocks() const {
    std::vector<bool> is_read(block_count_, false);
    for (const Wire& wire : graph_.wires) is_read[wire.producer] = true;
    std::vector<BlockId> last;
    for (BlockId b = 1; b < block_count_; ++b) {
      if (!is_read[b]) last.push_back(b);
    }
    return last;
  }

  void AddRoundTrip() {
    if (graph_.has_server_anchor) {
      Add(round_trip_, &problem_.constant);
      return;
    }
    const std::vector<BlockId> last = LastBlocks();
    if (round_trip_ == CostLine{} || last.empty()) return;
    if (last.size() == 1) {
      Add(round_trip_, &on_server_[last[0]]);
      return;
    }
    const int helper = problem_.node_count++;
    AddArc(problem_.source, helper, round_trip_);
    for (BlockId b : last) AddInfiniteArc(helper, b);
  }

  void AddTerminalArcs() {
    for (BlockId b = 1; b < block_count_; ++b) {
      if (!IsInner(b)) continue;
      const CostLine& server = on_server_[b];
      const CostLine& device = on_device_[b];
      const CostLine both = {std::min(server.fixed, device.fixed),
                             std::min(server.bytes, device.bytes)};
      Add(both, &problem_.constant);
      AddArc(problem_.source, b, server - both);
      AddArc(b, sink_, device - both);
    }
  }

  const BlockGraph& graph_;
  const CostLine round_trip_;
  const int block_count_;
  const int sink_;
  std::vector<CostLine> on_server_;  // by block, with wires that are paid so
  std::vector<CostLine> on_device_;
  std::vector<BlockId> last_producer_;
  std::vector<int> readers_of_;  // by wire: an index into shared_
  std::vector<SharedReaders> shared_;
  CutProblem problem_;
};

}  // namespace

CutProblem MakeCutProblem(const BlockGraph& graph, int64_t round_trip) {
  return Builder(graph, round_trip).Build();
}

}  // namespace dnncut
