// SPDX-License-Identifier: Apache-2.0
#include "frontends/type_engine.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;

const NodeProto* ApplyOperatorRule(NodeRun* run, NodeProto* storage) {
  return run->node;
}

}  // namespace dnncut
