// SPDX-License-Identifier: Apache-2.0
//
// The active set method of Lawson and Hanson, "Solving Least Squares Problems"
// (1974), chapter 23, on the normal equations as in Bro and de Jong, "A fast
// non-negativity-constrained least squares algorithm" (J. Chemometrics 11,
// 1997). Columns outside the passive set are 0. The column whose increase
// lowers the error fastest enters; when the unconstrained solution of the
// passive set has a part below 0, one walks towards it until the first part is
// 0, and that column leaves.
//
// Columns are scaled to length 1, so that features in bytes and in calls weigh
// the same, and a ridge far below any measurement's precision makes the normal
// equations positive definite. The error falls with every column that enters,
// so no passive set comes twice and the method ends; the bound on the rounds is
// only for rounding errors.
#include "cost_models/measured/nonnegative_least_squares.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace dnncut {
namespace {

constexpr double kLimit = 1e150;      // squares stay finite
constexpr double kRidge = 1e-10;      // of columns of length 1
constexpr double kTolerance = 1e-11;  // of a gradient's part

using Matrix = std::vector<std::vector<double>>;

void CheckShape(const Matrix& rows, const std::vector<double>& targets) {
  const auto valid = [](double value) {
    return value < kLimit && value > -kLimit;
  };
  bool good = rows.size() == targets.size() &&
              std::all_of(targets.begin(), targets.end(), valid);
  for (const std::vector<double>& row : rows) {
    good = good && row.size() == rows[0].size() &&
           std::all_of(row.begin(), row.end(), valid);
  }
  if (!good) {
    throw std::logic_error(
        "least squares: ragged or huge rows, or not one target a row");
  }
}

struct NormalEquations {
  Matrix gram;                // of the scaled columns, plus the ridge
  std::vector<double> slope;  // scaled columns * scaled targets
  // x of the column = scaled x * unscale; 0 for a column of zeros.
  std::vector<double> unscale;
};

double LargestMagnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    largest = std::max(largest, value < 0 ? -value : value);
  }
  return largest;
}

// Brings the values to length 1 and returns what they were divided by; 0 when
// all are 0. By the largest first, so that squares of tiny numbers survive.
double Normalize(std::vector<double>* values) {
  const double largest = LargestMagnitude(*values);
  if (largest == 0) return 0;
  double squares = 0;
  for (double& value : *values) {
    value /= largest;
    squares += value * value;
  }
  const double length = std::sqrt(squares);
  for (double& value : *values) value /= length;
  return largest * length;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

NormalEquations MakeNormalEquations(const Matrix& rows,
                                    std::vector<double> targets) {
  const size_t width = rows.empty() ? 0 : rows[0].size();
  Matrix columns(width);
  for (size_t j = 0; j < width; ++j) {
    for (const std::vector<double>& row : rows) columns[j].push_back(row[j]);
  }
  NormalEquations equations;
  equations.gram.assign(width, std::vector<double>(width, 0));
  const double target_length = Normalize(&targets);
  for (size_t j = 0; j < width; ++j) {
    const double length = Normalize(&columns[j]);
    equations.unscale.push_back(length == 0 ? 0 : target_length / length);
    equations.slope.push_back(Dot(columns[j], targets));
    for (size_t k = 0; k <= j; ++k) {
      equations.gram[j][k] = Dot(columns[j], columns[k]);
      equations.gram[k][j] = equations.gram[j][k];
    }
    equations.gram[j][j] += kRidge;
  }
  return equations;
}

// The unconstrained solution of the passive columns, by Cholesky; nullopt when
// they are too dependent for it.
std::optional<std::vector<double>> SolvePassive(
    const NormalEquations& equations, const std::vector<size_t>& passive) {
  const size_t size = passive.size();
  Matrix lower(size, std::vector<double>(size, 0));
  std::vector<double> x(size, 0);
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = equations.gram[passive[i]][passive[j]];
      for (size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
      if (j < i) {
        lower[i][j] = sum / lower[j][j];
      } else if (sum > 0) {
        lower[i][i] = std::sqrt(sum);
      } else {
        return std::nullopt;
      }
    }
    double sum = equations.slope[passive[i]];
    for (size_t k = 0; k < i; ++k) sum -= lower[i][k] * x[k];
    x[i] = sum / lower[i][i];
  }
  for (size_t i = size; i-- > 0;) {
    for (size_t k = i + 1; k < size; ++k) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

class ActiveSet {
 public:
  explicit ActiveSet(const NormalEquations& equations)
      : equations_(equations),
        x_(equations.slope.size(), 0),
        refused_(equations.slope.size(), false) {}

  std::vector<double> Solve() {
    const size_t max_rounds = 10 * x_.size() + 10;
    for (size_t round = 0; round < max_rounds; ++round) {
      const std::optional<size_t> entering = SteepestColumn();
      if (!entering) break;
      passive_.push_back(*entering);
      if (Settle(*entering)) {
        std::fill(refused_.begin(), refused_.end(), false);
      } else {
        refused_[*entering] = true;
      }
    }
    return x_;
  }

 private:
  std::optional<size_t> SteepestColumn() const {
    std::optional<size_t> steepest;
    double best = kTolerance;
    for (size_t j = 0; j < x_.size(); ++j) {
      if (refused_[j] || IsPassive(j) || equations_.unscale[j] == 0) continue;
      const double gradient = equations_.slope[j] - Dot(equations_.gram[j], x_);
      if (gradient <= best) continue;
      best = gradient;
      steepest = j;
    }
    return steepest;
  }

  bool IsPassive(size_t column) const {
    return std::find(passive_.begin(), passive_.end(), column) !=
           passive_.end();
  }

  // Moves x to the best solution of the passive columns, dropping those that
  // reach 0 on the way. False, with x as it was, when rounding alone made
  // `entering` look useful: its own part would not rise.
  bool Settle(size_t entering) {
    bool first = true;
    while (!passive_.empty()) {
      const auto goal = SolvePassive(equations_, passive_);
      if (first && (!goal || goal->back() <= 0)) {
        std::erase(passive_, entering);
        return false;
      }
      first = false;
      if (!goal) return true;
      if (StepTowards(*goal)) return true;
    }
    return true;
  }

  // True when the goal was reached.
  bool StepTowards(const std::vector<double>& goal) {
    double step = 1;
    std::optional<size_t> leaving;
    for (size_t i = 0; i < passive_.size(); ++i) {
      if (goal[i] > 0) continue;
      const double x = x_[passive_[i]];
      const double reach = x == goal[i] ? 0 : x / (x - goal[i]);
      if (leaving && reach >= step) continue;
      step = reach;
      leaving = passive_[i];
    }
    for (size_t i = 0; i < passive_.size(); ++i) {
      double& x = x_[passive_[i]];
      x = leaving ? x + step * (goal[i] - x) : goal[i];
      if (x < 0) x = 0;
    }
    if (!leaving) return true;
    x_[*leaving] = 0;
    std::erase(passive_, *leaving);
    return false;
  }

  const NormalEquations& equations_;
  std::vector<double> x_;        // >= 0; 0 outside the passive set
  std::vector<size_t> passive_;  // in the order in which they entered
  std::vector<bool> refused_;    // until x moves
};

}  // namespace

std::vector<double> SolveNonnegative(
    const std::vector<std::vector<double>>& rows,
    const std::vector<double>& targets) {
  CheckShape(rows, targets);
  const NormalEquations equations = MakeNormalEquations(rows, targets);
  std::vector<double> x = ActiveSet(equations).Solve();
  for (size_t j = 0; j < x.size(); ++j) x[j] *= equations.unscale[j];
  return x;
}

}  // namespace dnncut
