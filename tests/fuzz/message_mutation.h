// SPDX-License-Identifier: Apache-2.0
//
// Mutations of any protobuf message by reflection: what comes out is well
// formed, and seldom means anything.
#pragma once

#include <google/protobuf/message.h>

#include "tests/testing.h"

namespace dnncut {

// Changes a field of a message in `root`, or of `root` itself: sets it, clears
// it, adds, removes, doubles or swaps elements, copies a message from elsewhere
// in `root` or in `other`, which has the same type.
void MutateMessage(const google::protobuf::Message& other, Random* random,
                   google::protobuf::Message* root);

}  // namespace dnncut
