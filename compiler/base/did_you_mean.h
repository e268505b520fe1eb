// SPDX-License-Identifier: Apache-2.0
//
// Suggests an existing name for one that is probably misspelt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

// "; did you mean 'conv1'?" with the candidate nearest to `name`, or "" when
// none is near. The first of equally near candidates wins. Names of more than
// 128 bytes are not suggested, and after 50 million pairs of letters the rest
// of the candidates is not looked at, so that hostile input costs nothing.
std::string DidYouMean(std::string_view name,
                       const std::vector<std::string>& candidates);

}  // namespace dnncut
