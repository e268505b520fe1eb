// SPDX-License-Identifier: Apache-2.0
//
// The axes of the report's charts, computed in integers only.
#pragma once

#include <cstdint>
#include <vector>

namespace dnncut {

// Maps values to tenths of a pixel.
class Axis {
 public:
  // Of `least` .. `most`, which may be equal, onto `from` .. `to`, which may
  // descend. Logarithmic when `most` is at least `log_ratio` times `least`;
  // else linear.
  Axis(int64_t least, int64_t most, int64_t log_ratio, int64_t from,
       int64_t to);

  bool is_log() const { return is_log_; }
  int64_t least() const { return least_; }
  int64_t most() const { return most_; }

  // Where `value` stands; on the line through the ends for one outside.
  int64_t At(int64_t value) const;

  // Values to label, ascending, at most ten or so.
  std::vector<int64_t> Ticks() const;

 private:
  int64_t Position(int64_t value) const;

  int64_t least_ = 0;
  int64_t most_ = 0;
  int64_t from_ = 0;
  int64_t to_ = 0;
  bool is_log_ = false;
};

}  // namespace dnncut
