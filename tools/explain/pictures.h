// SPDX-License-Identifier: Apache-2.0
//
// Everything that can be drawn of a cut, as texts for files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/explain/explain.h"
#include "tools/explain/model_explorer_json.h"

namespace dnncut {

// The pictures that are wanted, by the file that each goes to.
struct PictureFiles {
  std::optional<std::string> dot;
  std::optional<int64_t> dot_context;  // see DotText
  std::optional<std::string> trace;
  std::optional<std::string> model_explorer;
  Overlay overlay = Overlay::kSide;
};

struct Picture {
  std::string path;  // of the file, as it was given
  std::string text;
};

// The point that pictures show: at `kbps`, else in the middle of the row in the
// middle, which of three rows or more is none of the extremes.
OperatingPoint PicturePoint(const StoredResult& compiled,
                            std::optional<int64_t> kbps);

std::vector<Picture> Draw(const StoredResult& compiled,
                          const PictureFiles& files,
                          const OperatingPoint& point);

}  // namespace dnncut
