// SPDX-License-Identifier: Apache-2.0
//
// The network. Source side = device; block 0 is the source s, the server's
// anchor (or a node of its own) is the sink t. An arc is paid when it goes from
// the source side to the sink side. For a block b, a wire p -> {q, r} and the
// last blocks x, y (nobody reads them):
//
//      server_ns, download_bytes         device_ns
//   s ---------------------------> b ----------------> t
//
//      cross_ns, bytes          infinite            infinite
//   p -----------------> helper ========> q      q ==========> p
//                               ========> r      r ==========> p
//
//       rtt                  infinite
//   s -----------------> z  ========> x
//                           ========> y
//
// Value of a cut = latency. Let D be the blocks on the source side of a finite
// cut.
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
// * z can be on the source side only when all last blocks are in D. Every block
//   has a path of wires to a last block and D is closed, so that is when all
//   blocks are in D: exactly then the round trip is not paid. (Without a server
//   anchor something is uploaded only if a block on the server reads it.) With
//   a server anchor every cut has a layer there or uploads a result to it, or
//   has that result's producer there: the round trip is a constant.
//
// So for each D the least value over the helpers is the latency of D, and a
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
// * arcs with equal ends are one, and so s -> b also carries the wires from
//   block 0 to b alone, and the round trip when b is the only last block;
// * what is then common to s -> b and b -> t is a constant.
#include "compiler/solve/cut_problem.h"

#include <algorithm>

#include "compiler/base/checked_math.h"

namespace dnncut {
namespace {

// What a block pays on one side, besides its wires to inner blocks.
struct TerminalCost {
  int64_t ns = 0;
  int64_t bytes = 0;
};

// MakeBlockGraph has made sure that no such sum overflows, but block graphs are
// also read from files.
void AddTo(int64_t ns, int64_t bytes, TerminalCost* cost) {
  cost->ns = CheckedAdd(cost->ns, ns, "sum of the times of a block graph");
  cost->bytes =
      CheckedAdd(cost->bytes, bytes, "sum of the bytes of a block graph");
}

class Builder {
 public:
  Builder(const BlockGraph& graph, int64_t rtt_ns)
      : graph_(graph),
        rtt_ns_(rtt_ns),
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
    for (const Wire& wire : graph_.wires) AddWire(wire);
    AddRoundTrip();
    AddTerminalArcs();
    problem_.constant_ns = constant_.ns;
    problem_.constant_bytes = constant_.bytes;
    return std::move(problem_);
  }

 private:
  bool IsInner(BlockId b) const { return b != 0 && b != sink_; }

  void AddArc(int from, int to, int64_t ns, int64_t bytes) {
    if (ns == 0 && bytes == 0) return;
    problem_.arcs.push_back({from, to, ns, bytes, false});
  }

  void AddInfiniteArc(int from, int to) {
    problem_.arcs.push_back({from, to, 0, 0, true});
  }

  void AddBlocks() {
    AddTo(graph_.blocks[0].device_ns, 0, &constant_);
    if (graph_.has_server_anchor) {
      const Block& anchor = graph_.blocks[sink_];
      AddTo(anchor.server_ns, anchor.download_bytes, &constant_);
    }
    for (BlockId b = 1; b < block_count_; ++b) {
      if (!IsInner(b)) continue;
      const Block& block = graph_.blocks[b];
      AddTo(block.server_ns, block.download_bytes, &on_server_[b]);
      AddTo(block.device_ns, 0, &on_device_[b]);
    }
  }

  // Wires are sorted by producer, which keeps the arcs reader => producer
  // distinct with one mark per reader.
  void AddWire(const Wire& wire) {
    const BlockId producer = wire.producer;
    for (BlockId reader : wire.readers) {
      if (producer == 0 || !IsInner(reader)) continue;
      if (last_producer_[reader] == producer) continue;
      last_producer_[reader] = producer;
      AddInfiniteArc(reader, producer);
    }
    if (wire.bytes == 0 && wire.cross_ns == 0) return;
    if (!IsInner(wire.readers.back())) {
      AddTo(wire.cross_ns, wire.bytes,
            producer == 0 ? &constant_ : &on_device_[producer]);
    } else if (wire.readers.size() > 1) {
      const int helper = problem_.node_count++;
      AddArc(producer, helper, wire.cross_ns, wire.bytes);
      for (BlockId reader : wire.readers) AddInfiniteArc(helper, reader);
    } else if (producer == 0) {
      AddTo(wire.cross_ns, wire.bytes, &on_server_[wire.readers[0]]);
    } else {
      AddArc(producer, wire.readers[0], wire.cross_ns, wire.bytes);
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
      AddTo(rtt_ns_, 0, &constant_);
      return;
    }
    const std::vector<BlockId> last = LastBlocks();
    if (rtt_ns_ == 0 || last.empty()) return;
    if (last.size() == 1) {
      AddTo(rtt_ns_, 0, &on_server_[last[0]]);
      return;
    }
    const int helper = problem_.node_count++;
    AddArc(problem_.source, helper, rtt_ns_, 0);
    for (BlockId b : last) AddInfiniteArc(helper, b);
  }

  void AddTerminalArcs() {
    for (BlockId b = 1; b < block_count_; ++b) {
      if (!IsInner(b)) continue;
      TerminalCost& server = on_server_[b];
      TerminalCost& device = on_device_[b];
      const int64_t ns = std::min(server.ns, device.ns);
      const int64_t bytes = std::min(server.bytes, device.bytes);
      AddTo(ns, bytes, &constant_);
      AddArc(problem_.source, b, server.ns - ns, server.bytes - bytes);
      AddArc(b, sink_, device.ns - ns, device.bytes - bytes);
    }
  }

  const BlockGraph& graph_;
  const int64_t rtt_ns_;
  const int block_count_;
  const int sink_;
  std::vector<TerminalCost> on_server_;
  std::vector<TerminalCost> on_device_;
  std::vector<BlockId> last_producer_;
  TerminalCost constant_;
  CutProblem problem_;
};

}  // namespace

CutProblem MakeCutProblem(const BlockGraph& graph, int64_t rtt_ns) {
  return Builder(graph, rtt_ns).Build();
}

}  // namespace dnncut
