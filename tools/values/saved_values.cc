// SPDX-License-Identifier: Apache-2.0
//
// Values as plain bytes, for programs that know neither numpy nor protobuf.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/file_io.h"
#include "compiler/files/json_file.h"
#include "compiler/files/json_text.h"
#include "tools/values/value_files.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndex = "index.json";
constexpr std::string_view kSchema = "dnncut.values/1";

bool IsOurIndex(const fs::path& path) {
  try {
    return SchemaOf(ReadJsonFile(path.string())) == kSchema;
  } catch (const Error&) {
    return false;
  }
}

// "0.bin", "12.bin": the names that SaveValues gives.
bool IsOurBytes(const fs::path& path) {
  const std::string stem = path.stem().string();
  return path.extension() == ".bin" && !stem.empty() &&
         std::all_of(stem.begin(), stem.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void FailToSave(const std::string& folder, std::string_view why) {
  Fail(ExitCode::kIo, "E729", "cannot save values in {}: {}", folder, why);
}

void RemoveOldValues(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> old;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.filename() == kIndex || IsOurBytes(path)) old.push_back(path);
  }
  if (error) FailToSave(folder, ErrnoText(error.value()));
  for (const fs::path& path : old) {
    if (!fs::remove(path, error)) FailToSave(folder, ErrnoText(error.value()));
  }
}

std::string NameOf(size_t value) { return fmt::format("{}.bin", value); }

// Into a new folder.
void WriteValues(const std::string& folder, const std::vector<Value>& values) {
  std::error_code error;
  if (!fs::create_directory(folder, error)) {
    FailToSave(folder, error ? ErrnoText(error.value())
                             : std::string("it is there already"));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    WriteFile(fmt::format("{}/{}", folder, NameOf(i)), values[i].data);
  }
  JsonText text;
  text.Add("schema", kSchema);
  text.AddList("values", values.size(), [&](size_t i) {
    const Value& value = values[i];
    return Json{{"name", value.name},
                {"dtype", DTypeName(value.dtype)},
                {"shape", value.shape},
                {"bytes", value.data.size()},
                {"file", NameOf(i)}};
  });
  WriteFile(fmt::format("{}/{}", folder, kIndex), text.Finish());
}

// Gives `folder`, which may hold older values, those in `temporary`.
void MoveInto(const std::string& folder, const std::string& temporary,
              size_t count) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) FailToSave(folder, ErrnoText(error.value()));
  RemoveOldValues(folder);
  std::vector<std::string> files;
  for (size_t i = 0; i < count; ++i) files.push_back(NameOf(i));
  files.emplace_back(kIndex);
  for (const std::string& file : files) {
    fs::rename(fs::path(temporary) / file, fs::path(folder) / file, error);
    if (error) FailToSave(folder, ErrnoText(error.value()));
  }
  fs::remove(temporary, error);
}

}  // namespace

void CheckSaveFolder(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (folder.empty()) FailToSave("''", "that is no name of a folder");
  if (status.type() == fs::file_type::not_found) {
    const fs::path parent = fs::absolute(folder, error).parent_path();
    if (error || !fs::is_directory(parent, error)) {
      FailToSave(folder, "the folder that it is to be in does not exist");
    }
    return;
  }
  if (!fs::is_directory(status)) FailToSave(folder, "it is no folder");
  const bool is_empty = fs::is_empty(folder, error);
  if (error) FailToSave(folder, ErrnoText(error.value()));
  if (!is_empty && !IsOurIndex(fs::path(folder) / kIndex)) {
    FailToSave(folder,
               "it holds something else; name a new folder, or one that values "
               "were saved in before");
  }
}

void SaveValues(const std::string& folder, const std::vector<Value>& values) {
  CheckSaveFolder(folder);
  for (const Value& value : values) {
    if (value.kind != Value::Kind::kTensor || BitsOf(value.dtype) == 0) {
      Fail(ExitCode::kBadInput, "E725",
           "'{}' ({}) cannot be saved as bytes: it is no tensor of numbers",
           value.name, DescribeValue(value));
    }
  }
  const InterruptGuard guard;
  // Whole or not at all: what was saved before goes when all is written.
  std::string target = fs::path(folder).lexically_normal().string();
  if (target.ends_with('/')) target.pop_back();
  const std::string temporary = fmt::format("{}.{}.tmp", target, ::getpid());
  try {
    WriteValues(temporary, values);
    MoveInto(folder, temporary, values.size());
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
}

}  // namespace dnncut
