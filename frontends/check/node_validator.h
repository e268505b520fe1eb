// SPDX-License-Identifier: Apache-2.0
//
// Checks a node by itself, without the graph around it.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <string>

#include "frontends/read/limits.h"

namespace dnncut {

// The imported version of each domain, by its normal spelling (NormalDomain).
using Opsets = std::map<std::string, int64_t, std::less<>>;

// Checks the operator, names and attributes. `place` says which node it is and
// is the beginning of messages; `in_function` allows references to attributes
// of the caller. Throws Error: E209, E223, E226, E227.
void CheckNode(const ONNX_NAMESPACE::NodeProto& node, const Opsets& opsets,
               const ModelLimits& limits, bool in_function,
               const std::string& place);

// Checks the attributes that a function gives to calls which give none: each is
// there once, and refers to no other attribute. What stands in their place is
// copied from them, so graphs, in which more may refer to them, are refused.
// Throws Error: E204, E223, E226, E227.
void CheckDefaults(const ONNX_NAMESPACE::FunctionProto& function,
                   const ModelLimits& limits);

// The position of the input that gives a shape, whose length is the rank of the
// output; -1 when the operator has none.
int ShapeInput(const ONNX_NAMESPACE::NodeProto& node);

}  // namespace dnncut
