// SPDX-License-Identifier: Apache-2.0
//
// Adds the halves of a cut to a result that has none of it, because it has more
// cuts than --limit cuts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontends/read/limits.h"
#include "tools/text/terminal.h"

namespace dnncut {

struct AddHalvesOptions {
  std::string path;                  // of the result, or of its table.json
  std::optional<std::string> model;  // --model
  int cut = 0;
  ModelLimits limits;  // of the model
};

struct AddedHalves {
  std::vector<std::string> files;  // the halves of the cut
  bool were_there = false;
};

// The files are byte for byte those that compile would have written; the folder
// is replaced as a whole, with whatever else is in it. Throws Error; then it is
// as it was.
AddedHalves AddHalvesOfCut(const AddHalvesOptions& options, Progress* progress);

}  // namespace dnncut
