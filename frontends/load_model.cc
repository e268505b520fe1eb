// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "compiler/model/weight_file.h"
#include "frontends/check/onnx_validator.h"
#include "frontends/onnx_frontend.h"
#include "frontends/read/model_file.h"
#include "frontends/read/onnx_reader.h"

namespace dnncut {
namespace {

// Checks that every external file exists and is long enough, so that a missing
// one is reported now and not after the work.
void CheckExternalFiles(SourceModel* model, Warnings* warnings) {
  std::map<std::string, WeightFileStatus> files;
  for (const WeightData& weight : model->weights) {
    if (weight.location.empty()) continue;
    auto found = files.find(weight.location);
    if (found == files.end()) {
      const WeightFileStatus status =
          StatWeightFile(model->path, weight.location, weight.tensor);
      model->files[weight.location] = status.state;
      if (status.has_other_links) {
        Warn(warnings, "W206",
             "'{}', with the data of tensor '{}', has other names too (hard "
             "links); make sure that it is the file that you mean",
             weight.location, weight.tensor);
      }
      found = files.emplace(weight.location, status).first;
    }
    if (weight.offset + weight.length > found->second.state.size_bytes) {
      Fail(ExitCode::kBadInput, "E217",
           "tensor '{}' has its data at bytes {} to {} of '{}', which has {} "
           "bytes only; it is cut off or belongs to another model",
           weight.tensor, weight.offset, weight.offset + weight.length,
           weight.location, found->second.state.size_bytes);
    }
  }
}

SourceModel LoadFrom(const std::string& path, const LoadOptions& options,
                     ModelFile* file, Warnings* warnings) {
  CheckLooksLikeOnnx(
      file->View(0, std::min(file->size(), ModelFile::kBlockBytes)));
  SourceModel model;
  model.path = path;
  ReadOnnx(*file, options.limits, &model, warnings);
  ValidateModel(options, &model, warnings);
  CheckExternalFiles(&model, warnings);
  model.sha256 = file->Finish();
  model.files[""] = file->state();
  return model;
}

SourceModel LoadUnnamed(const std::string& path, const LoadOptions& options,
                        Warnings* warnings) {
  ModelFile file(path);
  try {
    return LoadFrom(path, options, &file, warnings);
  } catch (const Error&) {
    // If the file has changed while it was read, that is the true cause of the
    // error, and this throws it instead.
    file.CheckUnchanged();
    throw;
  }
}

}  // namespace

SourceModel LoadModel(const std::string& path, const LoadOptions& options,
                      Warnings* warnings) {
  try {
    return LoadUnnamed(path, options, warnings);
  } catch (const Error& error) {
    // The functions that LoadUnnamed calls do not know the name of the file; it
    // is added here.
    throw Error(error.exit_code(), error.id(), path + ": " + error.what());
  }
}

SourceModel ReloadModel(const std::string& path, const ModelLimits& limits) {
  LoadOptions options;
  options.limits = limits;
  options.allow_newer = true;
  Warnings told;
  return LoadModel(path, options, &told);
}

}  // namespace dnncut
