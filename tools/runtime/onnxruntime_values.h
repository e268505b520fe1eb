// SPDX-License-Identifier: Apache-2.0
//
// Values as ONNX Runtime has them. Inside a child process only.
#pragma once

#include <string>

#include "tools/runtime/onnxruntime_api.h"
#include "tools/values/value.h"

namespace dnncut {

// May lie over the data of `value`, which must outlive it. Throws Error E706
// for what cannot be passed in: an optional that holds nothing, an empty
// sequence.
OrtOwned<OrtValue> ToOrtValue(const OrtApi& api, const Value& value);

// A copy, under that name. Throws Error E706 for what cannot be passed out: a
// sparse tensor, an opaque value.
Value FromOrtValue(const OrtApi& api, const std::string& name,
                   const OrtValue& value);

}  // namespace dnncut
