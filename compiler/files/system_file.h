// SPDX-License-Identifier: Apache-2.0
//
// Opens and identifies files whose names come from a user or a model: it never
// blocks, and accepts regular files only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dnncut {

// "" for a regular file, else what it is: "is a folder", "is a named pipe".
std::string WhyNotRegular(unsigned mode);

// The state of a file, which shows whether it was written to or replaced by
// another file: when two states are equal, and the first was not fresh when it
// was taken (IsFresh), the file did not change in between.
struct FileState {
  mode_t mode = 0;
  dev_t device = 0;
  ino_t inode = 0;
  int64_t size_bytes = 0;
  int64_t written_ns = 0;  // mtime, since 1970
  int64_t changed_ns = 0;  // ctime: also when mtime was set back

  bool operator==(const FileState&) const = default;
};

// Of an open file; nullopt sets errno.
std::optional<FileState> StateOf(int fd);

// Could a write that comes now leave the state as it is? That is so when the
// last write was in the present tick: the clock of files advances only every
// few milliseconds.
bool IsFresh(const FileState& state);

// The state of an open file when it is no longer fresh; waits a tick if it
// must. nullopt sets errno, to EBUSY when somebody writes to the file without
// end.
std::optional<FileState> SettledStateOf(int fd);

// Which file it is, whatever its name.
using FileIdentity = std::pair<dev_t, ino_t>;

// Of what the path leads to, links included; nullopt when there is nothing.
std::optional<FileIdentity> IdentityOf(const std::string& path);

// The absolute path, links followed as far as it exists: equal for two names of
// a file that may not be there yet. `path` itself where the system cannot tell.
std::string ResolvedPath(const std::string& path);

// Is `path`, maybe under another name, one of `others`?
bool IsOneOf(const std::string& path, const std::vector<std::string>& others);

}  // namespace dnncut
