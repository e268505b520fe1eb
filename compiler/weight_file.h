// SPDX-License-Identifier: Apache-2.0
//
// The one way to the file in which a weight lies. frontends/ check it while
// reading a model, backends/ open it to copy. A location comes from the model,
// so it is hostile: it may lead only to regular files inside the model's folder
// or, for the layout of download caches where model and data are symbolic links
// into one folder, inside the folder in which the model file really lies.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/source_model.h"

namespace dnncut {

struct WeightFileStatus {
  int64_t size_bytes = 0;
  bool has_other_links = false;  // hard links under other names
};

// Throws Error E215 unless `location` is a relative path that stays below its
// folder by its spelling alone. `tensor` is for the message.
void CheckLocation(const std::string& location, const std::string& tensor);

// Looks at an external file without opening it. Throws Error: E215 (leads
// outside), E216 (missing, unreadable, no regular file; exit code kIo).
WeightFileStatus StatWeightFile(const std::string& model_path,
                                const std::string& location,
                                const std::string& tensor);

// Opens the file of `weight` for reading; the caller closes the descriptor.
// Throws as StatWeightFile does. Never blocks.
int OpenWeightFile(const SourceModel& model, const WeightData& weight);

}  // namespace dnncut
