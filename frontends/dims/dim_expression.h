// SPDX-License-Identifier: Apache-2.0
//
// Computes dimensions that are named by how they follow from others, as
// exporters do: "past_sequence_length + 1", "2*s0", "floor(height/8)".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dnncut {

// What the name of a dimension says.
struct ComputedDim {
  enum class Kind {
    kName,  // a name like any other, not an expression that can be read
    kOpen,  // an expression with names whose values are not known
    kSize,
    kNoSize,  // the value is no size: negative, a fraction or too large
  };
  Kind kind = Kind::kName;
  int64_t size = 0;             // for kSize
  std::string value;            // for kNoSize: "-4", "7/2", "a division by 0"
  std::set<std::string> names;  // that the expression holds; a plain name: none
};

// `value_of` gives the sizes of names, where they are known. Read are whole
// numbers, names, + - * / // % and brackets, and floor, ceil, ceiling, min and
// max of them; with / there may be fractions on the way. Terms that are nested
// more than 32 deep are not read.
using DimLookup =
    std::function<std::optional<int64_t>(const std::string& name)>;
ComputedDim ComputeDim(std::string_view text, const DimLookup& value_of);

}  // namespace dnncut
