// SPDX-License-Identifier: Apache-2.0
//
// A cut as node data for Google's Model Explorer, which colours the nodes of
// the model with it:
//
//   onnxvis net.onnx --node_data_paths=side.json,time.json
#pragma once

#include <string>
#include <string_view>

#include "tools/explain/explain.h"

namespace dnncut {

// What the nodes show: where they run, how long they take there in
// milliseconds, or how many bytes they send.
enum class Overlay { kSide, kTime, kBytes };

// "side", "time" or "bytes". Throws Error E109 for anything else.
Overlay ParseOverlay(std::string_view flag, std::string_view text);

std::string ModelExplorerJson(const StoredResult& compiled,
                              const OperatingPoint& point, Overlay overlay);

}  // namespace dnncut
