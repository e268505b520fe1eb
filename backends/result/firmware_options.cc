// SPDX-License-Identifier: Apache-2.0
#include "backends/result/firmware_options.h"

#include <algorithm>
#include <string_view>

namespace dnncut {

bool IsFirmwarePrefix(const std::string& prefix) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kDigits = "0123456789";
  return !prefix.empty() && prefix.size() <= 32 &&
         kLetters.find(prefix[0]) != std::string_view::npos &&
         std::all_of(prefix.begin(), prefix.end(), [&](char c) {
           return kLetters.find(c) != std::string_view::npos ||
                  kDigits.find(c) != std::string_view::npos;
         });
}

}  // namespace dnncut
