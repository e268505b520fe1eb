// SPDX-License-Identifier: Apache-2.0
//
// What a model may have. Generous: real models stay far below, and hostile ones
// cannot take more time or memory than their size is worth.
#pragma once

#include <cstdint>

namespace dnncut {

inline constexpr int64_t kNewestIrVersion = 14;  // of onnx 1.23
inline constexpr int64_t kNewestOpset = 27;      // of the default domain
inline constexpr int64_t kNewestMlOpset = 5;     // of ai.onnx.ml
inline constexpr int kMaxRank = 64;
inline constexpr int kMaxMessageDepth = 100;  // protobuf's limit
inline constexpr int64_t kMaxNameBytes = 64 << 10;
inline constexpr int64_t kMaxExpandedNodes = 1'000'000;  // calls of functions
                                                         // replaced by bodies

}  // namespace dnncut
