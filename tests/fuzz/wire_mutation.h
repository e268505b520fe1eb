// SPDX-License-Identifier: Apache-2.0
//
// Mutations of a serialised protobuf message that its classes could not make:
// what stands twice, in pieces, with another wire type or with more bytes than
// it needs.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "tests/testing.h"

namespace dnncut {

// Changes one field of the message of type `type`, or of a message in it.
std::string MutateWire(std::string_view message,
                       const google::protobuf::Descriptor& type,
                       Random* random);

}  // namespace dnncut
