// SPDX-License-Identifier: Apache-2.0
#include "tools/examples/weight_fill.h"

#include <algorithm>

namespace dnncut {
namespace {

uint64_t HashOf(std::string_view name) {  // FNV-1a
  uint64_t hash = 14695981039346656037u;
  for (char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  return hash;
}

uint64_t NextSeed(uint64_t* state) {  // splitmix64
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

WeightStream::WeightStream(std::string_view name, float center, float spread)
    : center_(center), spread_(spread) {
  uint64_t state = HashOf(name);
  for (uint32_t& lane : lanes_) {
    // Zero is the one state that xorshift never leaves.
    lane = static_cast<uint32_t>(NextSeed(&state)) | 1u;
  }
}

void WeightStream::Fill(float* out, size_t count) {
  for (size_t done = 0; done < count; done += kLanes) {
    std::array<float, kLanes> group;
    for (size_t i = 0; i < kLanes; ++i) {
      uint32_t x = lanes_[i];  // Marsaglia's xorshift32
      x ^= x << 13;
      x ^= x >> 17;
      x ^= x << 5;
      lanes_[i] = x;
      // The upper 24 bits with their sign fit a float exactly; the power of two
      // is exact, and product and sum round the same way everywhere.
      float unit = static_cast<float>(static_cast<int32_t>(x) >> 8) * 0x1p-23f;
      group[i] = center_ + spread_ * unit;
    }
    std::copy_n(group.begin(), std::min(kLanes, count - done), out + done);
  }
}

}  // namespace dnncut
