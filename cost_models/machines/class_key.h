// SPDX-License-Identifier: Apache-2.0
//
// Reads keys of JSON objects that are operator classes.
#pragma once

#include <string>

#include "compiler/files/json_file.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

// The class that `key` names; `value` is what stands there. Throws Error E403
// with a "did you mean" when there is no such class.
OperatorClass ReadClassKey(const std::string& key, const JsonValue& value);

}  // namespace dnncut
