// SPDX-License-Identifier: Apache-2.0
//
// The optimisation problem: everything that decides the answer, and nothing
// else. MakeProblem makes it from the graph, its costs and the link. So the
// answer can be checked with this alone.
//
// The latency of a set D of device layers, closed under predecessors, at
// W kbit/s is, in nanoseconds (cut.h computes it, cut_problem.h minimises it):
//
//   sum ns.device(l in D) + sum ns.server(l not in D)
//   + rtt_ns                       if a layer is on the server or a tensor
//                                  crosses
//   + sum (cross_ns + 8e6/W*bytes) over tensors that lie on the device with a
//                                  reader on the server, once
//   + 8e6/W * bytes                over results made on the server and wanted
//                                  on the device, and inputs that lie on the
//                                  server with a reader on the device, once
//                                  (Downlink::kSame)
//
// A tensor lies on the side of the layer that makes it; an input of the model
// at home, or, when it is a state, on the side of the layer that made it in the
// inference before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cost_table.h"
#include "compiler/problem/memory_bound.h"
#include "compiler/problem/side.h"

namespace dnncut {

// Default and hard limits of the bandwidths, in kbit/s.
inline constexpr int64_t kDefaultMinKbps = 64;
inline constexpr int64_t kDefaultMaxKbps = 10'000'000;
inline constexpr int64_t kLimitKbps = 1'000'000'000;  // 1 Tbit/s

// Nanoseconds that one byte takes at 1 kbit/s.
inline constexpr int64_t kByteNsKbps = 8'000'000;

struct BandwidthRange {
  int64_t min_kbps = kDefaultMinKbps;  // 1 .. max_kbps
  int64_t max_kbps = kDefaultMaxKbps;  // .. kLimitKbps

  bool operator==(const BandwidthRange&) const = default;
};

// How results come back from the server.
struct Downlink {
  enum class Kind { kSame, kFree, kFixed };
  Kind kind = Kind::kSame;
  int64_t kbps = 0;  // of kFixed

  bool operator==(const Downlink&) const = default;
};

// "same", "free" or the kbit/s: how problem.json and table.json spell it.
std::string DownlinkName(const Downlink& downlink);

// What is minimised: a sum of the times on the device, on the link and on the
// server, each times its weight, >= 0. All ones is latency.
struct Objective {
  int64_t device = 1;
  int64_t link = 1;
  int64_t server = 1;

  bool operator==(const Objective&) const = default;
};

struct ProblemLayer {
  std::string name;
  std::string op;
  PerSide<int64_t> ns;
  std::optional<Side> pinned;
  std::optional<int> group;  // layers of one group share a side
  bool sizes_only = false;   // as in Layer; it decides nothing

  bool operator==(const ProblemLayer&) const = default;
};

// Where a result is wanted.
enum class Wanted : uint8_t {
  kAsAll,  // where Problem::result says
  kDevice,
  kServer,
  kNowhere,  // it stays where it is made
};

struct ProblemTensor {
  std::string name;
  LayerId producer = kModelInput;
  std::vector<LayerId> readers;  // ascending, each once
  std::optional<int64_t> bytes;  // nullopt: never crosses
  int64_t cross_ns = 0;
  bool result = false;             // a model output made by a layer
  Wanted wanted = Wanted::kAsAll;  // of a result
  // Of a model input: where it lies, unless it is a state. A state is what
  // another tensor, a result, was in the inference before.
  Side home = Side::kDevice;
  std::optional<TensorId> state_of;
  // As in Tensor; they decide nothing, but say what `bytes` are of, and what
  // they rest on.
  std::optional<int64_t> decoded_bytes;
  SizeBasis size_basis = SizeBasis::kExact;

  bool operator==(const ProblemTensor&) const = default;
};

struct Problem {
  std::vector<ProblemLayer> layers;    // topological order, as Graph::layers
  std::vector<ProblemTensor> tensors;  // as Graph::tensors, with a reader or
                                       // result flag or without
  BandwidthRange range;
  int64_t rtt_ns = 0;
  Side result = Side::kDevice;  // where results are wanted that say no other
  Downlink downlink;
  Objective objective;
  // What the halves hold, and may hold at most; nullopt: nothing is known.
  std::optional<MemoryBound> memory;

  bool operator==(const Problem&) const = default;
};

// Those that count: without those that only compute sizes.
int CountLayers(const Problem& problem);

// "device", "server" or "none": how files spell it; "" for kAsAll.
std::string_view WantedName(Wanted wanted);

// Where a tensor is wanted as a result; nullopt: nowhere, or it is none.
std::optional<Side> WantedOn(const Problem& problem,
                             const ProblemTensor& tensor);

// Is it an input that need not lie on the device? Such an input may come down.
bool IsFed(const ProblemTensor& tensor);

// The layer on whose side the tensor lies: the one that makes it, or that made
// the state; kModelInput for an input that lies at home.
LayerId HolderOf(const Problem& problem, const ProblemTensor& tensor);

// The nanoseconds that the download of a result of `bytes` bytes adds at any
// bandwidth of the uplink: ceil(8e6 * bytes / kbps) for a fixed downlink, else
// 0. Throws Error on overflow.
int64_t FixedDownloadNs(const Downlink& downlink, int64_t bytes);

// Throws std::logic_error unless layers are topologically ordered, ids are in
// range and every size and time is >= 0.
void VerifyProblem(const Problem& problem);

}  // namespace dnncut
