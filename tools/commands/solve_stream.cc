// SPDX-License-Identifier: Apache-2.0
//
// The problem of the folder decides, not its splitting model: that was
// compressed for latency, and may have joined layers which a stream separates.
// The search itself, and why it is right: compiler/objectives/front_search.cc.
#include "tools/commands/solve_stream.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "compiler/base/error.h"
#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "compiler/objectives/table_within.h"
#include "compiler/objectives/throughput_front.h"
#include "tools/result/stored_result.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

struct StreamAnswer {
  StoredResult stored;
  Problem problem;  // at this bandwidth and round trip time
  TableCut best;
  int64_t frame_ns = 0;  // from one frame to the next, rounded half up
  // Of a frame that never waits: frames come as fast as they can be taken.
  int64_t latency_ns = 0;
  // frame_ns is above the least by at most this share; nullopt: the search
  // ended before it could prove anything.
  std::optional<double> gap = 0;
  std::optional<int> cut;  // of the folder
  int64_t solve_ns = 0;
};

double FramesPerSecond(const StreamAnswer& answer) {
  return answer.frame_ns == 0 ? 0 : 1e9 / static_cast<double>(answer.frame_ns);
}

// The time from a frame to the next when the rest takes `busiest_ns`.
int64_t FrameNs(int64_t busiest_ns, int64_t bytes, int64_t kbps) {
  const Int128 ns = DivideRounded(ScaledFrameNs(busiest_ns, bytes, kbps), kbps);
  if (ns > std::numeric_limits<int64_t>::max()) {
    Fail(ExitCode::kBadInput, "E502",
         "the time of a frame at {} is too large; give a higher --bandwidth",
         FormatKbps(kbps));
  }
  return static_cast<int64_t>(ns);
}

int64_t LinkNs(const StreamAnswer& answer) {
  const int64_t bytes = answer.best.costs.LinkBytes(answer.problem.downlink);
  return FrameNs(0, bytes, answer.problem.range.min_kbps);
}

StreamAnswer SolveForStream(const StreamQuestion& question) {
  StreamAnswer answer;
  answer.stored = LoadWithProblem(question.folder);
  answer.problem = answer.stored.problem();
  RequireInRange("--bandwidth", question.kbps, answer.problem.range);
  answer.problem.rtt_ns = question.rtt_ns.value_or(answer.problem.rtt_ns);
  answer.problem.range = {question.kbps, question.kbps};
  const Problem& problem = answer.problem;

  SearchLimits limits;
  limits.ns = question.search_limit_ns;
  const auto start = std::chrono::steady_clock::now();
  const ThroughputTable table = MakeThroughputTable(
      problem, limits, problem.memory ? &*problem.memory : nullptr);
  answer.solve_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
  if (table.rows.empty()) {
    if (table.is_exact) RequireRows(problem, {});
    Fail(ExitCode::kBadInput, "E138",
         "the search for a cut that fits into memory ended after {} labels "
         "without one; allow a longer --search-limit, or more memory when the "
         "model is compiled",
         table.labels);
  }
  answer.best = table.cuts[table.rows[0].cut];
  answer.gap = table.gaps[0].ratio.Excess();
  if (!std::isfinite(*answer.gap)) answer.gap.reset();
  const CutCosts& costs = answer.best.costs;
  answer.frame_ns = FrameNs(BusiestNs(costs), costs.LinkBytes(problem.downlink),
                            question.kbps);
  answer.latency_ns = LatencyNs(costs, problem.downlink, question.kbps);
  const std::vector<TableCut>& cuts = answer.stored.cuts();
  const auto found = std::ranges::find_if(
      cuts, [&](const TableCut& cut) { return cut.cut == answer.best.cut; });
  if (found != cuts.end()) answer.cut = static_cast<int>(found - cuts.begin());
  return answer;
}

std::string GapText(const StreamAnswer& answer) {
  if (!answer.gap) return "not known: the search ended at its limit";
  if (*answer.gap == 0) return "0: proved to be the best";
  return fmt::format("at most {}: the search ended at its limit",
                     FormatPercent(*answer.gap));
}

std::string StreamText(const StreamAnswer& answer) {
  const CutCosts& costs = answer.best.costs;
  const std::string down =
      costs.download_ns == 0
          ? ""
          : fmt::format(", download {}", FormatDuration(costs.download_ns));
  std::string text = fmt::format(
      "at {}: a frame every {}, {:.3g} frames/s\n"
      "busy     device {}, link {}, server {}{} a frame\n"
      "latency  {} of a frame, with a round trip of {}\n"
      "device   {} of {} layers\n"
      "upload   {}\n",
      FormatKbps(answer.problem.range.min_kbps),
      FormatDuration(answer.frame_ns), FramesPerSecond(answer),
      FormatDuration(costs.ns.device + costs.cross_ns),
      FormatDuration(LinkNs(answer)), FormatDuration(costs.ns.server), down,
      FormatDuration(answer.latency_ns), FormatDuration(answer.problem.rtt_ns),
      costs.layers.device, costs.layers.device + costs.layers.server,
      FormatBytes(costs.upload_bytes));
  for (const TensorId t : costs.uploaded) {
    text += fmt::format("         '{}'\n",
                        Printable(answer.problem.tensors[t].name));
  }
  text += fmt::format("gap      {}\n", GapText(answer));
  if (answer.cut) text += fmt::format("cut      {}\n", *answer.cut);
  return text + fmt::format("decided in {}\n", FormatDuration(answer.solve_ns));
}

nlohmann::ordered_json StreamJson(const StreamAnswer& answer) {
  PerSide<nlohmann::ordered_json> layers = {nlohmann::ordered_json::array(),
                                            nlohmann::ordered_json::array()};
  for (size_t l = 0; l < answer.best.cut.size(); ++l) {
    layers[answer.best.cut[l]].push_back(answer.problem.layers[l].name);
  }
  const auto names = [&answer](const std::vector<TensorId>& tensors) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const TensorId t : tensors) {
      all.push_back(answer.problem.tensors[t].name);
    }
    return all;
  };
  const CutCosts& costs = answer.best.costs;
  return {{"schema", "dnncut.solution/1"},
          {"objective", "throughput"},
          {"kbps", answer.problem.range.min_kbps},
          {"rtt_ns", answer.problem.rtt_ns},
          {"frame_ns", answer.frame_ns},
          {"gap", OrNull(answer.gap)},
          {"latency_ns", answer.latency_ns},
          {"device_ns", costs.ns.device + costs.cross_ns},
          {"link_ns", LinkNs(answer)},
          {"server_ns", costs.ns.server},
          {"download_ns", costs.download_ns},
          {"upload_bytes", costs.upload_bytes},
          {"tensors", names(costs.uploaded)},
          {"fetched", names(costs.fetched)},
          {"device_layers", layers.device},
          {"server_layers", layers.server},
          {"cut", OrNull(answer.cut)},
          {"solve_ns", answer.solve_ns}};
}

}  // namespace

void SolveStream(const StreamQuestion& question, const Output& output) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(question.folder, ignored)) {
    Fail(ExitCode::kUsage, "E148",
         "--objective throughput needs the folder that compile wrote, with its "
         "problem.json: a splitting model is one of latency");
  }
  const StreamAnswer answer = SolveForStream(question);
  PrintAnswer(
      output, [&] { return StreamJson(answer); },
      [&] { return StreamText(answer); });
}

}  // namespace dnncut
