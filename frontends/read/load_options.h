// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frontends/read/limits.h"

namespace dnncut {

struct LoadOptions {
  bool allow_newer = false;  // accept opset and IR versions unknown to dnncut
  ModelLimits limits = {};
};

}  // namespace dnncut
