// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/nonnegative_least_squares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "tests/testing.h"

namespace dnncut {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

using Matrix = std::vector<std::vector<double>>;

double SquaredError(const Matrix& rows, const std::vector<double>& targets,
                    const std::vector<double>& x) {
  double sum = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    double error = -targets[i];
    for (size_t j = 0; j < x.size(); ++j) error += rows[i][j] * x[j];
    sum += error * error;
  }
  return sum;
}

// Gauss with full pivoting on the normal equations of the chosen columns;
// nullopt when they are dependent.
std::optional<std::vector<double>> Unconstrained(
    const Matrix& rows, const std::vector<double>& targets, unsigned chosen) {
  const size_t width = rows[0].size();
  std::vector<size_t> columns;
  for (size_t j = 0; j < width; ++j) {
    if (chosen >> j & 1) columns.push_back(j);
  }
  const size_t size = columns.size();
  std::vector<std::vector<long double>> a(size,
                                          std::vector<long double>(size + 1));
  for (size_t i = 0; i < size; ++i) {
    for (size_t r = 0; r < rows.size(); ++r) {
      const long double value = rows[r][columns[i]];
      for (size_t j = 0; j < size; ++j) a[i][j] += value * rows[r][columns[j]];
      a[i][size] += value * targets[r];
    }
  }
  for (size_t k = 0; k < size; ++k) {
    size_t pivot = k;
    for (size_t i = k; i < size; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    }
    std::swap(a[k], a[pivot]);
    if (std::abs(a[k][k]) < 1e-9L) return std::nullopt;
    for (size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const long double factor = a[i][k] / a[k][k];
      for (size_t j = k; j <= size; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  std::vector<double> x(width, 0);
  for (size_t i = 0; i < size; ++i) {
    x[columns[i]] = static_cast<double>(a[i][size] / a[i][i]);
  }
  return x;
}

// The smallest squared error over all sets of columns that may be above 0.
double BestError(const Matrix& rows, const std::vector<double>& targets) {
  double best = SquaredError(rows, targets, {});
  for (unsigned chosen = 1; chosen < 1u << rows[0].size(); ++chosen) {
    const auto x = Unconstrained(rows, targets, chosen);
    if (!x || std::any_of(x->begin(), x->end(),
                          [](double part) { return part < 0; })) {
      continue;
    }
    best = std::min(best, SquaredError(rows, targets, *x));
  }
  return best;
}

struct Problem {
  Matrix rows;
  std::vector<double> targets;
};

// Small whole numbers, so that ties, zeros, equal and dependent columns occur.
Problem RandomSmallProblem(uint64_t seed) {
  Random random(seed);
  const int height = 1 + random.Below(8);
  const int width = 1 + random.Below(6);
  const bool dependent = width > 1 && random.Chance(1, 3);
  const int low = random.Chance(1, 2) ? 0 : -3;
  Problem problem;
  for (int i = 0; i < height; ++i) {
    std::vector<double> row;
    for (int j = 0; j < width; ++j) row.push_back(low + random.Below(7));
    if (dependent) row.back() = 2 * row.front();
    problem.rows.push_back(row);
    problem.targets.push_back(random.Below(20) - 5);
  }
  return problem;
}

TEST(NonnegativeLeastSquares, IsAsGoodAsTheBestSetOfColumns) {
  int clamped = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    const Problem problem = RandomSmallProblem(seed);
    const auto x = SolveNonnegative(problem.rows, problem.targets);
    ASSERT_EQ(x.size(), problem.rows[0].size());
    for (const double part : x) {
      ASSERT_GE(part, 0) << "seed " << seed;
      if (part == 0) ++clamped;
    }
    const double scale = SquaredError(problem.rows, problem.targets, {});
    ASSERT_NEAR(SquaredError(problem.rows, problem.targets, x),
                BestError(problem.rows, problem.targets), 1e-7 * (1 + scale))
        << "seed " << seed;
  }
  EXPECT_GT(clamped, 1000);  // or the constraint was never tried
}

// With many columns a brute force is out of reach, the conditions of Karush,
// Kuhn and Tucker are not.
TEST(NonnegativeLeastSquares, NoPartOfALargeProblemCanBeImproved) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const size_t height = 20 + static_cast<size_t>(random.Below(60));
    const size_t width = 5 + static_cast<size_t>(random.Below(60));
    Matrix rows(height, std::vector<double>(width));
    std::vector<double> targets(height);
    for (size_t i = 0; i < height; ++i) {
      for (double& value : rows[i]) value = random.Below(1000) / 1000.0;
      targets[i] = random.Below(1000) / 100.0;
    }
    const auto x = SolveNonnegative(rows, targets);
    for (size_t j = 0; j < width; ++j) {
      double slope = 0;
      for (size_t i = 0; i < height; ++i) {
        double error = targets[i];
        for (size_t k = 0; k < width; ++k) error -= rows[i][k] * x[k];
        slope += error * rows[i][j];
      }
      EXPECT_LE(slope, 1e-5) << "seed " << seed << " column " << j;
      if (x[j] > 0) {
        EXPECT_GE(slope, -1e-5) << "seed " << seed << " column " << j;
      }
    }
  }
}

TEST(NonnegativeLeastSquares, FindsTheExactParts) {
  EXPECT_THAT(SolveNonnegative({{1, 0}, {1, 1}, {1, 2}}, {5, 8, 11}),
              ElementsAre(DoubleNear(5, 1e-7), DoubleNear(3, 1e-7)));
}

TEST(NonnegativeLeastSquares, SizesOfColumnsDoNotMatter) {
  const auto x = SolveNonnegative(
      {{1, 1e9, 0}, {1, 3e9, 2e-9}, {1, 4e9, 1e-9}, {1, 9e9, 5e-9}},
      {2e3 + 1e2 + 0, 2e3 + 3e2 + 4e2, 2e3 + 4e2 + 2e2, 2e3 + 9e2 + 1e3});
  EXPECT_THAT(x, ElementsAre(DoubleNear(2e3, 1e-3), DoubleNear(1e-7, 1e-12),
                             DoubleNear(2e11, 1e5)));
}

TEST(NonnegativeLeastSquares, ClampsAtZero) {
  // The best line falls; the best that does not is the mean.
  EXPECT_THAT(SolveNonnegative({{1, 0}, {1, 1}, {1, 2}}, {9, 6, 3}),
              ElementsAre(DoubleNear(6, 1e-7), 0.0));
  EXPECT_THAT(SolveNonnegative({{1}, {2}}, {-1, -5}), ElementsAre(0.0));
}

TEST(NonnegativeLeastSquares, EmptyAndZeroColumns) {
  EXPECT_THAT(SolveNonnegative({}, {}), ElementsAre());
  EXPECT_THAT(SolveNonnegative({{}, {}}, {1, 2}), ElementsAre());
  EXPECT_THAT(SolveNonnegative({{0, 2}, {0, 2}}, {4, 4}),
              ElementsAre(0.0, DoubleNear(2, 1e-7)));
  EXPECT_THAT(SolveNonnegative({{1, 2}}, {0}), ElementsAre(0.0, 0.0));
}

TEST(NonnegativeLeastSquares, EqualColumnsShareWithoutCancelling) {
  const auto x = SolveNonnegative({{1, 1}, {2, 2}}, {3, 6});
  EXPECT_THAT(x[0] + x[1], DoubleNear(3, 1e-6));
  EXPECT_GE(x[0], 0);
  EXPECT_GE(x[1], 0);
}

TEST(NonnegativeLeastSquares, RefusesWhatIsNoProblem) {
  EXPECT_THROW(SolveNonnegative({{1, 2}, {1}}, {1, 2}), std::logic_error);
  EXPECT_THROW(SolveNonnegative({{1}}, {1, 2}), std::logic_error);
  EXPECT_THROW(SolveNonnegative({{1e200}}, {1}), std::logic_error);
  EXPECT_THROW(SolveNonnegative({{std::nan("")}}, {1}), std::logic_error);
}

}  // namespace
}  // namespace dnncut
