// SPDX-License-Identifier: Apache-2.0
//
// Reads whole files whose names come from the user.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dnncut {

// What kind of file it is, and which errors it fails with.
struct FileKind {
  std::string_view name;  // "JSON"
  int64_t max_bytes = 0;
  std::string_view unreadable = "E400";
  std::string_view too_large;
};

// The bytes of a regular file; never blocks on another. Throws Error.
std::string ReadFile(const std::string& path, const FileKind& kind);

}  // namespace dnncut
