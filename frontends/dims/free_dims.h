// SPDX-License-Identifier: Apache-2.0
//
// Says what the inputs of a model leave free, and which flags settle it.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "frontends/dims/dim_names.h"

namespace dnncut {

// Something about an input for which nobody has given a size.
struct FreeDim {
  std::string input;
  std::string name;  // of the dimension; "": it has none
  std::string text;  // "'width' of input 'x'"
  std::string flag;  // to be pasted: "--dim width=VALUE"; "": none settles it
};

// In the order of the inputs. `graph` has the dims in `values` fixed. A dim is
// asked for by its name, a nameless one by the shape of its input.
std::vector<FreeDim> FindFreeDims(const ONNX_NAMESPACE::GraphProto& graph,
                                  const DimNames& names,
                                  const DimValues& values);

}  // namespace dnncut
