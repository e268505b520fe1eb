// SPDX-License-Identifier: Apache-2.0
//
// Blocks are decided in a topological order. One that goes to the server takes
// all blocks with it that follow it: these are *forced*, and no node asks about
// them. One that is not forced has all its producers on the device, so both
// sides are open to it. So paths from the first node to the end are the cuts,
// each once.
//
// What a path has decided matters for the rest only by
//
// * which later blocks are forced;
// * of each link, whether a later block can still make it be paid, and how:
//     the holder is decided, the link is not paid, and a reader is undecided:
//       a reader on the other side would pay for it (kWaitsUp, kWaitsDown);
//     the holder is undecided: whether a reader is on the device and whether
//       one is on the server, if somebody would pay for that (kSeenDevice,
//       kSeenServer, or both);
//     otherwise 0: it is paid, or will never be, whatever is decided.
//
// Two paths with the same of all this have the same continuations at the same
// cost, so they meet in one node. Each arc carries the price of the blocks
// that it decides or forces, and of the links that become paid: when the second
// of holder and reader is decided and they differ, the first time. So each
// price is on exactly one arc of a path, or in the start.
//
// A block is undecided when it comes later in the order and is not forced. The
// state of a node is only kept until the node is expanded.
//
// A block that all later ones depend on takes all of them with it, which is the
// usual case, and must not take time for each of them: their prices are a sum
// over the places, and only links that reach over the place can change. Every
// later block depends on block v if each has a producer that does not come
// before v: follow such producers backwards, and the way ends at v.
#include "compiler/objectives/decision_graph.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

#include "compiler/base/interrupt.h"
#include "compiler/objectives/decision_order.h"

namespace dnncut {
namespace {

constexpr int kWaitsUp = 1;    // the holder is decided
constexpr int kWaitsDown = 2;  // the holder is decided
constexpr int kSeenDevice = 1;
constexpr int kSeenServer = 2;

constexpr int kWordBits = 64;

// A node may have so many words of states to copy, on average.
constexpr int64_t kWordsPerNode = 2048;

// One bit a place in the order (is it forced?), then two bits a link.
using State = std::vector<uint64_t>;

struct StateHash {
  size_t operator()(const State& state) const {
    uint64_t hash = state.size();
    for (const uint64_t word : state) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 29;
    }
    return static_cast<size_t>(hash);
  }
};

class GraphMaker {
 public:
  GraphMaker(const PricedGraph& graph, int64_t most_nodes)
      : graph_(graph),
        most_nodes_(most_nodes),
        order_(DecisionOrder(graph)),
        place_(graph.blocks.size(), -1),
        held_(graph.blocks.size()),
        read_(graph.blocks.size()) {
    const int count = static_cast<int>(order_.size());
    for (int place = 0; place < count; ++place) place_[order_[place]] = place;
    link_words_ = (count + kWordBits - 1) / kWordBits;
    word_count_ =
        link_words_ + (2 * graph.links.size() + kWordBits - 1) / kWordBits;
    for (int id = 0; id < std::ssize(graph.links); ++id) {
      const PricedLink& link = graph.links[id];
      if (link.holder != kAlwaysServer) held_[link.holder].push_back(id);
      for (const BlockId reader : link.readers) read_[reader].push_back(id);
    }
    at_place_.resize(order_.size() + 1);
    FindRests();
  }

  std::optional<DecisionGraph> Make() {
    result_.amounts = graph_.amounts;
    result_.block_count = graph_.BlockCount();
    Start();
    int64_t words = 0;
    for (size_t place = 0; place < order_.size(); ++place) {
      std::unordered_map<State, int, StateHash> states;
      std::swap(states, at_place_[place]);
      std::vector<std::pair<int, const State*>> in_order;
      in_order.reserve(states.size());
      for (const auto& [state, node] : states) {
        in_order.emplace_back(node, &state);
      }
      std::ranges::sort(in_order);
      for (const auto& [node, state] : in_order) {
        Expand(node, static_cast<int>(place), *state);
      }
      words += std::ssize(in_order) * word_count_;
      if (std::ssize(result_.nodes) > most_nodes_ ||
          words / kWordsPerNode > most_nodes_) {
        return std::nullopt;
      }
      ThrowIfInterrupted();
    }
    Renumber();
    return std::move(result_);
  }

 private:
  // What is being decided: the state, and what has been paid for it.
  struct Step {
    State state;
    int place = 0;  // blocks before are decided; anchors always are
    Amounts paid;
  };

  bool IsForced(const State& state, int place) const {
    return (state[place / kWordBits] >> (place % kWordBits) & 1) != 0;
  }

  static void Force(int place, State* state) {
    (*state)[place / kWordBits] |= uint64_t{1} << (place % kWordBits);
  }

  template <typename Call>
  void ForEachForced(const State& state, int from, const Call& call) const {
    for (int word = from / kWordBits; std::cmp_less(word, link_words_);
         ++word) {
      uint64_t bits = state[word];
      if (word == from / kWordBits) bits &= ~uint64_t{0} << (from % kWordBits);
      for (; bits != 0; bits &= bits - 1) {
        call(word * kWordBits + std::countr_zero(bits));
      }
    }
  }

  bool IsUndecided(const Step& step, BlockId block) const {
    const int place = block == kAlwaysServer ? -1 : place_[block];
    return place >= step.place && !IsForced(step.state, place);
  }

  bool HasUndecidedReader(const Step& step, const PricedLink& link) const {
    return std::ranges::any_of(link.readers, [&](BlockId reader) {
      return IsUndecided(step, reader);
    });
  }

  int CodeOf(const State& state, int link) const {
    const int bit = 2 * link;
    return state[link_words_ + bit / kWordBits] >> (bit % kWordBits) & 3;
  }

  void SetCode(int link, int code, State* state) const {
    const int bit = 2 * link;
    uint64_t& word = (*state)[link_words_ + bit / kWordBits];
    word &= ~(uint64_t{3} << (bit % kWordBits));
    word |= static_cast<uint64_t>(code) << (bit % kWordBits);
  }

  // The holder has been decided.
  void DecideHolder(int id, Side side, Step* step) const {
    const PricedLink& link = graph_.links[id];
    const bool on_device = side == Side::kDevice;
    const Amounts& price = on_device ? link.up : link.down;
    const int pays = on_device ? kSeenServer : kSeenDevice;
    int code = 0;
    if ((CodeOf(step->state, id) & pays) != 0) {
      step->paid += price;
    } else if (price != Amounts{} && HasUndecidedReader(*step, link)) {
      code = on_device ? kWaitsUp : kWaitsDown;
    }
    SetCode(id, code, &step->state);
  }

  // A reader has been decided.
  void DecideReader(int id, Side side, Step* step) const {
    const PricedLink& link = graph_.links[id];
    const bool on_device = side == Side::kDevice;
    int code = CodeOf(step->state, id);
    if (IsUndecided(*step, link.holder)) {
      const Amounts& price = on_device ? link.down : link.up;
      if (price != Amounts{}) code |= on_device ? kSeenDevice : kSeenServer;
    } else if (code == (on_device ? kWaitsDown : kWaitsUp)) {
      step->paid += on_device ? link.down : link.up;
      code = 0;
    } else if (!HasUndecidedReader(*step, link)) {
      code = 0;
    }
    SetCode(id, code, &step->state);
  }

  // The block no longer counts as undecided when this is called.
  void Decide(BlockId block, Side side, Step* step) const {
    step->paid += graph_.blocks[block][side];
    for (const int id : held_[block]) DecideHolder(id, side, step);
    for (const int id : read_[block]) DecideReader(id, side, step);
  }

  // Notes the link at the places that a rest may begin at, between its ends.
  void AddReach(int id) {
    const PricedLink& link = graph_.links[id];
    const auto place_of = [&](BlockId block) {
      return block == kAlwaysServer ? -1 : place_[block];
    };
    int first = place_of(link.holder);
    int last = first;
    for (const BlockId reader : link.readers) {
      first = std::min(first, place_of(reader));
      last = std::max(last, place_of(reader));
    }
    for (int place = first + 1; place <= last; ++place) {
      if (place > 0 && takes_rest_[place - 1]) reach_over_[place].push_back(id);
    }
  }

  void FindRests() {
    const int count = static_cast<int>(order_.size());
    std::vector<int> last_producer(count, -1);
    for (int place = 0; place < count; ++place) {
      for (const BlockId follower : graph_.followers[order_[place]]) {
        int& last = last_producer[place_[follower]];
        last = std::max(last, place);
      }
    }
    rest_on_server_.resize(count + 1);
    takes_rest_.resize(count);
    int least = count;  // of the last producers of all behind
    for (int place = count - 1; place >= 0; --place) {
      takes_rest_[place] = least >= place;
      least = std::min(least, last_producer[place]);
      rest_on_server_[place] =
          rest_on_server_[place + 1] + graph_.blocks[order_[place]].server;
    }
    reach_over_.resize(count + 1);
    for (int id = 0; id < std::ssize(graph_.links); ++id) AddReach(id);
  }

  // The block at the step's last decided place, and all that follow it, in the
  // order of their places.
  void DecideServer(BlockId block, Step* step) const {
    std::priority_queue<int, std::vector<int>, std::greater<>> places;
    Decide(block, Side::kServer, step);
    for (int place = place_[block]; !takes_rest_[place];) {
      for (const BlockId follower : graph_.followers[order_[place]]) {
        if (IsUndecided(*step, follower)) places.push(place_[follower]);
      }
      do {
        if (places.empty()) return;
        place = places.top();
        places.pop();
      } while (IsForced(step->state, place));
      Force(place, &step->state);
      Decide(order_[place], Side::kServer, step);
      if (takes_rest_[place]) return DecideRest(place + 1, step);
    }
    DecideRest(step->place, step);
  }

  // All undecided blocks from a place on.
  void DecideRest(int from, Step* step) const {
    step->paid += rest_on_server_[from];
    ForEachForced(step->state, from, [&](int place) {
      step->paid -= graph_.blocks[order_[place]].server;
    });
    std::vector<int> held;
    for (const int id : reach_over_[from]) {
      const BlockId holder = graph_.links[id].holder;
      if (IsUndecided(*step, holder) && place_[holder] >= from) {
        held.push_back(id);
      }
    }
    for (int place = from; place < std::ssize(order_); ++place) {
      if (place % kWordBits == 0 && place + kWordBits <= std::ssize(order_)) {
        step->state[place / kWordBits] = ~uint64_t{0};
        place += kWordBits - 1;
      } else {
        Force(place, &step->state);
      }
    }
    for (const int id : held) DecideHolder(id, Side::kServer, step);
    for (const int id : reach_over_[from]) {
      const bool has_reader =
          std::ranges::any_of(graph_.links[id].readers, [&](BlockId reader) {
            return reader >= 0 && place_[reader] >= from;
          });
      if (has_reader) DecideReader(id, Side::kServer, step);
    }
  }

  // The node of what is left, made if it is new.
  DecisionArc Finish(Step step) {
    const int count = static_cast<int>(order_.size());
    while (step.place < count && IsForced(step.state, step.place)) {
      uint64_t& word = step.state[step.place / kWordBits];
      if (step.place % kWordBits == 0 && word == ~uint64_t{0}) {
        word = 0;
        step.place += kWordBits;
      } else {
        word &= ~(uint64_t{1} << (step.place % kWordBits));
        ++step.place;
      }
    }
    if (step.place == count) return {kEnd, step.paid};
    const int next = static_cast<int>(result_.nodes.size());
    const auto [entry, is_new] =
        at_place_[step.place].emplace(std::move(step.state), next);
    if (is_new) {
      const BlockId block = order_[step.place];
      result_.nodes.push_back(
          {block, graph_.layer_counts[block], graph_.first_layers[block], {}});
      places_.push_back(step.place);
    }
    return {entry->second, step.paid};
  }

  // Where a block is before anything is decided; nullopt: nowhere yet.
  std::optional<Side> AnchorSide(BlockId block) const {
    if (block == 0) return Side::kDevice;
    if (block == kAlwaysServer || graph_.IsAnchor(block)) return Side::kServer;
    return std::nullopt;
  }

  void StartLink(int id, Step* step) const {
    const PricedLink& link = graph_.links[id];
    int seen = 0;
    for (const BlockId reader : link.readers) {
      const std::optional<Side> side = AnchorSide(reader);
      if (!side) continue;
      const bool on_device = side == Side::kDevice;
      const Amounts& price = on_device ? link.down : link.up;
      if (price == Amounts{}) continue;
      seen |= on_device ? kSeenDevice : kSeenServer;
    }
    SetCode(id, seen, &step->state);
    const std::optional<Side> holder = AnchorSide(link.holder);
    if (holder) DecideHolder(id, *holder, step);
  }

  void Start() {
    Step step;
    step.state.resize(word_count_);
    step.paid = graph_.blocks[0].device;
    if (graph_.has_server_anchor) step.paid += graph_.blocks.back().server;
    for (int id = 0; id < std::ssize(graph_.links); ++id) StartLink(id, &step);
    result_.start = Finish(std::move(step)).amounts;
  }

  void Expand(int node, int place, const State& state) {
    const BlockId block = order_[place];
    Step on_device = {state, place + 1, {}};
    Decide(block, Side::kDevice, &on_device);
    Step on_server = {state, place + 1, {}};
    DecideServer(block, &on_server);
    const DecisionArc device = Finish(std::move(on_device));
    const DecisionArc server = Finish(std::move(on_server));
    result_.nodes[node].arcs = {device, server};
  }

  // Nodes by their places, so that arcs lead to later ones.
  void Renumber() {
    std::vector<int> old(result_.nodes.size());
    std::iota(old.begin(), old.end(), 0);
    std::ranges::stable_sort(old, {}, [&](int node) { return places_[node]; });
    std::vector<int> renamed(old.size());
    std::vector<DecisionNode> nodes;
    nodes.reserve(old.size());
    for (const int node : old) {
      renamed[node] = static_cast<int>(nodes.size());
      nodes.push_back(result_.nodes[node]);
    }
    for (DecisionNode& node : nodes) {
      for (const Side side : kSides) {
        int& to = node.arcs[side].to;
        to = to == kEnd ? static_cast<int>(nodes.size()) : renamed[to];
      }
    }
    result_.nodes = std::move(nodes);
  }

  static constexpr int kEnd = -1;

  const PricedGraph& graph_;
  const int64_t most_nodes_;
  const std::vector<BlockId> order_;
  std::vector<int> place_;              // by block; -1 for anchors
  std::vector<std::vector<int>> held_;  // by block: links
  std::vector<std::vector<int>> read_;
  size_t link_words_ = 0;  // where the links' codes begin
  size_t word_count_ = 0;
  std::vector<Amounts> rest_on_server_;  // by place: of it and all behind
  std::vector<bool> takes_rest_;  // by place: do all behind depend on it?
  std::vector<std::vector<int>> reach_over_;  // by place: links with ends
                                              // before it and from it on
  std::vector<std::unordered_map<State, int, StateHash>> at_place_;
  std::vector<int> places_;  // by node
  DecisionGraph result_;
};

}  // namespace

std::optional<DecisionGraph> MakeDecisionGraph(const PricedGraph& graph,
                                               int64_t most_nodes) {
  return GraphMaker(graph, most_nodes).Make();
}

}  // namespace dnncut
