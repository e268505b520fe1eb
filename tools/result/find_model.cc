// SPDX-License-Identifier: Apache-2.0
#include "tools/result/find_model.h"

#include <filesystem>
#include <vector>

#include "compiler/base/error.h"
#include "frontends/onnx_frontend.h"
#include "frontends/read/model_file.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

std::string Sha256Of(const std::string& path) {
  try {
    return ModelFile(path).Sha256();
  } catch (const Error& error) {
    throw Error(error.exit_code(), error.id(), path + ": " + error.what());
  }
}

[[noreturn]] void FailOther(const TableFile& table,
                            const std::string& out_folder,
                            const std::string& path,
                            const std::string& advice) {
  Fail(ExitCode::kBadInput, "E731",
       "{} is not the model that {} was compiled from (its SHA-256 is not {}); "
       "{}",
       path, out_folder, table.model_sha256, advice);
}

}  // namespace

std::string FindCompiledModel(const TableFile& table,
                              const std::string& out_folder,
                              const std::optional<std::string>& named) {
  if (named) {
    if (Sha256Of(*named) == table.model_sha256) return *named;
    FailOther(table, out_folder, *named,
              "give the one that was compiled, or compile again");
  }
  // The name comes from a file: it must not lead elsewhere.
  const fs::path name = fs::path(table.model_file).filename();
  const std::vector<std::string> candidates = {
      (fs::path(out_folder) / ".." / name).lexically_normal().string(),
      name.string()};
  std::optional<std::string> other;
  for (const std::string& path : candidates) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) continue;
    if (Sha256Of(path) == table.model_sha256) return path;
    if (!other) other = path;
  }
  if (other) FailOther(table, out_folder, *other, "give --model PATH");
  Fail(ExitCode::kIo, "E730",
       "the model '{}' that {} was compiled from is neither beside it nor in "
       "the current folder; give --model PATH",
       table.model_file, out_folder);
}

SourceModel LoadCompiledModel(const TableFile& table, const std::string& path,
                              const ModelLimits& limits) {
  SourceModel model = ReloadModel(path, limits);
  if (model.sha256 != table.model_sha256) {
    Fail(ExitCode::kIo, "E607",
         "{}: has changed while it was read; run again when nobody writes it",
         path);
  }
  FoldModel(table.fixed_inputs, table.dropped_outputs, &model);
  return model;
}

}  // namespace dnncut
