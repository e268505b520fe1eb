// SPDX-License-Identifier: Apache-2.0
//
// Writes the files of a result. A file is created new, never opened over an old
// one. Every byte has a fixed offset: a short write goes on where it stopped,
// an interrupted one is repeated, any other failure is an Error at once.
//
// Large data is copied inside the kernel where the file systems can do it, and
// through a buffer where not; either way the copy goes on from the bytes that
// have arrived. What is written becomes durable in SyncFolder: it is the one
// place that waits for the disk, and fsync reports errors of earlier writes
// there.
#include "compiler/files/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

constexpr int64_t kBufferBytes = int64_t{1} << 20;
// Between two hints to the kernel that it may write what it has, and between
// two looks whether the work is to end.
constexpr int64_t kWritebackBytes = int64_t{32} << 20;

[[noreturn]] void FailWrite(const std::string& path, int error_number) {
  Fail(ExitCode::kIo, "E605", "cannot write '{}': {}", path,
       ErrnoText(error_number));
}

UniqueFd OpenForSync(const std::filesystem::path& path) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) FailWrite(path.string(), errno);
  return file;
}

// Some file systems and folders have no such thing; fsync does all then.
bool IsLost(int error_number) {
  return error_number == EIO || error_number == ENOSPC ||
         error_number == EDQUOT;
}

void StartSync(const std::filesystem::path& path) {
  const UniqueFd file = OpenForSync(path);
  if (sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE) != 0 &&
      IsLost(errno)) {
    FailWrite(path.string(), errno);
  }
}

// Piece by piece, because a disk may take long. An error that is told here is
// not told again by fsync.
void WaitForData(const std::filesystem::path& path) {
  const UniqueFd file = OpenForSync(path);
  const auto state = StateOf(file.get());
  if (!state || !S_ISREG(state->mode)) return;
  for (int64_t at = 0; at < state->size_bytes; at += kWritebackBytes) {
    ThrowIfInterrupted();
    constexpr unsigned kWait = SYNC_FILE_RANGE_WAIT_BEFORE |
                               SYNC_FILE_RANGE_WRITE |
                               SYNC_FILE_RANGE_WAIT_AFTER;
    if (sync_file_range(file.get(), at, kWritebackBytes, kWait) != 0 &&
        IsLost(errno)) {
      FailWrite(path.string(), errno);
    }
  }
}

}  // namespace

OutputFile::OutputFile(const std::string& path)
    : path_(path),
      file_(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (!file_.is_open()) FailWrite(path_, errno);
}

void OutputFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    ThrowIfInterrupted();
    const std::string_view part = bytes.substr(0, kWritebackBytes);
    const size_t written = WriteAll(file_.get(), part, size_);
    size_ += static_cast<int64_t>(written);
    if (written < part.size()) FailWrite(path_, errno);
    StartWriteback();
    bytes.remove_prefix(part.size());
  }
}

void OutputFile::SkipTo(int64_t offset) {
  if (offset == size_) return;
  if (ftruncate(file_.get(), offset) != 0) FailWrite(path_, errno);
  size_ = offset;
}

bool OutputFile::AppendFrom(int source, int64_t offset, int64_t bytes) {
  while (bytes > 0) {
    ThrowIfInterrupted();
    const int64_t copied =
        CopySome(source, offset, std::min(bytes, kWritebackBytes));
    if (copied == 0) return false;
    size_ += copied;
    offset += copied;
    bytes -= copied;
    StartWriteback();
  }
  return true;
}

int64_t OutputFile::CopySome(int source, int64_t offset, int64_t bytes) {
  if (copies_in_kernel_) {
    off64_t from = offset;
    off64_t to = size_;
    ssize_t copied = 0;
    do {
      copied = copy_file_range(source, &from, file_.get(), &to, bytes, 0);
    } while (copied < 0 && errno == EINTR);
    if (copied > 0) return copied;
    if (copied < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
      FailWrite(path_, errno);
    }
    // The kernel cannot copy between these files (they are on two file systems,
    // or on one without support), so from here on a buffer is used. Some file
    // systems report that as "0 bytes copied" instead of an error.
    copies_in_kernel_ = false;
  }
  buffer_.resize(kBufferBytes);
  ssize_t read = 0;
  do {
    read = pread(source, buffer_.data(), std::min(bytes, kBufferBytes), offset);
  } while (read < 0 && errno == EINTR);
  if (read < 0) {
    Fail(ExitCode::kIo, "E607", "cannot read the weights for '{}': {}", path_,
         ErrnoText(errno));
  }
  const std::string_view chunk(buffer_.data(), static_cast<size_t>(read));
  if (WriteAll(file_.get(), chunk, size_) < chunk.size()) {
    FailWrite(path_, errno);
  }
  return read;
}

void OutputFile::StartWriteback() {
  if (size_ - handed_to_disk_ < kWritebackBytes) return;
  // Only a hint, so that the disk works while the next bytes are copied; the
  // file is made durable, with errors seen, by SyncFolder.
  sync_file_range(file_.get(), handed_to_disk_, size_ - handed_to_disk_,
                  SYNC_FILE_RANGE_WRITE);
  handed_to_disk_ = size_;
}

void WriteFile(const std::string& path, std::string_view content) {
  OutputFile(path).Append(content);
}

void MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error) FailWrite(path, error.value());
}

void SyncFolder(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  try {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_symlink()) paths.push_back(entry.path());
    }
  } catch (const std::filesystem::filesystem_error& error) {
    FailWrite(folder, error.code().value());
  }
  paths.emplace_back(folder);
  std::sort(paths.begin(), paths.end());
  // First all data, then all fsyncs: the file system's journal is then written
  // once for all files instead of once for each.
  for (const auto& path : paths) StartSync(path);
  for (const auto& path : paths) WaitForData(path);
  for (const auto& path : paths) {
    ThrowIfInterrupted();
    const UniqueFd file = OpenForSync(path);
    if (fsync(file.get()) != 0 && errno != EINVAL) {
      FailWrite(path.string(), errno);
    }
  }
}

}  // namespace dnncut
