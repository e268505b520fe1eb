// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/limits.h"

namespace dnncut {
namespace {

ModelLimits& Current() {
  static ModelLimits limits;
  return limits;
}

}  // namespace

const ModelLimits& CurrentModelLimits() { return Current(); }

void SetModelLimits(const ModelLimits& limits) { Current() = limits; }

}  // namespace dnncut
