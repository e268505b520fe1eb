// SPDX-License-Identifier: Apache-2.0
//
// What ONNX does not allow and runtimes take all the same. It is made valid
// when a model is read, so that nobody after it has to know, and the halves are
// valid.
#pragma once

#include <onnx/onnx_pb.h>

#include "compiler/base/error.h"

namespace dnncut {

// Each with a warning:
// * a negative dimension, or one whose name is a negative number, is a free one
//   without a name;
// * a domain that operators are of and that is not imported is imported, in the
//   version that runtimes assume. Not the default domain: the version decides
//   what its operators mean, and runtimes differ in what they assume.
void AcceptOddities(ONNX_NAMESPACE::ModelProto* model, Warnings* warnings);

}  // namespace dnncut
