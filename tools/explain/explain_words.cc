// SPDX-License-Identifier: Apache-2.0
#include "tools/explain/explain_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "backends/result/verdict.h"
#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "compiler/problem/cut_words.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/side.h"
#include "tools/text/layer_words.h"
#include "tools/text/time_difference.h"

namespace dnncut {
namespace {

std::string MovedLine(const Problem& problem, Side side,
                      const std::vector<LayerId>& layers) {
  if (layers.empty()) return "";
  return Labelled("", fmt::format("to the {}: {}", SideName(side),
                                  LayerNames(problem, layers)));
}

std::string DownloadedText(const CutCosts& costs) {
  if (costs.download_bytes == 0) return std::string(kNothing);
  return FormatBytes(costs.download_bytes, costs.download_basis);
}

}  // namespace

std::string Labelled(std::string_view label, std::string_view text) {
  return fmt::format("{:<11}{}\n", label, text);
}

std::string PartsText(const LatencyParts& parts,
                      const std::optional<TimeBand>& band) {
  const auto part = [&parts](std::string_view name, int64_t ns) {
    const auto percent = static_cast<int64_t>(
        DivideRounded(Int128{ns} * 100, std::max<int64_t>(1, parts.total_ns)));
    return fmt::format("{} {} ({} %)", name, FormatDuration(ns), percent);
  };
  std::vector<std::string> shares;
  std::string_view last;
  for (const auto& [name, ns] : NamedParts(parts)) {
    if (ns == 0) continue;
    shares.push_back(part(name, ns));
    last = name;
  }
  std::string total = BandedText(parts.total_ns, band);
  if (shares.empty()) return total;
  if (shares.size() == 1) return fmt::format("{}, all on the {}", total, last);
  return fmt::format("{} = {}", total, fmt::join(shares, " + "));
}

std::string OperatingPointText(const OperatingPoint& point) {
  return fmt::format("{}, shown at {}",
                     FormatKbpsRange(point.row.min_kbps, point.row.max_kbps),
                     FormatKbps(point.kbps));
}

std::string UploadedText(const Problem& problem, const CutCosts& costs) {
  const auto name = [&](size_t i) {
    return Quoted(problem.tensors[costs.uploaded[i]].name);
  };
  const size_t count = costs.uploaded.size();
  const std::string text = SentText(count, 1, name);
  if (count == 0) return text;
  return fmt::format("{}{} {}", text, count == 1 ? "" : ",",
                     FormatBytes(costs.upload_bytes, costs.upload_basis));
}

std::string DifferenceLines(const StoredResult& compiled,
                            const OperatingPoint& point,
                            const Alternative& other) {
  const Problem& problem = compiled.problem();
  const CutCosts& now = compiled.cuts()[point.row.cut].costs;
  const CutCosts& then = other.cut.costs;
  std::string text =
      Labelled("", fmt::format("device {}, network {}, server {}",
                               FormatChange(other.more.ns.device),
                               FormatChange(other.more.network_ns),
                               FormatChange(other.more.ns.server)));
  for (const Side side : kSides) {
    text += MovedLine(problem, side, other.moved_to[side]);
  }
  if (!Fits(problem, other.cut.cut)) {
    text += Labelled(
        "", fmt::format("does not fit into memory: {}",
                        MemoryText(CountMemoryUse(problem, *problem.memory,
                                                  other.cut.cut))));
  }
  if (then.uploaded != now.uploaded) {
    text += Labelled(
        "", fmt::format("upload {} instead of {}", UploadedText(problem, then),
                        UploadedText(problem, now)));
  }
  if (then.download_bytes != now.download_bytes) {
    text +=
        Labelled("", fmt::format("download {} instead of {}",
                                 DownloadedText(then), DownloadedText(now)));
  }
  return text;
}

}  // namespace dnncut
