// SPDX-License-Identifier: Apache-2.0
//
// Least squares of relative errors, one row a half. The unknowns, all >= 0:
//
// * a factor for each region, the layers that the same halves hold: whatever
//   the times of the layers in it, only their sum shows;
// * one factor for everything, to which the factors of the regions are pulled;
// * alpha + beta * bytes + delta(t) for a tensor t that crosses. The deltas are
//   pulled to 0, so that alpha and beta explain what they can and hold for
//   tensors that no measured cut sends, too.
//
// There are more unknowns than halves, so how hard one pulls decides what the
// fit says of cuts that were not measured. Nobody knows that beforehand: of a
// few strengths the fit takes those that predict each half best from all others
// (leave one out). A factor for each operator (activations are often fused
// away) was tried, too: it predicts no better.
#include "cost_models/measured/half_time_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "compiler/base/checked_math.h"
#include "cost_models/measured/nonnegative_least_squares.h"

namespace dnncut {
namespace {

// Sums of such times stay far from overflow.
constexpr double kLongestNs = 1e15;

bool HasServerReader(const ProblemTensor& tensor, const Cut& cut) {
  return std::any_of(
      tensor.readers.begin(), tensor.readers.end(),
      [&](LayerId reader) { return cut[reader] == Side::kServer; });
}

// Does the half of `side` send or receive the tensor?
bool Crosses(const Problem& problem, const ProblemTensor& tensor,
             const Cut& cut, Side side) {
  const bool is_input = tensor.producer == kModelInput;
  if (OriginOf(problem, tensor, cut) == Side::kServer) return false;
  const bool is_read = HasServerReader(tensor, cut);
  if (side == Side::kServer) return is_read;
  // The device half does not make the inputs of the model.
  if (is_input) return false;
  return is_read || WantedOn(problem, tensor) == Side::kServer;
}

// Can a cut make the half of `side` send or receive it?
bool CanCross(const Problem& problem, const ProblemTensor& tensor, Side side) {
  if (!tensor.bytes) return false;
  if (side == Side::kServer) return !tensor.readers.empty();
  if (tensor.producer == kModelInput) return false;
  return !tensor.readers.empty() || WantedOn(problem, tensor) == Side::kServer;
}

// Layers that the same halves hold.
struct Region {
  std::vector<LayerId> layers;
  double base_ns = 0;
};

std::vector<Region> FindRegions(Side side, const std::vector<HalfTime>& halves,
                                const SideCosts& base) {
  std::map<std::vector<bool>, Region> by_halves;
  for (size_t l = 0; l < base.layer_ns.size(); ++l) {
    std::vector<bool> in_half;
    for (const HalfTime& half : halves) {
      in_half.push_back(half.cut[l] == side);
    }
    Region& region = by_halves[std::move(in_half)];
    region.layers.push_back(static_cast<LayerId>(l));
    region.base_ns += static_cast<double>(base.layer_ns[l]);
  }
  std::vector<Region> regions;
  for (auto& [in_half, region] : by_halves) {
    regions.push_back(std::move(region));
  }
  return regions;
}

// The one factor for all layers that fits `halves` best.
double CommonFactor(Side side, const std::vector<HalfTime>& halves,
                    const SideCosts& base) {
  double along = 0;
  double square = 0;
  for (const HalfTime& half : halves) {
    double sum = 0;
    for (size_t l = 0; l < half.cut.size(); ++l) {
      if (half.cut[l] == side) sum += static_cast<double>(base.layer_ns[l]);
    }
    const double ratio = sum / static_cast<double>(half.ns);
    along += ratio;
    square += ratio * ratio;
  }
  return square > 0 ? along / square : 1;
}

// How hard the unknowns are pulled, in shares of a half's time.
struct Pull {
  double factor = 0;  // for a factor that is twice the common one
  double cross = 0;   // for a crossing as long as the longest half
};

constexpr std::array<double, 6> kFactorPulls = {0.01, 0.03, 0.1, 0.3, 1, 10};
constexpr std::array<double, 3> kCrossPulls = {0.5, 2.0, 8.0};
constexpr Pull kUsualPull = {0.1, 2.0};
// alpha and beta are shared by all crossings, and so better known.
constexpr double kSharedPull = 0.3;
// With fewer halves than this, leaving one out leaves too few to compare
// strengths.
constexpr size_t kFewestToChoose = 4;

class SideFit {
 public:
  SideFit(const Problem& problem, Side side,
          const std::vector<HalfTime>& halves)
      : problem_(problem),
        side_(side),
        halves_(halves),
        base_(CostsOf(problem, side)),
        regions_(FindRegions(side, halves, base_)),
        factor_(CommonFactor(side, halves, base_)) {
    for (const HalfTime& half : halves) {
      unit_ns_ = std::max(unit_ns_, static_cast<double>(half.ns));
    }
    FindCrossings();
    for (const HalfTime& half : halves) rows_.push_back(RowOf(half));
  }

  SideCosts Solve() const { return ToCosts(SolveWith(ChoosePull(), {})); }

 private:
  // Columns: the common factor, the regions', alpha, beta, the deltas. Factors
  // are in units of factor_, times in units of unit_ns_.
  size_t RegionColumn(size_t region) const { return 1 + region; }
  size_t AlphaColumn() const { return 1 + regions_.size(); }
  size_t BetaColumn() const { return AlphaColumn() + 1; }
  size_t DeltaColumn(size_t crossing) const {
    return BetaColumn() + 1 + crossing;
  }
  size_t ColumnCount() const { return DeltaColumn(crossings_.size()); }

  void FindCrossings() {
    for (size_t t = 0; t < problem_.tensors.size(); ++t) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (!CanCross(problem_, tensor, side_)) continue;
      largest_bytes_ =
          std::max(largest_bytes_, static_cast<double>(*tensor.bytes));
      const bool crosses = std::any_of(
          halves_.begin(), halves_.end(), [&](const HalfTime& half) {
            return Crosses(problem_, tensor, half.cut, side_);
          });
      if (crosses) crossings_.push_back(static_cast<TensorId>(t));
    }
  }

  // What the layer takes for a factor of 1, in ns. Layers of a region said
  // to take no time share it evenly.
  double LayerNs(const Region& region, LayerId layer) const {
    if (region.base_ns == 0) {
      return unit_ns_ / static_cast<double>(region.layers.size());
    }
    return static_cast<double>(base_.layer_ns[layer]) * factor_;
  }

  std::vector<double> RowOf(const HalfTime& half) const {
    const auto measured = static_cast<double>(half.ns);
    std::vector<double> row(ColumnCount());
    for (size_t r = 0; r < regions_.size(); ++r) {
      for (const LayerId layer : regions_[r].layers) {
        if (half.cut[layer] != side_) continue;
        row[RegionColumn(r)] += LayerNs(regions_[r], layer) / measured;
      }
    }
    for (size_t c = 0; c < crossings_.size(); ++c) {
      const ProblemTensor& tensor = problem_.tensors[crossings_[c]];
      if (!Crosses(problem_, tensor, half.cut, side_)) continue;
      row[DeltaColumn(c)] = unit_ns_ / measured;
      row[AlphaColumn()] += unit_ns_ / measured;
      row[BetaColumn()] += SizeShare(tensor) * unit_ns_ / measured;
    }
    return row;
  }

  double SizeShare(const ProblemTensor& tensor) const {
    if (largest_bytes_ == 0) return 0;
    return static_cast<double>(*tensor.bytes) / largest_bytes_;
  }

  void AddPulls(const Pull& pull, std::vector<std::vector<double>>* rows,
                std::vector<double>* targets) const {
    const auto add = [&](size_t column, double weight, bool to_common) {
      std::vector<double> row(ColumnCount());
      row[column] = weight;
      if (to_common) row[0] = -weight;
      rows->push_back(std::move(row));
      targets->push_back(0);
    };
    for (size_t r = 0; r < regions_.size(); ++r) {
      const bool has_shares = regions_[r].base_ns > 0;
      add(RegionColumn(r), has_shares ? pull.factor : pull.cross, has_shares);
    }
    add(AlphaColumn(), pull.cross * kSharedPull, false);
    add(BetaColumn(), pull.cross * kSharedPull, false);
    for (size_t c = 0; c < crossings_.size(); ++c) {
      add(DeltaColumn(c), pull.cross, false);
    }
  }

  // Without the half `left_out`.
  std::vector<double> SolveWith(const Pull& pull,
                                std::optional<size_t> left_out) const {
    std::vector<std::vector<double>> rows;
    for (size_t h = 0; h < rows_.size(); ++h) {
      if (h != left_out) rows.push_back(rows_[h]);
    }
    std::vector<double> targets(rows.size(), 1.0);
    AddPulls(pull, &rows, &targets);
    return SolveNonnegative(rows, targets);
  }

  // The sum of relative errors of halves that the fit did not see.
  double ErrorOfUnseen(const Pull& pull) const {
    double sum = 0;
    for (size_t h = 0; h < rows_.size(); ++h) {
      const std::vector<double> x = SolveWith(pull, h);
      double predicted = 0;
      for (size_t c = 0; c < x.size(); ++c) predicted += x[c] * rows_[h][c];
      sum += predicted > 1 ? predicted - 1 : 1 - predicted;
    }
    return sum;
  }

  Pull ChoosePull() const {
    Pull best = kUsualPull;
    if (rows_.size() < kFewestToChoose) return best;
    double least = ErrorOfUnseen(best);
    for (const double factor : kFactorPulls) {
      for (const double cross : kCrossPulls) {
        const Pull pull = {factor, cross};
        const double error = ErrorOfUnseen(pull);
        if (error < least) {
          least = error;
          best = pull;
        }
      }
    }
    return best;
  }

  SideCosts ToCosts(const std::vector<double>& x) const {
    SideCosts costs = base_;
    for (size_t r = 0; r < regions_.size(); ++r) {
      for (const LayerId layer : regions_[r].layers) {
        costs.layer_ns[layer] =
            ToNs(LayerNs(regions_[r], layer) * x[RegionColumn(r)]);
      }
    }
    std::vector<double> delta(problem_.tensors.size());
    for (size_t c = 0; c < crossings_.size(); ++c) {
      delta[crossings_[c]] = x[DeltaColumn(c)];
    }
    for (size_t t = 0; t < problem_.tensors.size(); ++t) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (!CanCross(problem_, tensor, side_)) continue;
      const double shared =
          x[AlphaColumn()] + x[BetaColumn()] * SizeShare(tensor);
      costs.cross_ns[t] = ToNs((shared + delta[t]) * unit_ns_);
    }
    return costs;
  }

  const Problem& problem_;
  Side side_;
  const std::vector<HalfTime>& halves_;
  SideCosts base_;
  std::vector<Region> regions_;
  std::vector<TensorId> crossings_;  // that a half sends or receives
  double largest_bytes_ = 0;
  double factor_ = 1;
  double unit_ns_ = 1;
  std::vector<std::vector<double>> rows_;  // by half
};

}  // namespace

int64_t ToNs(double ns) {
  if (!(ns > 0)) return 0;
  return std::llround(std::min(ns, kLongestNs));
}

SideCosts CostsOf(const Problem& problem, Side side) {
  SideCosts costs;
  for (const ProblemLayer& layer : problem.layers) {
    costs.layer_ns.push_back(layer.ns[side]);
  }
  costs.cross_ns.resize(problem.tensors.size());
  return costs;
}

int64_t HalfNs(const Problem& problem, const SideCosts& costs, const Cut& cut,
               Side side) {
  int64_t sum = 0;
  for (size_t l = 0; l < cut.size(); ++l) {
    if (cut[l] == side)
      sum = CheckedAdd(sum, costs.layer_ns[l], "the time of a half");
  }
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    if (costs.cross_ns[t] == 0) continue;
    if (!Crosses(problem, problem.tensors[t], cut, side)) continue;
    sum = CheckedAdd(sum, costs.cross_ns[t], "the time of a half");
  }
  return sum;
}

SideCosts ScaleToHalves(const Problem& problem, Side side,
                        const std::vector<HalfTime>& halves) {
  SideCosts costs = CostsOf(problem, side);
  const double factor = CommonFactor(side, halves, costs);
  for (int64_t& ns : costs.layer_ns) {
    ns = ToNs(static_cast<double>(ns) * factor);
  }
  return costs;
}

SideCosts FitToHalves(const Problem& problem, Side side,
                      const std::vector<HalfTime>& halves) {
  if (halves.empty()) return CostsOf(problem, side);
  return SideFit(problem, side, halves).Solve();
}

}  // namespace dnncut
