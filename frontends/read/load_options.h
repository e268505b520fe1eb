// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "frontends/read/limits.h"

namespace dnncut {

struct LoadOptions {
  bool allow_newer = false;  // accept opset and IR versions unknown to dnncut
  // nullopt: those of the process when a file is read, which --limit may have
  // set after the options were made.
  std::optional<ModelLimits> limits = {};

  const ModelLimits& Limits() const {
    return limits ? *limits : CurrentModelLimits();
  }
};

}  // namespace dnncut
