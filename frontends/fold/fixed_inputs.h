// SPDX-License-Identifier: Apache-2.0
//
// Makes constants of inputs that have one value in this deployment: the sample
// rate of a speech model, a switch.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>

namespace dnncut {

// By the name of the input: a number, true or false, or several with commas
// between them.
using InputValues = std::map<std::string, std::string>;

// Turns each input that is named into an initializer. A single value fills a
// known shape; otherwise there must be as many as the input has elements.
// Throws Error E307 for a name that no input has, E308 for a value that does
// not fit.
void FixInputs(const InputValues& values, ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
