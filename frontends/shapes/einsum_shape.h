// SPDX-License-Identifier: Apache-2.0
//
// The shape of an Einsum, of which libonnx infers the rank only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dnncut {

// -1 stands for an unknown dim, in the inputs and in the result. nullopt when
// the equation does not fit the shapes.
std::optional<std::vector<int64_t>> EinsumShape(
    std::string_view equation, const std::vector<std::vector<int64_t>>& shapes);

}  // namespace dnncut
