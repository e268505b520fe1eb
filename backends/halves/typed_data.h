// SPDX-License-Identifier: Apache-2.0
//
// Reads tensors whose values stand in a typed field of TensorProto (float_data,
// int32_data, ...) instead of raw_data. They are converted while they are read,
// so memory does not grow with them.
#pragma once

#include <google/protobuf/io/zero_copy_stream.h>

#include <functional>
#include <string_view>

#include "compiler/model/source_model.h"

namespace dnncut {

// Passes what raw_data would hold to `emit`, in pieces. `serialised` is a
// TensorProto of data.length bytes. Throws Error E607 when it is not one, or
// does not hold data.bytes bytes: the file has changed since it was validated.
void StreamTypedData(const WeightData& data,
                     google::protobuf::io::ZeroCopyInputStream* serialised,
                     const std::function<void(std::string_view)>& emit);

}  // namespace dnncut
