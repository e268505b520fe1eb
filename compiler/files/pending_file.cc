// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/pending_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

// A device or a folder must not be replaced by a file, whatever the options.
void CheckTarget(const std::string& path, bool overwrite) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) {
      Fail(ExitCode::kIo, "E113", "{}: cannot be written: {}", path,
           ErrnoText(errno));
    }
    std::error_code error;
    if (!std::filesystem::is_symlink(path, error)) return;
    Fail(ExitCode::kIo, "E112",
         "{}: is a link to nothing; remove it, or give another name", path);
  }
  if (!S_ISREG(status.st_mode)) {
    Fail(ExitCode::kIo, "E112",
         "{}: is there already and is no ordinary file; give another name",
         path);
  }
  if (!overwrite) {
    Fail(ExitCode::kUsage, "E112",
         "{}: is there already; give another name, or --force to replace it",
         path);
  }
}

// The path of the file that a link leads to: that is replaced, and the link
// stays.
std::string FollowLinks(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

PendingFile::PendingFile(const std::string& path, bool overwrite,
                         const std::vector<std::string>& inputs)
    : path_(path),
      target_(FollowLinks(path)),
      temporary_(fmt::format("{}.{}.tmp", target_, ::getpid())) {
  if (IsOneOf(path, inputs)) {
    Fail(ExitCode::kUsage, "E603",
         "{}: is an input, which would be lost; give another name", path);
  }
  CheckTarget(path, overwrite);
  file_ = UniqueFd(::open(temporary_.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file_.is_open()) FailWith(errno);
}

PendingFile::~PendingFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void PendingFile::FailWith(int error_number) const {
  Fail(ExitCode::kIo, "E113", "{}: cannot be written: {}", path_,
       ErrnoText(error_number));
}

void PendingFile::Write(const void* data, size_t size) {
  ThrowIfInterrupted();
  const std::string_view bytes(static_cast<const char*>(data), size);
  if (WriteAll(file_.get(), bytes) < size) FailWith(errno);
  size_ += static_cast<int64_t>(size);
}

void PendingFile::Close() {
  // Some file systems report only here that they are full.
  if (::close(file_.Release()) != 0 && errno != EINTR) FailWith(errno);
}

void PendingFile::Commit() {
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) FailWith(errno);
  committed_ = true;
}

void WriteWhole(const std::string& path, const std::string& text,
                bool overwrite, const std::vector<std::string>& inputs) {
  PendingFile file(path, overwrite, inputs);
  file.Write(text);
  file.Close();
  file.Commit();
}

}  // namespace dnncut
