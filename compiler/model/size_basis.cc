// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/size_basis.h"

#include <fmt/format.h>

#include <stdexcept>

#include "compiler/base/unit_text.h"

namespace dnncut {

std::string_view SizeBasisName(SizeBasis basis) {
  switch (basis) {
    case SizeBasis::kExact:
      return "exact";
    case SizeBasis::kAtMost:
      return "at most";
    case SizeBasis::kStated:
      return "stated";
    case SizeBasis::kAssumed:
      return "assumed";
  }
  throw std::logic_error("SizeBasisName: no such basis");
}

std::optional<SizeBasis> FindSizeBasis(std::string_view name) {
  for (const SizeBasis basis : {SizeBasis::kExact, SizeBasis::kAtMost,
                                SizeBasis::kStated, SizeBasis::kAssumed}) {
    if (name == SizeBasisName(basis)) return basis;
  }
  return std::nullopt;
}

std::string FormatBytes(int64_t bytes, SizeBasis basis) {
  const std::string text = FormatBytes(bytes);
  if (basis == SizeBasis::kExact) return text;
  const std::string_view name = SizeBasisName(basis);
  return basis == SizeBasis::kAtMost ? fmt::format("{} {}", name, text)
                                     : fmt::format("{} {}", text, name);
}

std::string FormatSentBytes(int64_t bytes,
                            const std::optional<int64_t>& decoded,
                            SizeBasis basis) {
  return decoded ? FormatSentBytes(bytes, decoded) : FormatBytes(bytes, basis);
}

}  // namespace dnncut
