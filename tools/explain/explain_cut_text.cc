// SPDX-License-Identifier: Apache-2.0
//
// What `dnncut explain` says of cuts: of all rows, and of one bandwidth.
#include <fmt/format.h>

#include <iterator>

#include "backends/result/verdict.h"
#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_words.h"
#include "tools/explain/explain_text.h"
#include "tools/explain/explain_words.h"
#include "tools/text/layer_words.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"
#include "tools/text/time_difference.h"

namespace dnncut {
namespace {

std::string NextBestText(const StoredResult& compiled,
                         const OperatingPoint& point, bool searched,
                         const std::optional<Alternative>& next) {
  if (!searched) {
    return Labelled("next best", "not looked for: it would take too long");
  }
  if (!next) return Labelled("next best", "no other cut is possible");
  return Labelled("next best",
                  fmt::format(
                      "{}, {}", FormatDuration(next->parts.total_ns),
                      FormatMore(next->more.total_ns, point.parts.total_ns))) +
         DifferenceLines(compiled, point, *next);
}

std::string LinkLines(const StoredResult& compiled, const CutCosts& costs) {
  std::string text =
      Labelled("upload", UploadedText(compiled.problem(), costs));
  if (costs.download_bytes > 0) {
    text += Labelled("download",
                     FormatBytes(costs.download_bytes, costs.download_basis));
  }
  return text;
}

std::string HeldText(const Overview& overview) {
  if (overview.held_on.device + overview.held_on.server == 0) return "";
  return Labelled(
      "held", fmt::format("{} on the device and {} on the server at every "
                          "bandwidth, by pins, groups or what never crosses",
                          FormatPlural(overview.held_on.device, "layer"),
                          FormatPlural(overview.held_on.server, "layer")));
}

std::string RowText(const StoredResult& compiled, const RowExplanation& row) {
  const OperatingPoint& point = row.point;
  const TableCut& cut = compiled.cuts()[point.row.cut];
  const std::string heading =
      fmt::format("cut {}, {}: {}", point.row.cut, OperatingPointText(point),
                  WhereText(cut.costs));
  std::string text = fmt::format("\n{}\n", Heading(heading));
  text += Labelled("time", PartsText(point.parts, point.band));
  text += LinkLines(compiled, cut.costs);
  if (row.change) {
    text += Labelled("takes over",
                     fmt::format("from cut {} at {}", row.before->row.cut,
                                 FormatKbps(row.before->kbps)));
    text += DifferenceLines(compiled, *row.before, *row.change);
  }
  return text + NextBestText(compiled, point, row.searched, row.next_best);
}

std::string LongPartText(const LongPart& part) {
  const std::string time = FormatDuration(part.ns);
  switch (part.what) {
    case LongPart::What::kRoundTrip:
      return fmt::format("the round trip {}", time);
    case LongPart::What::kDownload:
      return fmt::format("{} {} back on the link", Quoted(part.name), time);
    case LongPart::What::kLayer:
    case LongPart::What::kUpload:
      break;
  }
  return fmt::format("{} {} on the {}", Quoted(part.name), time, part.where);
}

std::string LongestText(const CutExplanation& explanation) {
  std::string text;
  for (const LongPart& part : explanation.longest) {
    text += Labelled(text.empty() ? "longest" : "", LongPartText(part));
  }
  return text;
}

// ", on a link 7.88 times faster": how many times `part` the whole is, rounded
// half up; nothing where that is hardly more than once.
std::string TimesText(int64_t whole, int64_t part, std::string_view how) {
  const auto hundredths =
      static_cast<int64_t>(DivideRounded(Int128{whole} * 100, part));
  if (hundredths < 110) return "";
  return fmt::format(", on a link {}.{:02} times {}", hundredths / 100,
                     hundredths % 100, how);
}

// How far this bandwidth is from where another cut takes over.
std::string UsedLines(const StoredResult& compiled,
                      const OperatingPoint& point) {
  std::string text = Labelled(
      "used", fmt::format("from {}", FormatKbpsRange(point.row.min_kbps,
                                                     point.row.max_kbps)));
  for (const TableRow& row : compiled.table.rows) {
    if (row.max_kbps + 1 == point.row.min_kbps) {
      text += Labelled(
          "",
          fmt::format("below {}{}: cut {}", FormatKbps(point.row.min_kbps),
                      TimesText(point.kbps, row.max_kbps, "slower"), row.cut));
    }
    if (row.min_kbps == point.row.max_kbps + 1) {
      text += Labelled(
          "",
          fmt::format("from {}{}: cut {}", FormatKbps(row.min_kbps),
                      TimesText(row.min_kbps, point.kbps, "faster"), row.cut));
    }
  }
  return text;
}

// The bandwidths of a cut.
std::string UsedText(const StoredResult& compiled, size_t cut) {
  for (const TableRow& row : compiled.table.rows) {
    if (row.cut != static_cast<int>(cut)) continue;
    return FormatKbpsRange(row.min_kbps, row.max_kbps);
  }
  return "never";
}

// All cuts of the table and both extremes, at the bandwidth in question.
std::string CutComparisonText(const StoredResult& compiled,
                              const CutExplanation& explanation) {
  std::vector<std::vector<std::string>> rows;
  const OperatingPoint& point = explanation.point;
  const auto add = [&](const std::string& name, const Alternative& other,
                       const std::string& used) {
    const bool is_chosen = name == fmt::format("{}", point.row.cut);
    rows.push_back({name, DeviceLayersText(other.cut.costs),
                    FormatDuration(other.parts.total_ns),
                    is_chosen
                        ? "this one"
                        : FormatMore(other.more.total_ns, point.parts.total_ns),
                    used});
  };
  const auto is_listed = [&](const Alternative& other) {
    for (const TableCut& cut : compiled.cuts()) {
      if (cut.cut == other.cut.cut) return true;
    }
    return false;
  };
  for (size_t c = 0; c < explanation.cuts.size(); ++c) {
    add(fmt::format("{}", c), explanation.cuts[c], UsedText(compiled, c));
  }
  for (const auto& alone :
       {explanation.alone_on.device, explanation.alone_on.server}) {
    if (alone && !is_listed(*alone)) add("-", *alone, "never");
  }
  return TextTable(
      {{"cut", Align::kRight},
       {"on device", Align::kLeft},
       {fmt::format("at {}", FormatKbps(point.kbps)), Align::kRight},
       {"compared", Align::kLeft},
       {"used", Align::kLeft}},
      rows);
}

std::string HeaderText(const StoredResult& compiled) {
  std::string text = fmt::format(
      "{}: {}, {}, from {} to {}\n", Printable(compiled.table.model_file),
      FormatPlural(compiled.table.layers, "layer"),
      FormatPlural(std::ssize(compiled.cuts()), "cut"),
      FormatKbps(compiled.table.range.min_kbps),
      FormatKbps(compiled.table.range.max_kbps));
  if (const auto& approximation = compiled.table.approximation) {
    text += Labelled("regret",
                     fmt::format("up to {:.2f} % over the best, by {}: other "
                                 "cuts may be better",
                                 approximation->worst_regret * 100,
                                 CauseOf(*approximation)));
  }
  return text;
}

}  // namespace

std::string OverviewText(const StoredResult& compiled,
                         const Overview& overview) {
  std::string text = HeaderText(compiled) + HeldText(overview);
  for (const RowExplanation& row : overview.rows) {
    text += RowText(compiled, row);
  }
  return text +
         "\nask more with --bandwidth RATE, --layer NAME or --tensor NAME\n";
}

std::string CutText(const StoredResult& compiled,
                    const CutExplanation& explanation) {
  const OperatingPoint& point = explanation.point;
  const TableCut& cut = compiled.cuts()[point.row.cut];
  std::string text =
      Heading(fmt::format("cut {} at {}: {}", point.row.cut,
                          FormatKbps(point.kbps), WhereText(cut.costs))) +
      "\n";
  text += Labelled("time", PartsText(point.parts, point.band));
  text += LinkLines(compiled, cut.costs);
  text += LongestText(explanation);
  text += UsedLines(compiled, point);
  text += NextBestText(compiled, point, explanation.searched,
                       explanation.next_best);
  return text + "\n" + CutComparisonText(compiled, explanation);
}

}  // namespace dnncut
