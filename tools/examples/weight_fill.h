// SPDX-License-Identifier: Apache-2.0
//
// Made-up weights: cheap to make, the same on every machine. The writer of the
// example models makes them block by block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dnncut {

// An endless stream of floats, evenly spread over center - spread ..
// center + spread. The same name gives the same stream.
class WeightStream {
 public:
  static constexpr size_t kLanes = 16;

  WeightStream(std::string_view name, float center, float spread);

  // Writes the next `count` floats; a call takes whole groups of kLanes from
  // the stream, so only the last call may ask for a part of one.
  void Fill(float* out, size_t count);

 private:
  // One generator a lane, so that the compiler can run them side by side.
  std::array<uint32_t, kLanes> lanes_{};
  float center_ = 0;
  float spread_ = 0;
};

}  // namespace dnncut
