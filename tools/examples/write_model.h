// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/examples/examples.h"
#include "tools/examples/model_builder.h"

namespace dnncut {

// Writes the built model, making its weights block by block: memory does not
// grow with them. Reads external_data and overwrite of the options. Throws
// E112, E113, E114 as WriteExample.
WrittenExample WriteModel(const ModelBuilder& model,
                          const ExampleOptions& options,
                          const std::string& path);

}  // namespace dnncut
