// SPDX-License-Identifier: Apache-2.0
//
// What sizes rest on, in JSON files: a member that is there only when the size
// is not exact.
#pragma once

#include <string>
#include <string_view>

#include "compiler/files/json_file.h"
#include "compiler/files/json_text.h"
#include "compiler/model/size_basis.h"

namespace dnncut {

void AddBasis(const std::string& key, SizeBasis basis, Json* json);

SizeBasis GetBasis(const JsonValue& object, std::string_view key);

}  // namespace dnncut
