// SPDX-License-Identifier: Apache-2.0
//
// The inputs of a model at a second size: with free dims twice as large. Twice,
// because a model may take multiples of something only, and no layer makes of
// twice the batch what it makes of one.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/dims/dim_names.h"

namespace dnncut {

using InputShapes = std::map<std::string, std::vector<int64_t>>;  // by name

enum class FreeSizes {
  kBatch,  // dims that can be a batch, see batch_dims.h
  kAll,
};

// What `shapes`, the shapes of the inputs of a model at one size, are with
// those free dims twice as large. `graph` has its dims free; `known`: values of
// names that no input has. Nullopt when no dim of the kind is free, or it
// cannot be known what follows from it.
std::optional<InputShapes> ShapesAtTwice(
    FreeSizes sizes, const ONNX_NAMESPACE::GraphProto& graph,
    const InputShapes& shapes, const DimValues& known = {});

// Has an input free dims that can be a batch, and others?
struct FreeDimKinds {
  bool batch = false;
  bool other = false;
};
FreeDimKinds FindFreeDimKinds(const ONNX_NAMESPACE::GraphProto& graph);

}  // namespace dnncut
