// SPDX-License-Identifier: Apache-2.0
//
// Reads one TensorProto of the file: decides whether the tensor's data stays in
// the message or becomes a weight, and checks that there is exactly as much
// data as its dims need. The data itself is not looked at.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"
#include "frontends/read/model_file.h"
#include "frontends/read/wire.h"

namespace dnncut {

struct TensorReading {
  // Where its data lies; nullopt: it stays where it is.
  std::optional<WeightData> weight;
  // The serialised TensorProto without its data, if there is a weight.
  std::string rest;
  bool names_basepath = false;  // an external_data key without effect here
};

// `range` is the message in the file; `place` says where the tensor stands, for
// messages about one without a name. Throws WireError, or Error: E211, E212,
// E213, E214, E215, E222.
TensorReading ReadTensor(const ModelFile& file, WireRange range,
                         const ModelLimits& limits,
                         const std::function<std::string()>& place);

}  // namespace dnncut
