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

#include "compiler/files/system_file.h"
#include "compiler/model/source_model.h"

namespace dnncut {

struct WeightFileStatus {
  FileState state;
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
// Throws as StatWeightFile does, and E607 when it is no longer the file that it
// was when the model was read. Never blocks.
int OpenWeightFile(const SourceModel& model, const WeightData& weight);

// Throws Error E607 unless the open file of `weight` is still as it was when
// the model was read. Then so is everything that was read from it before.
void CheckUnchanged(const SourceModel& model, const WeightData& weight, int fd);

}  // namespace dnncut
