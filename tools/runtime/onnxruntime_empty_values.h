// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/runtime/onnxruntime_api.h"

namespace dnncut {

// An empty sequence or an optional that holds nothing, of that type. The C API
// cannot make one; a model of one operator does. `name` is the input that it is
// for, for the message. Throws Error E706 for a type of which none can be made.
OrtOwned<OrtValue> MakeEmptyValue(const OrtApi& api, const OrtEnv& env,
                                  const OrtTypeInfo& type,
                                  const std::string& name);

}  // namespace dnncut
