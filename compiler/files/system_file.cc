// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/system_file.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace dnncut {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

int64_t NsOf(const timespec& time) {
  return time.tv_sec * kNsPerSecond + time.tv_nsec;
}

}  // namespace

std::string WhyNotRegular(unsigned mode) {
  if (S_ISREG(mode)) return "";
  if (S_ISDIR(mode)) return "is a folder";
  if (S_ISFIFO(mode)) return "is a named pipe";
  if (S_ISSOCK(mode)) return "is a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device file";
  return "is no regular file";
}

std::optional<FileState> StateOf(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return std::nullopt;
  return FileState{.mode = status.st_mode,
                   .device = status.st_dev,
                   .inode = status.st_ino,
                   .size_bytes = status.st_size,
                   .written_ns = NsOf(status.st_mtim),
                   .changed_ns = NsOf(status.st_ctim)};
}

bool IsFresh(const FileState& state) {
  constexpr int64_t kLongestTickNs = 20'000'000;
  timespec now = {};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const int64_t age_ns = NsOf(now) - state.changed_ns;
  // A time far in the future was set by another machine's clock.
  return age_ns <= 0 && age_ns > -kLongestTickNs;
}

std::optional<FileState> SettledStateOf(int fd) {
  constexpr int kMostTries = 100;
  constexpr timespec kMillisecond = {0, 1'000'000};
  for (int i = 0; i < kMostTries; ++i) {
    const auto state = StateOf(fd);
    if (!state || !IsFresh(*state)) return state;
    nanosleep(&kMillisecond, nullptr);
  }
  errno = EBUSY;
  return std::nullopt;
}

std::optional<FileIdentity> IdentityOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity(status.st_dev, status.st_ino);
}

std::string ResolvedPath(const std::string& path) {
  std::error_code error;
  std::filesystem::path resolved = std::filesystem::absolute(path, error);
  if (!error) resolved = std::filesystem::weakly_canonical(resolved, error);
  return error ? path : resolved.string();
}

bool IsOneOf(const std::string& path, const std::vector<std::string>& others) {
  const auto identity = IdentityOf(path);
  if (!identity) return false;
  return std::any_of(others.begin(), others.end(), [&](const auto& other) {
    return IdentityOf(other) == identity;
  });
}

}  // namespace dnncut
