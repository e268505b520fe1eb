// SPDX-License-Identifier: Apache-2.0
//
// Puts a result in place as a whole or not at all.
//
// All files are written into a temporary folder beside the target, made durable
// there, and then moved to the target in one step, or exchanged with the old
// folder there. So at every time the target is the old result or the new one,
// complete, also when the program is killed or the power fails (the one
// exception is told at PublishInTwoSteps). A temporary folder is locked as long
// as its run lives: one that nobody holds the lock of was left by a run that
// was killed, and is removed.
//
// What is there already is replaced only with --force and only if it is a
// result of dnncut, holds no input of this run, and is neither the current
// folder nor a mount point.
#include "backends/result/result_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/files/file_io.h"
#include "compiler/files/json_file.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

// The absolute path without links. The last part need not exist.
std::string ResolveTarget(const std::string& out) {
  if (out.empty()) {
    Fail(ExitCode::kUsage, "E601", "the output folder's name is empty");
  }
  std::error_code error;
  fs::path path = fs::absolute(out, error);
  while ((path.filename().empty() || path.filename() == ".") &&
         path != path.root_path()) {
    path = path.parent_path();  // "out/", "out/."
  }
  if (fs::exists(path, error)) {
    path = fs::canonical(path, error);
  } else if (fs::is_symlink(path, error)) {
    Fail(ExitCode::kIo, "E601", "{}: is a link to nothing", out);
  } else {
    const fs::path parent = fs::canonical(path.parent_path(), error);
    if (error) {
      Fail(ExitCode::kIo, "E601",
           "{}: cannot be created: the folder '{}' does not exist", out,
           path.parent_path().string());
    }
    path = parent / path.filename();
  }
  if (error) {
    Fail(ExitCode::kIo, "E601", "{}: cannot be created: {}", out,
         ErrnoText(error.value()));
  }
  if (path == path.root_path()) {
    Fail(ExitCode::kUsage, "E601", "{}: cannot be an output folder", out);
  }
  return path.string();
}

[[noreturn]] void FailToReadFolder(const std::string& out,
                                   const std::error_code& error) {
  Fail(ExitCode::kIo, "E601", "{}: cannot be read: {}", out,
       ErrnoText(error.value()));
}

bool IsEmptyFolder(const std::string& path, const std::string& out) {
  std::error_code error;
  const bool empty = fs::is_empty(path, error);
  if (error) FailToReadFolder(out, error);
  return empty;
}

bool HasFile(const std::string& folder, std::string_view name,
             std::string_view kind) {
  try {
    const auto schema =
        SchemaOf(ReadJsonFile(fmt::format("{}/{}", folder, name)));
    return schema && schema->starts_with(kind);
  } catch (const Error&) {
    return false;
  }
}

// A folder that dnncut has written has a file that says so.
bool IsOurs(const std::string& folder) {
  return HasFile(folder, "table.json", "dnncut.table/") ||
         HasFile(folder, kSweepFile, "dnncut.sweep/");
}

void CheckHoldsNoInput(const std::string& folder, const std::string& out,
                       const std::vector<std::string>& inputs) {
  std::set<FileIdentity> identities;
  for (const std::string& input : inputs) {
    if (const auto identity = IdentityOf(input)) identities.insert(*identity);
  }
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    const auto identity = IdentityOf(it->path().string());
    if (identity && identities.contains(*identity)) {
      Fail(ExitCode::kUsage, "E603",
           "{}: holds the input '{}', which would be lost; choose another "
           "output folder",
           out, it->path().string());
    }
  }
  if (error) FailToReadFolder(out, error);
}

bool IsMountPoint(const std::string& path) {
  struct statx status = {};
  return statx(AT_FDCWD, path.c_str(), AT_NO_AUTOMOUNT, STATX_TYPE, &status) ==
             0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

[[noreturn]] void FailMountPoint(const std::string& out) {
  Fail(ExitCode::kIo, "E606",
       "{}: is a mount point, which cannot be replaced; name a folder in it",
       out);
}

// May the existing `target` be replaced? Throws Error when not.
void CheckReplaceable(const std::string& target, const std::string& out,
                      bool force, const std::vector<std::string>& inputs) {
  if (IsOneOf(target, inputs)) {
    Fail(ExitCode::kUsage, "E603",
         "{}: is an input; choose another name for the output folder", out);
  }
  std::error_code error;
  const bool is_folder = fs::is_directory(target, error);
  if (error) FailToReadFolder(out, error);
  if (!is_folder) {
    Fail(ExitCode::kIo, "E604", "{}: exists and is no folder", out);
  }
  if (IsOneOf(target, {"."})) {
    Fail(ExitCode::kUsage, "E604",
         "{}: is the current folder, which cannot be replaced; name a new one",
         out);
  }
  if (IsMountPoint(target)) FailMountPoint(out);
  if (IsEmptyFolder(target, out)) return;
  if (!IsOurs(target)) {
    Fail(ExitCode::kIo, "E604",
         "{}: exists and was not written by dnncut: there is no table.json "
         "of dnncut in it; choose another output folder",
         out);
  }
  CheckHoldsNoInput(target, out, inputs);
  if (!force) {
    Fail(ExitCode::kIo, "E602", "{}: exists already; use --force to replace it",
         out);
  }
}

std::string TemporaryPrefix(const std::string& target) {
  return fmt::format(".{}.dnncut-", fs::path(target).filename().string());
}

UniqueFd LockFolder(const std::string& path) {
  UniqueFd folder(
      open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (folder.is_open() && flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    return UniqueFd();
  }
  return folder;
}

// A run that has just made its folder may not have locked it yet, so young
// folders are left alone.
bool IsOlderThanItsLock(const std::string& path) {
  struct stat status = {};
  constexpr time_t kSeconds = 2;
  return lstat(path.c_str(), &status) == 0 &&
         status.st_mtime + kSeconds < time(nullptr);
}

// Removes temporary folders of runs that were killed: nobody holds their locks.
void RemoveStale(const std::string& parent, const std::string& target) {
  const std::string prefix = TemporaryPrefix(target);
  std::vector<fs::path> stale;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix) && name.size() == prefix.size() + 16 &&
        IsOlderThanItsLock(it->path().string()) &&
        LockFolder(it->path().string()).is_open()) {
      stale.push_back(it->path());
    }
  }
  for (const fs::path& path : stale) fs::remove_all(path, error);
}

std::string RandomName(const std::string& prefix) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) {
    throw std::logic_error("no random numbers");
  }
  return fmt::format("{}{:016x}", prefix, number);
}

// Unlike mkdtemp, this respects the umask, because the folder becomes the
// result.
std::string MakeTemporary(const std::string& parent, const std::string& target,
                          const std::string& out) {
  while (true) {
    std::string path = parent + "/" + RandomName(TemporaryPrefix(target));
    if (mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST) {
      Fail(ExitCode::kIo, "E601", "{}: cannot be created: {}", out,
           ErrnoText(errno));
    }
  }
}

}  // namespace

ResultFolder::ResultFolder(const std::string& out, bool force,
                           const std::vector<std::string>& inputs)
    : out_(out),
      target_(ResolveTarget(out)),
      parent_(fs::path(target_).parent_path().string()) {
  std::error_code error;
  replaces_ = fs::exists(target_, error);
  if (replaces_) CheckReplaceable(target_, out_, force, inputs);
  RemoveStale(parent_, target_);
  temporary_ = MakeTemporary(parent_, target_, out_);
  lock_ = LockFolder(temporary_);
}

ResultFolder::~ResultFolder() {
  std::error_code error;
  if (!temporary_.empty()) fs::remove_all(temporary_, error);
}

void ResultFolder::FailNamed(const Error& error) const {
  std::string text = error.what();
  const size_t at = text.find(path());
  if (!path().empty() && at != std::string::npos)
    text.replace(at, temporary_.size(), out_);
  throw Error(error.exit_code(), error.id(), text);
}

void ResultFolder::Commit() {
  SyncFolder(temporary_);
  ThrowIfInterrupted();
  Publish();
  // After an exchange, the temporary folder holds the old result, and the
  // destructor removes it.
  if (!replaces_) temporary_.clear();
  const UniqueFd parent(
      open(parent_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // The folder is in place; that it might come back as it was after a power
  // cut is not worth a failure.
  if (parent.is_open()) fsync(parent.get());
}

void ResultFolder::Publish() {
  const unsigned int flags = replaces_ ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(),
                flags) == 0) {
    return;
  }
  if (errno == EINVAL || errno == ENOSYS) return PublishInTwoSteps();
  if (errno == EBUSY) FailMountPoint(out_);
  Fail(ExitCode::kIo, "E606", "{}: the finished result cannot be put there: {}",
       out_, ErrnoText(errno));
}

// For file systems without renameat2: the old folder is renamed first, then the
// new one. If the power fails between the two, both are there, complete, under
// temporary names.
void ResultFolder::PublishInTwoSteps() {
  // RemoveStale does not take a folder of this name for that of a killed run.
  const std::string aside =
      parent_ + "/" + RandomName(TemporaryPrefix(target_) + "old-");
  if (replaces_ && rename(target_.c_str(), aside.c_str()) != 0) {
    Fail(ExitCode::kIo, "E606", "{}: cannot be replaced: {}", out_,
         ErrnoText(errno));
  }
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error_number = errno;
    if (replaces_) rename(aside.c_str(), target_.c_str());
    Fail(ExitCode::kIo, "E606",
         "{}: the finished result cannot be put there: {}", out_,
         ErrnoText(error_number));
  }
  temporary_ = aside;
}

}  // namespace dnncut
