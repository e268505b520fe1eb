// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frontends/read/limits.h"

namespace dnncut {

struct LoadOptions {
  bool allow_newer = false;  // opset and IR versions that dnncut does not know
  ModelLimits limits = CurrentModelLimits();
};

}  // namespace dnncut
