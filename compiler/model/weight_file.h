// SPDX-License-Identifier: Apache-2.0
//
// Finds and opens the files that hold weights. A location is text from the
// model, so it cannot be trusted: it may lead only to regular files inside the
// model's folder, or inside the folder in which the model file really lies (in
// download caches, model and data are symbolic links into such a folder).
#pragma once

#include <string>

#include "compiler/base/file_descriptor.h"
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

// Opens the file of `weight` for reading. Throws as StatWeightFile does, and
// E607 when it is no longer the file that it was when the model was read. Never
// blocks.
UniqueFd OpenWeightFile(const SourceModel& model, const WeightData& weight);

// Throws Error E607 unless the open file of `weight` is still as it was when
// the model was read. If it is, all data that was read from it before this call
// was the right data, too.
void CheckUnchanged(const SourceModel& model, const WeightData& weight, int fd);

}  // namespace dnncut
