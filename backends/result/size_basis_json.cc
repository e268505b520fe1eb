// SPDX-License-Identifier: Apache-2.0
#include "backends/result/size_basis_json.h"

#include <optional>

namespace dnncut {

void AddBasis(const std::string& key, SizeBasis basis, Json* json) {
  if (basis != SizeBasis::kExact) (*json)[key] = SizeBasisName(basis);
}

SizeBasis GetBasis(const JsonValue& object, std::string_view key) {
  const auto name = FindString(object, key);
  if (!name) return SizeBasis::kExact;
  const auto basis = FindSizeBasis(*name);
  if (basis) return *basis;
  FailAt(GetMember(object, key),
         "must be \"exact\", \"at most\", \"stated\" or \"assumed\"");
}

}  // namespace dnncut
