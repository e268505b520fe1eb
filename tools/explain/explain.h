// SPDX-License-Identifier: Apache-2.0
//
// Why a compiled table is as it is. Everything comes from the result folder:
// what is, from the table; what would be, by solving the problem again with a
// layer pinned to the other side, which is exact. explain_text.h shows it to
// people, explain_json.h to programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"
#include "tools/explain/why_held.h"
#include "tools/result/stored_result.h"

namespace dnncut {

// A row of the table, and a bandwidth in it at which it is looked at.
struct OperatingPoint {
  TableRow row;
  int64_t kbps = 0;
  LatencyParts parts;            // of the row's cut
  std::optional<TimeBand> band;  // of their total
};

OperatingPoint OperatingPointAt(const StoredResult& compiled, int64_t kbps);
// The one row of `kbps`, or every row, each at its MiddleKbps.
std::vector<OperatingPoint> OperatingPoints(const StoredResult& compiled,
                                            std::optional<int64_t> kbps);

// Another cut at the bandwidth of a point, compared with the row's cut.
struct Alternative {
  TableCut cut;
  LatencyParts parts;
  LatencyParts more;  // than the row's cut; may be negative
  PerSide<std::vector<LayerId>> moved_to;  // ascending
};

struct LayerExplanation {
  struct At {
    OperatingPoint point;
    Side side = Side::kDevice;
    // The best cut with the layer on the other side, where there is one.
    std::optional<Alternative> other;
  };
  LayerId layer = 0;
  PerSide<std::optional<WhyHeld>> not_on;  // why no cut has it there
  // What follows the layer to a side, see MustFollow.
  PerSide<std::vector<LayerId>> with_it_on;

  // Of the layers that are on one side in every cut.
  const std::optional<WhyHeld>& WhyOnOneSide() const {
    return not_on.server ? not_on.server : not_on.device;
  }

  std::vector<TensorId> reads;
  std::vector<TensorId> makes;
  std::vector<At> at;
};

// Why the layer is where it is: at `kbps`, or without it in the middle of every
// row of the table. Throws Error when `kbps` (kbit/s) is outside of its range.
LayerExplanation ExplainLayer(const StoredResult& compiled, LayerId layer,
                              std::optional<int64_t> kbps);

struct TensorExplanation {
  struct At {
    OperatingPoint point;
    bool is_sent = false;
    bool comes_back = false;  // a result from the server
    int64_t cost_ns = 0;      // of sending it, here, rounded half up
    // The best cut that sends it, where this one does not and one can.
    std::optional<Alternative> sent;
  };
  TensorId tensor = 0;
  // Why no cut sends it, when there is a reason in the layers: the producer is
  // held on the server, or the readers are held with it.
  std::optional<WhyHeld> why_never;
  bool can_be_sent = false;
  std::vector<At> at;
};

// The same of a tensor: where it is sent, and why not elsewhere.
TensorExplanation ExplainTensor(const StoredResult& compiled, TensorId tensor,
                                std::optional<int64_t> kbps);

// What of a cut takes longest.
struct LongPart {
  enum class What { kLayer, kUpload, kDownload, kRoundTrip };
  What what = What::kLayer;
  std::string name;   // of the layer or the tensor; empty for the round trip
  std::string where;  // "device", "server", "link"
  int64_t ns = 0;
};

struct CutExplanation {
  OperatingPoint point;
  PerSide<std::optional<Alternative>> alone_on;  // where it is feasible
  std::vector<Alternative> cuts;  // of the table by number, with this one
  bool searched = true;           // false: no next best, it would take too long
  std::optional<Alternative> next_best;
  std::vector<LongPart> longest;
};

// The best cut at `kbps` (kbit/s) beside all that could be chosen instead.
// Throws Error when `kbps` is outside of the table's range.
CutExplanation ExplainCut(const StoredResult& compiled, int64_t kbps);

// One row of the table with what is best but for its cut, and what changes
// where it begins.
struct RowExplanation {
  OperatingPoint point;
  bool searched = true;
  std::optional<Alternative> next_best;
  // Of all rows but the first: the cut of the row before, at the lowest
  // bandwidth of this one, and this row's cut compared with it.
  std::optional<OperatingPoint> before;
  std::optional<Alternative> change;
};

struct Overview {
  std::vector<RowExplanation> rows;
  PerSide<int> held_on;  // layers that no cut has elsewhere
};

// All rows.
Overview ExplainTable(const StoredResult& compiled);

}  // namespace dnncut
