// SPDX-License-Identifier: Apache-2.0
#include "tools/refine/refine_comparison.h"

#include <algorithm>
#include <cmath>

namespace dnncut {
namespace {

// Compares the predictions of one side.
class SideComparison {
 public:
  SideComparison(const Refinement& refinement, Side side,
                 const std::vector<MeasuredCut>& measured)
      : problem_(refinement.problem),
        side_(side),
        before_(CostsOf(problem_, side)),
        after_(refinement.fitted[side]),
        scaled_(ScaleToHalves(problem_, side, TimesOf(measured, side))) {
    const std::vector<int64_t>& cross_ns = refinement.crossings[side];
    if (!cross_ns.empty()) before_.cross_ns = cross_ns;
  }

  std::optional<HalfComparison> Compare(const MeasuredCut& cut) const {
    const std::optional<int64_t>& ns = cut.times[side_];
    if (!ns || *ns == 0) return std::nullopt;
    return HalfComparison{Predict(before_, cut), Predict(after_, cut),
                          Predict(scaled_, cut), *ns};
  }

 private:
  int64_t Predict(const SideCosts& costs, const MeasuredCut& cut) const {
    return HalfNs(problem_, costs, cut.cut.cut, side_);
  }

  const Problem& problem_;
  Side side_;
  SideCosts before_;
  SideCosts after_;
  SideCosts scaled_;
};

bool StandsBefore(const RefinedCut& a, const RefinedCut& b) {
  if (a.id && b.id) return *a.id < *b.id;
  if (a.id || b.id) return a.id.has_value();
  return a.layers.device < b.layers.device;
}

double RelativeError(int64_t predicted, int64_t measured) {
  const auto wanted = static_cast<double>(measured);
  return std::abs(static_cast<double>(predicted) - wanted) / wanted;
}

}  // namespace

std::vector<HalfTime> TimesOf(const std::vector<MeasuredCut>& measured,
                              Side side) {
  std::vector<HalfTime> times;
  for (const MeasuredCut& cut : measured) {
    const std::optional<int64_t>& ns = cut.times[side];
    if (!cut.held_out && ns && *ns > 0) times.push_back({cut.cut.cut, *ns});
  }
  return times;
}

std::optional<int> IdOf(const Cut& cut, const std::vector<TableCut>& cuts) {
  const auto found =
      std::find_if(cuts.begin(), cuts.end(),
                   [&](const TableCut& listed) { return listed.cut == cut; });
  if (found == cuts.end()) return std::nullopt;
  return static_cast<int>(found - cuts.begin());
}

std::vector<RefinedCut> CompareCuts(const Refinement& refinement,
                                    const std::vector<MeasuredCut>& measured) {
  const SideComparison device(refinement, Side::kDevice, measured);
  const SideComparison server(refinement, Side::kServer, measured);
  std::vector<RefinedCut> cuts;
  for (const MeasuredCut& one : measured) {
    RefinedCut cut;
    cut.layers = one.cut.costs.layers;
    cut.upload_bytes = one.cut.costs.upload_bytes;
    cut.id = IdOf(one.cut.cut, refinement.after);
    cut.was = IdOf(one.cut.cut, refinement.before);
    cut.held_out = one.held_out;
    cut.halves = {device.Compare(one), server.Compare(one)};
    cuts.push_back(cut);
  }
  std::stable_sort(cuts.begin(), cuts.end(), StandsBefore);
  return cuts;
}

RefineErrors ErrorsOf(const std::vector<RefinedCut>& cuts, bool held_out) {
  RefineErrors errors;
  for (const RefinedCut& cut : cuts) {
    if (cut.held_out != held_out) continue;
    for (const Side side : kSides) {
      const std::optional<HalfComparison>& half = cut.halves[side];
      if (!half) continue;
      ++errors.halves;
      errors.before += RelativeError(half->before_ns, half->measured_ns);
      errors.after += RelativeError(half->after_ns, half->measured_ns);
      errors.scaled += RelativeError(half->scaled_ns, half->measured_ns);
    }
  }
  if (errors.halves == 0) return errors;
  errors.before /= errors.halves;
  errors.after /= errors.halves;
  errors.scaled /= errors.halves;
  return errors;
}

}  // namespace dnncut
