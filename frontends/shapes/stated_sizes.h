// SPDX-License-Identifier: Apache-2.0
//
// Checks what the user states of sizes (--tensor-shape, --loop-count) against
// the model and what is inferred.
#pragma once

#include <onnx/onnx_pb.h>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "frontends/shapes/typed_graph.h"

namespace dnncut {

// Throws Error E312 for a name that no tensor or Loop of the model has.
void CheckStatedNames(const ONNX_NAMESPACE::ModelProto& model,
                      const StatedSizes& stated);

// `types` were inferred with `stated`. Throws Error E313 where it contradicts
// what is inferred, E314 where the type of the elements is not known.
void CheckStated(const StatedSizes& stated, const TypedGraph& types);

// Sets TypedTensor::stated of all types that are not the same in `without`,
// which was inferred without what the user states.
void MarkStated(const TypedGraph& without, TypedGraph* types);

// What of `stated` had an effect.
StatedSizes EffectOf(const StatedSizes& stated, const TypedGraph& types);

// Warns of what is believed (W304) and of what has no effect (W303). The shapes
// of inputs are nothing of both.
void WarnOfStated(const ONNX_NAMESPACE::ModelProto& model,
                  const StatedSizes& stated, const TypedGraph& types,
                  Warnings* warnings);

}  // namespace dnncut
