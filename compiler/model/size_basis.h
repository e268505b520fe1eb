// SPDX-License-Identifier: Apache-2.0
//
// What the size of a tensor that crosses rests on. Where it is not exact, every
// output says so beside the number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dnncut {

// From the best to the worst; a sum is as good as its worst part.
enum class SizeBasis {
  kExact,
  kAtMost,   // only the data decides it; a bound
  kStated,   // only the data decides it; the user says what is typical
  kAssumed,  // nothing is known
};

// "exact", "at most", "stated", "assumed": also how files spell it.
std::string_view SizeBasisName(SizeBasis basis);
std::optional<SizeBasis> FindSizeBasis(std::string_view name);

// "1,024 B", "at most 1,024 B", "1,024 B stated", "1,024 B assumed".
std::string FormatBytes(int64_t bytes, SizeBasis basis);

// The same of a tensor that may be sent in another form (Tensor).
std::string FormatSentBytes(int64_t bytes,
                            const std::optional<int64_t>& decoded,
                            SizeBasis basis);

}  // namespace dnncut
