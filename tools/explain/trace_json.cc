// SPDX-License-Identifier: Apache-2.0
//
// The format: "Trace Event Format", Google, docs.google.com/document/d/
// 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Complete events ("ph": "X")
// have a start "ts" and a duration "dur" in microseconds, here with three
// decimals, so that nanoseconds are exact; metadata events ("ph": "M") name the
// process and the tracks. Transfers take fractions of nanoseconds: each ends at
// the rounded sum of all before it, so that no rounding adds up.
#include "tools/explain/trace_json.h"

#include <fmt/format.h>

#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"

namespace dnncut {
namespace {

enum class Track { kDevice = 1, kLink = 2, kServer = 3 };

std::string Microseconds(int64_t ns) {
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

class Timeline {
 public:
  explicit Timeline(int64_t kbps) : kbps_(kbps) {}

  // Whole nanoseconds and what `bytes` take on the link, after all before.
  void Add(Track track, std::string_view category, const std::string& name,
           int64_t ns, int64_t bytes, const Json& args) {
    const int64_t start = EndNs();
    fixed_ns_ += ns;
    bytes_ += bytes;
    AddLine(fmt::format(
        R"({{"name": {}, "cat": "{}", "ph": "X", "pid": 1, "tid": {}, "ts": {}, "dur": {}, "args": {}}})",
        JsonLine(name), category, static_cast<int>(track), Microseconds(start),
        Microseconds(EndNs() - start), JsonLine(args)));
  }

  void Name(std::string_view what, int track, const std::string& name) {
    AddLine(fmt::format(
        R"({{"name": "{}", "ph": "M", "pid": 1, "tid": {}, "args": {}}})", what,
        track, JsonLine({{"name", name}})));
  }

  void Sort(int track) {
    AddLine(fmt::format(
        R"({{"name": "thread_sort_index", "ph": "M", "pid": 1, "tid": {0}, "args": {{"sort_index": {0}}}}})",
        track));
  }

  const std::string& lines() const { return lines_; }

 private:
  // Of all that was added, rounded half up like the latency of the table.
  int64_t EndNs() const {
    return fixed_ns_ + static_cast<int64_t>(
                           DivideRounded(Int128{kByteNsKbps} * bytes_, kbps_));
  }

  void AddLine(const std::string& line) {
    lines_ += lines_.empty() ? "\n    " : ",\n    ";
    lines_ += line;
  }

  const int64_t kbps_;
  int64_t fixed_ns_ = 0;
  int64_t bytes_ = 0;  // over the link so far
  std::string lines_;
};

void AddLayers(const Problem& problem, const Cut& cut, Side side,
               Timeline* timeline) {
  for (size_t l = 0; l < cut.size(); ++l) {
    if (cut[l] != side) continue;
    const ProblemLayer& layer = problem.layers[l];
    timeline->Add(side == Side::kDevice ? Track::kDevice : Track::kServer,
                  "layer", layer.name, layer.ns[side], 0,
                  {{"op", layer.op},
                   {"device_ns", layer.ns.device},
                   {"server_ns", layer.ns.server}});
  }
}

void AddUploads(const Problem& problem, const CutCosts& costs,
                Timeline* timeline) {
  const int64_t there_ns = costs.rtt_ns / 2;
  if (there_ns > 0) {
    timeline->Add(Track::kLink, "round trip", "round trip, there", there_ns, 0,
                  Json::object());
  }
  for (const TensorId t : costs.uploaded) {
    const ProblemTensor& tensor = problem.tensors[t];
    if (tensor.cross_ns > 0) {
      timeline->Add(Track::kLink, "crossing",
                    fmt::format("crossing of {}", tensor.name), tensor.cross_ns,
                    0, Json::object());
    }
    timeline->Add(Track::kLink, "upload", tensor.name, 0, *tensor.bytes,
                  {{"bytes", *tensor.bytes}});
  }
}

void AddDownloads(const Problem& problem, const TableCut& chosen,
                  Timeline* timeline) {
  const int64_t back_ns = chosen.costs.rtt_ns - chosen.costs.rtt_ns / 2;
  if (back_ns > 0) {
    timeline->Add(Track::kLink, "round trip", "round trip, back", back_ns, 0,
                  Json::object());
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    if (!ComesDown(problem, tensor, chosen.cut)) continue;
    const bool as_uplink = problem.downlink.kind == Downlink::Kind::kSame;
    timeline->Add(Track::kLink, "download", tensor.name,
                  FixedDownloadNs(problem.downlink, *tensor.bytes),
                  as_uplink ? *tensor.bytes : 0, {{"bytes", *tensor.bytes}});
  }
}

}  // namespace

std::string TraceJson(const StoredResult& compiled,
                      const OperatingPoint& point) {
  const Problem& problem = compiled.problem();
  const TableCut& chosen = compiled.cuts()[point.row.cut];
  const TableFile& table = compiled.table;
  Timeline timeline(point.kbps);
  timeline.Name("process_name", 0,
                fmt::format("{}, cut {} at {}", table.model_file, point.row.cut,
                            FormatKbps(point.kbps)));
  timeline.Name("thread_name", 1,
                fmt::format("device: {}", table.machines.device.name));
  timeline.Name("thread_name", 2, "link");
  timeline.Name("thread_name", 3,
                fmt::format("server: {}", table.machines.server.name));
  for (const int track : {1, 2, 3}) timeline.Sort(track);
  AddLayers(problem, chosen.cut, Side::kDevice, &timeline);
  AddUploads(problem, chosen.costs, &timeline);
  AddLayers(problem, chosen.cut, Side::kServer, &timeline);
  AddDownloads(problem, chosen, &timeline);
  const Json other = {{"schema", "dnncut.trace/1"},
                      {"model", table.model_file},
                      {"kbps", point.kbps},
                      {"cut", point.row.cut},
                      {"latency_ns", point.parts.total_ns}};
  return fmt::format(
      "{{\n  \"displayTimeUnit\": \"ms\",\n  \"otherData\": {},\n  "
      "\"traceEvents\": [{}\n  ]\n}}\n",
      JsonLine(other), timeline.lines());
}

}  // namespace dnncut
