// SPDX-License-Identifier: Apache-2.0
#include "tools/side_words.h"

#include <fmt/format.h>

#include <cstdlib>

#include "compiler/cut_kind.h"
#include "compiler/rounding.h"
#include "compiler/unit_text.h"
#include "tools/terminal.h"

namespace dnncut {
namespace {

// A share of more than so many times says nothing any more.
constexpr int64_t kMostTimes = 10'000;

}  // namespace

std::string Quoted(std::string_view name) {
  return fmt::format("'{}'", Printable(name));
}

std::string LayerNames(const Problem& problem,
                       const std::vector<LayerId>& layers) {
  if (layers.empty()) return "none";
  const std::string first = Quoted(problem.layers[layers.front()].name);
  const std::string last = Quoted(problem.layers[layers.back()].name);
  if (layers.size() == 1) return first;
  if (layers.size() == 2) return fmt::format("{} and {}", first, last);
  return fmt::format("{} .. {} ({} layers)", first, last, layers.size());
}

std::string DeviceLayersText(const CutCosts& costs) {
  const std::string count = fmt::format(
      "{}/{}", costs.device_layers, costs.device_layers + costs.server_layers);
  switch (KindOf(costs)) {
    case CutKind::kDeviceOnly:
      return count + " all";
    case CutKind::kServerOnly:
      return count + " none";
    case CutKind::kSplit:
      break;
  }
  return count;
}

std::string FormatChange(int64_t ns) {
  return fmt::format("{}{}", ns < 0 ? "-" : "+", FormatDuration(std::abs(ns)));
}

std::string FormatMore(int64_t more_ns, int64_t than_ns) {
  if (more_ns == 0) return "as much";
  const int64_t amount_ns = std::abs(more_ns);
  const std::string amount = fmt::format("{} {}", FormatDuration(amount_ns),
                                         more_ns > 0 ? "more" : "less");
  if (than_ns <= 0) return amount;
  if (amount_ns / than_ns >= kMostTimes) return amount;
  // Of what it is more than, whole percents from 100 % on.
  const auto rounded = [&](int64_t unit) {
    return static_cast<int64_t>(
        DivideRounded(Int128{amount_ns} * unit, than_ns));
  };
  const char sign = more_ns > 0 ? '+' : '-';
  const int64_t per_mille = rounded(1000);
  if (per_mille >= 1000) {
    return fmt::format("{} ({}{} %)", amount, sign, rounded(100));
  }
  return fmt::format("{} ({}{}.{} %)", amount, sign, per_mille / 10,
                     per_mille % 10);
}

}  // namespace dnncut
